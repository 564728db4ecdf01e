//! Looks for texts in the bytes of files and answers, in every form in which they could stand there.

use std::path::Path;

/// Texts that must not be found, with what they are.
#[derive(Clone, Default)]
pub struct Hidden(Vec<(String, Vec<u8>)>);

impl Hidden {
    /// A name: as it is, in either case, and as JSON or a URL would write its accents.
    pub fn name(&mut self, what: &str, name: &str) -> &mut Self {
        let json: String = name.chars().map(escaped).collect();
        let url: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for form in [name.to_owned(), name.to_lowercase(), name.to_uppercase(), json, url] {
            self.text(what, &form);
        }
        self
    }

    /// A phone: international, national, and with the spaces that people write.
    pub fn phone(&mut self, what: &str, national: &str) -> &mut Self {
        let pairs: Vec<&str> = (0..4).map(|at| &national[at * 2..at * 2 + 2]).collect();
        for form in [national.to_owned(), pairs.join(" "), pairs.join("."), pairs.join("-")] {
            self.text(what, &form);
        }
        self
    }

    /// A secret: as it is, in base64 and in hex.
    pub fn secret(&mut self, what: &str, secret: &[u8]) -> &mut Self {
        use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine as _};
        self.0.push((what.to_owned(), secret.to_vec()));
        self.text(what, &BASE64_STANDARD_NO_PAD.encode(secret));
        self.text(what, &hex::encode(secret))
    }

    fn text(&mut self, what: &str, text: &str) -> &mut Self {
        self.0.push((format!("{what} as {text:?}"), text.as_bytes().to_vec()));
        self
    }

    /// What of it stands in these bytes.
    pub fn found(&self, bytes: &[u8]) -> Vec<&str> {
        // Most of a file may be zeros, and comparing at each costs minutes.
        let stands = |text: &[u8]| memchr::memmem::find(bytes, text).is_some();
        self.0.iter().filter(|(_, text)| stands(text)).map(|(what, _)| what.as_str()).collect()
    }

    /// Stops the test if anything of it stands in these bytes.
    #[track_caller]
    pub fn absent(&self, place: &str, bytes: impl AsRef<[u8]>) {
        let found = self.found(bytes.as_ref());
        assert!(found.is_empty(), "{place} holds {found:?}");
    }

    /// What of it stands in which file of a folder.
    pub fn in_folder(&self, dir: &Path, except: &[&str]) -> Vec<String> {
        let mut told = vec![];
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_file() && !except.contains(&name.as_str()) {
                let bytes = std::fs::read(&path).unwrap();
                told.extend(self.found(&bytes).into_iter().map(|what| format!("{name} holds {what}")));
            }
        }
        told
    }
}

/// A character as ASCII-only JSON writes it.
fn escaped(character: char) -> String {
    if character.is_ascii() {
        return character.to_string();
    }
    let mut units = [0; 2];
    character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[test]
fn the_search_finds_what_it_is_told_to_find() {
    let mut hidden = Hidden::default();
    hidden.name("name", "Zéphyrine").phone("phone", "90123456").secret("secret", b"\x01\x02\x03\x04");
    for text in
        ["..ZÉPHYRINE..", "Z\\u00e9phyrine", "tel +22890123456", "90 12 34 56", "AQIDBA==", "01020304"]
    {
        assert!(!hidden.found(text.as_bytes()).is_empty(), "{text}");
    }
    assert!(hidden.found(b"Zephyr 9012345 AQID").is_empty());
}
