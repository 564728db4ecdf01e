//! C2SP signed notes (c2sp.org/signed-note): a text, a blank line, one line for each signature.

use super::signed_by;
use crate::vault::Signer;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

/// Every signature line begins so.
const DASH: &str = "— ";
/// The type byte of plain Ed25519.
const ED25519: u8 = 1;
/// As many as a reader must look at.
const SIGNATURES: usize = 16;

/// Why a note is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Not a note.
    #[error("this is not a signed note")]
    Malformed,
    /// None of the keys that were given has signed.
    #[error("no known key has signed the note")]
    UnknownKey,
    /// A known key is named, but its signature does not fit.
    #[error("the signature does not fit the note")]
    WrongSignature,
}

/// The note of `text`, which ends in a newline, signed under the name of a key.
pub fn sign(text: &str, name: &str, signer: &Signer) -> String {
    let signature = signer.sign(text.as_bytes());
    let bytes = [key_hash(name, &signer.public_key()).as_slice(), &signature].concat();
    format!("{text}\n{DASH}{name} {}\n", BASE64_STANDARD.encode(bytes))
}

/// The text of a note that at least one of `keys`, under `name`, has signed. Signatures of others
/// are passed over; a wrong one of a known key spoils the note.
pub fn open<'a>(note: &'a str, name: &str, keys: &[[u8; 32]]) -> Result<&'a str, BadNote> {
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(BadNote::Malformed);
    }
    let blank = note.rfind("\n\n").ok_or(BadNote::Malformed)?;
    let (text, lines) = (&note[..=blank], &note[blank + 2..]);
    let lines = lines.strip_suffix('\n').ok_or(BadNote::Malformed)?;
    let mut proven = false;
    for (at, line) in lines.split('\n').enumerate() {
        let (signed_as, hash, signature) =
            read(line).filter(|_| at < SIGNATURES).ok_or(BadNote::Malformed)?;
        for key in keys.iter().filter(|key| signed_as == name && key_hash(name, key) == hash) {
            if !signed_by(key, text.as_bytes(), &signature) {
                return Err(BadNote::WrongSignature);
            }
            proven = true;
        }
    }
    if proven { Ok(text) } else { Err(BadNote::UnknownKey) }
}

/// True for what may name a key: no space of any script, no plus, nothing invisible.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A public key as the tools of this family want it: `name+hash+base64`.
pub fn verifier_key(name: &str, public: &[u8; 32]) -> String {
    let bytes = [[ED25519].as_slice(), public].concat();
    format!("{name}+{}+{}", hex::encode(key_hash(name, public)), BASE64_STANDARD.encode(bytes))
}

/// Tells keys of one name apart; no proof of anything.
pub fn key_hash(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

fn read(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(signature).ok()?;
    let (hash, signature) = bytes.split_first_chunk()?;
    is_key_name(name).then(|| (name, *hash, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Go publishes with its package `sumdb/note`.
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const KEY: &str = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    fn key() -> [u8; 32] {
        let bytes = BASE64_STANDARD.decode(KEY).expect("base64");
        bytes[1..].try_into().expect("32 bytes after the type")
    }

    #[test]
    fn the_published_note_of_go_opens() {
        assert_eq!(open(&format!("{TEXT}\n{LINE}"), "PeterNeumann", &[key()]), Ok(TEXT));
        assert_eq!(verifier_key("PeterNeumann", &key()), format!("PeterNeumann+c74f20a3+{KEY}"));
    }

    #[test]
    fn a_changed_text_spoils_the_note() {
        let note = format!("{}\n{LINE}", TEXT.replace("answer", "Answer"));
        assert_eq!(open(&note, "PeterNeumann", &[key()]), Err(BadNote::WrongSignature));
    }

    #[test]
    fn signatures_of_others_are_passed_over() {
        let ours = Signer::from_seed(&[1; 32]);
        let note = format!("{}{LINE}", sign(TEXT, "quittance/test", &ours));
        assert_eq!(open(&note, "quittance/test", &[ours.public_key()]), Ok(TEXT));
        assert_eq!(open(&note, "PeterNeumann", &[key()]), Ok(TEXT));
        assert_eq!(open(&note, "quittance/test", &[key()]), Err(BadNote::UnknownKey));
    }

    #[test]
    fn what_is_not_a_note_is_malformed() {
        for note in [
            "",
            "text\n",
            "text\n\n",
            "text\n\n— name\n",
            &format!("{TEXT}\n{}", LINE.trim_end()),
            "a\tb\n\n— n AAAAAAA=\n",
        ] {
            assert_eq!(open(note, "PeterNeumann", &[key()]), Err(BadNote::Malformed), "{note:?}");
        }
    }
}
