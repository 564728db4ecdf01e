//! Togolese phone numbers and the wallets behind them (rules 34 and 39).
//!
//! The prefixes are ours and few: +228, eight digits, as libphonenumber 9.0.43 has them (mobile
//! `7[0-389]` and `9[0-36-9]`). A prefix only suggests a wallet: numbers are portable since 2024.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A mobile number of Togo, kept as its eight national digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Msisdn(u32);

/// Why a text is no number that can pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAMobile {
    /// Not eight digits after the country code, or another country's.
    #[error("not a number of Togo")]
    Malformed,
    /// A fixed line has no wallet.
    #[error("a fixed line cannot pay")]
    Fixed,
    /// Eight digits that no operator was given.
    #[error("no operator has this prefix")]
    Unassigned,
}

/// A mobile money wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Wallet {
    /// T-Money of Togocel, now Mixx by Yas.
    Tmoney,
    /// Flooz of Moov Africa Togo.
    Flooz,
}

impl Msisdn {
    /// Reads `90 12 34 56`, `22890123456`, `+228...` or `00228...`, with spaces, dots or dashes.
    pub fn parse(text: &str) -> Result<Self, NotAMobile> {
        let plain: String =
            text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}' | '\u{202f}')).collect();
        let national = match plain.strip_prefix("+228").or(plain.strip_prefix("00228")) {
            Some(rest) => rest,
            None if plain.len() == 11 => plain.strip_prefix("228").ok_or(NotAMobile::Malformed)?,
            None => &plain,
        };
        if national.len() != 8 || !national.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAMobile::Malformed);
        }
        match (&national[..1], &national[1..2]) {
            ("7", "0" | "1" | "2" | "3" | "8" | "9")
            | ("9", "0" | "1" | "2" | "3" | "6" | "7" | "8" | "9") => {
                national.parse().map(Self).map_err(|_| NotAMobile::Malformed)
            }
            ("2", _) => Err(NotAMobile::Fixed),
            _ => Err(NotAMobile::Unassigned),
        }
    }

    /// `+22890123456`.
    pub fn e164(self) -> String {
        format!("+228{:08}", self.0)
    }

    /// The wallet that most numbers of this prefix have.
    pub fn usual_wallet(self) -> Wallet {
        match self.0 / 1_000_000 {
            78 | 79 | 96..=99 => Wallet::Flooz,
            _ => Wallet::Tmoney,
        }
    }
}

/// `+228 90 •• •• 56`: a number is never printed whole.
impl fmt::Display for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+228 {:02} •• •• {:02}", self.0 / 1_000_000, self.0 % 100)
    }
}

impl fmt::Debug for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Wallet {
    /// Every wallet, in the order of screens.
    pub const ALL: [Self; 2] = [Self::Tmoney, Self::Flooz];

    /// The code of the seed's routes and of the events.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tmoney => "TMONEY",
            Self::Flooz => "FLOOZ",
        }
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tmoney => "T-Money",
            Self::Flooz => "Flooz",
        }
    }

    /// Maps the providers' spellings to one wallet (rule 34).
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().replace(['-', '_', ' '], "").as_str() {
            "TMONEY" | "TMONEYTG" | "TMONEYTOGO" | "TOGOCEL" | "MIXX" | "MIXXBYYAS" => Some(Self::Tmoney),
            "FLOOZ" | "MOOV" | "MOOVTG" | "MOOVTOGO" | "MOOVMONEY" => Some(Self::Flooz),
            _ => None,
        }
    }
}
