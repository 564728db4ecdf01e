//! A receipt: money was received, and this is its number (rules 4 and 8).
//!
//! The number is the revision that the store gives to [`Issued`] in `receipts-{series}-{year}`:
//! gapless and unique by construction, in the same commit that books the money.

use crate::{
    Money, PatientId, PaymentId, PrescriptionId, TillId, UserId, Wallet, event::facts, prescription::Part,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

facts! {
    /// What happened in a series of receipts.
    Event {
        /// Written with every booking of money. Read by `receipts`, `takings`, `movements`.
        Issued = "receipt-issued.v2" or "receipt-issued.v1" as IssuedV1,
        /// Written by `POST /api/receipts/{number}/duplicata`, in `duplicata-{number}`: its revision says
        /// the how many-th it is (rule 15). Read by `duplicata`.
        Duplicated = "receipt-duplicated.v1",
    }
}

/// A receipt was given for money that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Which payment brought the money.
    pub payment: PaymentId,
    /// What it was meant for.
    pub prescription: PrescriptionId,
    /// Whose prescription.
    pub patient: PatientId,
    /// Who asked for the money.
    pub cashier: UserId,
    /// All that came in: `applied` and `advance`.
    pub amount: Money,
    /// What went to the prescription (C 4111).
    pub applied: Money,
    /// What did not fit it and is owed to the patient (C 4191).
    pub advance: Money,
    /// Into what: a drawer (571) or a wallet (552).
    pub method: Method,
    /// Into which drawer, if it was cash.
    pub till: Option<TillId>,
    /// How `applied` falls on exams; their sum is `applied`, but for what was issued before parts were kept.
    pub parts: Vec<Part>,
    /// The business day of the booking; its year is the series' year.
    pub day: NaiveDate,
}

/// As it was before sessions and exams were told apart.
#[derive(Clone, Debug, Deserialize)]
struct IssuedV1 {
    payment: PaymentId,
    prescription: PrescriptionId,
    patient: PatientId,
    cashier: UserId,
    amount: Money,
    applied: Money,
    advance: Money,
    method: Method,
    day: NaiveDate,
}

impl From<IssuedV1> for Issued {
    fn from(old: IssuedV1) -> Self {
        Self {
            payment: old.payment,
            prescription: old.prescription,
            patient: old.patient,
            cashier: old.cashier,
            amount: old.amount,
            applied: old.applied,
            advance: old.advance,
            method: old.method,
            till: None,
            parts: vec![],
            day: old.day,
        }
    }
}

/// Somebody printed a receipt again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicated {
    /// Which.
    pub receipt: String,
    /// Who.
    pub by: UserId,
}

/// How money came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Into a drawer.
    Cash,
    /// Into the T-Money wallet.
    Tmoney,
    /// Into the Flooz wallet.
    Flooz,
}

impl Method {
    /// The seed's method: all wallets are one.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cash => "CASH",
            Self::Tmoney | Self::Flooz => "MOBILE_MONEY",
        }
    }

    /// The wallet, for money that came by phone.
    pub const fn wallet(self) -> Option<Wallet> {
        match self {
            Self::Cash => None,
            Self::Tmoney => Some(Wallet::Tmoney),
            Self::Flooz => Some(Wallet::Flooz),
        }
    }
}

impl From<Wallet> for Method {
    fn from(wallet: Wallet) -> Self {
        match wallet {
            Wallet::Tmoney => Self::Tmoney,
            Wallet::Flooz => Self::Flooz,
        }
    }
}

/// `R-2026-000042`: series, year, place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptNumber {
    /// Capital letters and digits.
    pub series: String,
    /// Of the business day.
    pub year: i32,
    /// From 1, without a gap.
    pub number: u64,
}

/// The text is no receipt number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt number")]
pub struct NotAReceiptNumber;

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:06}", self.series, self.year, self.number)
    }
}

impl FromStr for ReceiptNumber {
    type Err = NotAReceiptNumber;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(NotAReceiptNumber);
        let (series, year, number) = (next()?, next()?, next()?);
        let parsed = Self {
            series: series.to_owned(),
            year: year.parse().map_err(|_| NotAReceiptNumber)?,
            number: number.parse().map_err(|_| NotAReceiptNumber)?,
        };
        let capital = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let named = !parsed.series.is_empty() && parsed.series.bytes().all(capital);
        // Only the spelling that we print: `R-2026-42` and `R-+2026-000042` are nobody's number.
        if named && parsed.number > 0 && parsed.to_string() == text {
            Ok(parsed)
        } else {
            Err(NotAReceiptNumber)
        }
    }
}
