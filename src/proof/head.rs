//! A signed head: what the ledger was at one position, in C2SP checkpoint text.
//!
//! Five lines tell it all: who, how many events, the RFC 6962 root over them, and, as the one
//! extension, the value of the chain at that position. Printed on paper it is the witness outside
//! the machine.

use super::note::{self, BadNote};
use crate::vault::Signer;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::fmt;

/// Names a ledger, `quittance/...`; also the name of the keys that sign for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin `quittance/{store}`; without spaces, plus signs and control characters.
    pub fn of_store(store: &str) -> Result<Self, BadHead> {
        Self::new(&format!("quittance/{store}"))
    }

    /// Any other name.
    pub fn new(name: &str) -> Result<Self, BadHead> {
        if note::is_key_name(name) { Ok(Self(name.to_owned())) } else { Err(BadHead::Malformed) }
    }

    /// The line as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ledger at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub origin: Origin,
    /// The number of events, which is the position of the last.
    pub size: u64,
    /// The RFC 6962 root over the leaves of all of them.
    pub root: [u8; 32],
    /// The chain at the last.
    pub chain: [u8; 32],
}

/// Why a head is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHead {
    /// Not a head, or not written in the one way to write it.
    #[error("this is not the signed head of a ledger")]
    Malformed,
    /// The head of another ledger.
    #[error("this is the head of another ledger")]
    OtherLedger,
    /// The note around it is not believed.
    #[error(transparent)]
    Note(#[from] BadNote),
}

impl Head {
    /// The signed note to export or print.
    pub fn sign(&self, signer: &Signer) -> String {
        note::sign(&self.text(), self.origin.as_str(), signer)
    }

    /// The head in a signed note of the ledger `origin`, signed with one of its keys, old or new.
    pub fn check(signed: &str, origin: &Origin, keys: &[[u8; 32]]) -> Result<Self, BadHead> {
        let claimed = signed.split('\n').next().unwrap_or_default();
        if claimed != origin.as_str() {
            return Err(if note::is_key_name(claimed) { BadHead::OtherLedger } else { BadHead::Malformed });
        }
        let text = note::open(signed, origin.as_str(), keys)?;
        Self::read(text, origin).filter(|head| head.text() == text).ok_or(BadHead::Malformed)
    }

    /// The part that is signed.
    pub fn text(&self) -> String {
        let (root, chain) = (BASE64_STANDARD.encode(self.root), hex::encode(self.chain));
        format!("{}\n{}\n{root}\nchain {chain}\n", self.origin, self.size)
    }

    /// Lenient: writing it again tells whether it was the one way.
    fn read(text: &str, origin: &Origin) -> Option<Self> {
        let mut lines = text.lines().skip(1);
        let size = lines.next()?.parse().ok()?;
        let root = BASE64_STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let chain = hex::decode(lines.next()?.strip_prefix("chain ")?).ok()?.try_into().ok()?;
        Some(Self { origin: origin.clone(), size, root, chain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::from_seed(&[9; 32])
    }

    fn head() -> Head {
        let origin = Origin::of_store("chu-tokoin").expect("an origin");
        Head { origin, size: 20_852_163, root: [0xab; 32], chain: [0x1f; 32] }
    }

    fn check(signed: &str) -> Result<Head, BadHead> {
        Head::check(signed, &head().origin, &[signer().public_key()])
    }

    #[test]
    fn a_head_is_checkpoint_text_and_comes_back() {
        let signed = head().sign(&signer());
        let lines: Vec<&str> = signed.split('\n').collect();
        assert_eq!(lines[..2], ["quittance/chu-tokoin", "20852163"]);
        assert_eq!(lines[2], BASE64_STANDARD.encode([0xab; 32]));
        assert_eq!(lines[3], format!("chain {}", "1f".repeat(32)));
        assert_eq!(lines[4], "");
        assert!(lines[5].starts_with("— quittance/chu-tokoin "), "{}", lines[5]);
        assert_eq!(lines[6..], [""]);
        assert_eq!(check(&signed), Ok(head()));
    }

    #[test]
    fn any_changed_digit_is_refused() {
        let signed = head().sign(&signer());
        for (at, old) in signed.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            let new = if old == '5' { '6' } else { '5' };
            let changed = format!("{}{new}{}", &signed[..at], &signed[at + 1..]);
            assert!(check(&changed).is_err(), "{new} for {old} at {at}");
        }
    }

    #[test]
    fn a_retired_key_still_proves_and_a_foreign_one_never_does() {
        let (old, new) = (signer(), Signer::from_seed(&[10; 32]));
        let signed = head().sign(&old);
        assert_eq!(Head::check(&signed, &head().origin, &[new.public_key(), old.public_key()]), Ok(head()));
        let unknown = Head::check(&signed, &head().origin, &[new.public_key()]);
        assert_eq!(unknown, Err(BadHead::Note(BadNote::UnknownKey)));
    }

    #[test]
    fn the_head_of_another_ledger_is_told_apart() {
        let other = Head { origin: Origin::of_store("chu-campus").expect("an origin"), ..head() };
        assert_eq!(check(&other.sign(&signer())), Err(BadHead::OtherLedger));
    }

    #[test]
    fn a_signed_text_in_another_form_is_refused() {
        for (plain, other) in
            [("\n20852163\n", "\n020852163\n"), ("chain 1f", "chain 1F"), ("\nchain", "\nmore\nchain")]
        {
            let signed = note::sign(&head().text().replace(plain, other), "quittance/chu-tokoin", &signer());
            assert_eq!(check(&signed), Err(BadHead::Malformed), "{other:?}");
        }
    }

    #[test]
    fn an_origin_that_would_frame_another_head_is_none() {
        for name in ["a b", "a+b", "a\n9", "\u{a0}"] {
            assert_eq!(Origin::of_store(name), Err(BadHead::Malformed), "{name:?}");
        }
    }
}
