//! The text in a receipt's QR: `{number}.{amount}.{yyyymmdd}.{key id}.{signature}`.
//!
//! It says how much was received when, under which number, and nothing of the patient or the exam
//! (rule 40). There is one way to write a code, so any changed character is noticed (rule 41).

use super::signed_by;
use crate::vault::{Signer, key_id_of};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{Datelike, NaiveDate};
use domain::Money;

/// The longest receipt number.
const NUMBER_CHARS: usize = 40;

/// What the paper claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCode {
    number: String,
    amount: Money,
    day: NaiveDate,
}

/// Why a code proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Not the text of a receipt.
    #[error("this is not the code of a receipt")]
    Malformed,
    /// Signed, or claimed to be, with a key that is not ours.
    #[error("the code names a key that is not known")]
    UnknownKey,
    /// Changed after it was signed, or never signed by us.
    #[error("the signature does not fit the code")]
    WrongSignature,
    /// Number or day can't stand in a code.
    #[error("a receipt number has 1 to {NUMBER_CHARS} letters, digits and hyphens, a year four digits")]
    Unfit,
}

impl ReceiptCode {
    /// The claim of one receipt. The number has ASCII letters, digits and hyphens alone.
    pub fn new(number: &str, amount: Money, day: NaiveDate) -> Result<Self, BadCode> {
        let plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let fits = (1..=NUMBER_CHARS).contains(&number.len()) && (1000..=9999).contains(&day.year());
        if plain && fits { Ok(Self { number: number.to_owned(), amount, day }) } else { Err(BadCode::Unfit) }
    }

    /// The number of the receipt.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What was received.
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// The business day.
    pub const fn day(&self) -> NaiveDate {
        self.day
    }

    /// The code to print.
    pub fn sign(&self, signer: &Signer) -> String {
        let signature = signer.sign(self.signed_text().as_bytes());
        self.text(signer.key_id(), &BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn text(&self, key_id: &str, signature: &str) -> String {
        let (number, francs, day) = (&self.number, self.amount.francs(), self.day.format("%Y%m%d"));
        format!("{number}.{francs}.{day}.{key_id}.{signature}")
    }

    fn signed_text(&self) -> String {
        let (number, francs, day) = (&self.number, self.amount.francs(), self.day.format("%Y%m%d"));
        format!("quittance-receipt-v1\n{number}\n{francs}\n{day}\n")
    }
}

/// What a code proves, given the public keys by id. `text` is the code, or a web address that ends
/// in it.
pub fn check(text: &str, key: impl Fn(&str) -> Option<[u8; 32]>) -> Result<ReceiptCode, BadCode> {
    let code = bare(text);
    let fields: Vec<&str> = code.split('.').collect();
    let [number, francs, day, key_id, signature] = fields[..] else { return Err(BadCode::Malformed) };
    let claim = read(number, francs, day).ok_or(BadCode::Malformed)?;
    if claim.text(key_id, signature) != code {
        return Err(BadCode::Malformed);
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadCode::Malformed)?;
    // The id is not signed itself, so it must follow from the key.
    let public = key(key_id).filter(|key| key_id_of(key) == key_id).ok_or(BadCode::UnknownKey)?;
    if !signed_by(&public, claim.signed_text().as_bytes(), &bytes) {
        return Err(BadCode::WrongSignature);
    }
    Ok(claim)
}

fn bare(text: &str) -> &str {
    let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match address.and_then(|address| address.rsplit_once('/')) {
        Some((_, last)) => last,
        None => text,
    }
}

/// Lenient where writing it again tells: `+5` and `05` come back as `5`, which is another text.
fn read(number: &str, francs: &str, day: &str) -> Option<ReceiptCode> {
    let amount = Money::new(francs.parse().ok()?).ok()?;
    let day = NaiveDate::parse_from_str(day, "%Y%m%d").ok()?;
    ReceiptCode::new(number, amount, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signer() -> Signer {
        Signer::from_seed(&[42; 32])
    }

    fn ours(_: &str) -> Option<[u8; 32]> {
        Some(signer().public_key())
    }

    fn claim() -> ReceiptCode {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
        ReceiptCode::new("CHU-2026-000123", Money::new(12_500).expect("an amount"), day).expect("a claim")
    }

    #[test]
    fn a_code_proves_number_amount_and_day() {
        let code = claim().sign(&signer());
        assert!(code.starts_with("CHU-2026-000123.12500.20261124."), "{code}");
        assert_eq!(check(&code, ours), Ok(claim()));
    }

    #[test]
    fn a_web_address_that_ends_in_the_code_is_read_too() {
        let code = claim().sign(&signer());
        assert_eq!(check(&format!("https://caisse.example/r/{code}"), ours), Ok(claim()));
        assert_eq!(check(&format!("caisse.example/r/{code}"), ours), Err(BadCode::Malformed));
        assert_eq!(check(&format!("https://caisse.example/r/{code}?x=1"), ours), Err(BadCode::Malformed));
    }

    #[test]
    fn the_code_of_another_signer_is_refused() {
        let theirs = Signer::from_seed(&[43; 32]);
        let code = claim().sign(&theirs);
        assert_eq!(check(&code, ours), Err(BadCode::UnknownKey));
        let renamed = code.replace(theirs.key_id(), signer().key_id());
        assert_eq!(check(&renamed, ours), Err(BadCode::WrongSignature));
        assert_eq!(check(&code, |_| None), Err(BadCode::UnknownKey));
    }

    #[test]
    fn a_number_that_would_blur_the_fields_is_no_number() {
        for number in ["", "A.1", "A/1", "A 1", "A\n1", "é", &"9".repeat(41)] {
            assert_eq!(ReceiptCode::new(number, Money::ZERO, claim().day), Err(BadCode::Unfit), "{number}");
        }
    }

    #[test]
    fn other_ways_to_write_the_same_are_refused() {
        let code = claim().sign(&signer());
        for (plain, other) in
            [(".12500.", ".012500."), (".12500.", ".+12500."), (".20261124.", ".2026-11-24.")]
        {
            assert_eq!(check(&code.replace(plain, other), ours), Err(BadCode::Malformed), "{other}");
        }
        assert_eq!(check(&format!("{code}="), ours), Err(BadCode::Malformed));
        assert_eq!(check(&format!(" {code}"), ours), Err(BadCode::Malformed));
    }

    proptest! {
        #[test]
        fn any_one_character_changed_removed_or_added_is_refused(
            francs in 0..=Money::MAX.francs(), days in 0_i32..36_500, number in "[A-Za-z0-9-]{1,20}",
            place: prop::sample::Index, other in prop_oneof![any::<char>(), prop::char::range('!', '~')],
        ) {
            let day = NaiveDate::from_num_days_from_ce_opt(730_000 + days).expect("a day");
            let claim = ReceiptCode::new(&number, Money::new(francs).expect("an amount"), day).expect("a claim");
            let code = claim.sign(&signer());
            prop_assert_eq!(check(&code, ours), Ok(claim));

            let at = place.index(code.len());
            let (before, rest) = code.split_at(at);
            let after = &rest[1..];
            prop_assert!(check(&format!("{before}{after}"), ours).is_err(), "removed at {}", at);
            prop_assert!(check(&format!("{before}{other}{rest}"), ours).is_err(), "added at {}", at);
            prop_assert!(check(&format!("{code}{other}"), ours).is_err(), "added at the end");
            if !rest.starts_with(other) {
                prop_assert!(check(&format!("{before}{other}{after}"), ours).is_err(), "changed at {}", at);
            }
        }
    }

    /// Every place and every character that may stand in a code, not a sample of them.
    #[test]
    fn no_plain_character_at_any_place_goes_unnoticed() {
        let code = claim().sign(&signer());
        for at in 0..code.len() {
            for other in ('!'..='~').filter(|other| !code[at..].starts_with(*other)) {
                let changed = format!("{}{other}{}", &code[..at], &code[at + 1..]);
                assert!(check(&changed, ours).is_err(), "{other} at {at}");
            }
        }
    }
}
