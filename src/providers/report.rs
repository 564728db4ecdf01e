//! What a provider says about a payment, in a callback or as the answer to a status query.
//!
//! Read leniently where spelling varies (numbers in text, letters of any case, fields we don't
//! know) and strictly where money is at stake: a fraction, a negative amount, or a key that stands
//! there twice makes the whole report unreadable. It is then parked for a human, never guessed at.

use super::RefusalCode;
use domain::Money;
pub(super) use fields::Fields;

mod fields;

/// The longest reference, ours or theirs.
pub const LONGEST_REFERENCE: usize = 64;
/// The longest unknown status and the longest date that are kept.
pub const LONGEST_REMARK: usize = 40;
const LONGEST_CURRENCY: usize = 8;

/// One statement of a provider about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Our identifier of the attempt.
    pub reference: String,
    /// The provider's own identifier.
    pub provider_ref: Option<String>,
    /// How far it is.
    pub status: ReportStatus,
    /// What was paid, if it says so.
    pub amount: Option<Money>,
    /// In capitals, if it says so; anything but `XOF` is for a human to look at.
    pub currency: Option<String>,
    /// The provider's date as he wrote it: evidence, never a booking date.
    pub completed_at: Option<String>,
}

/// How far a payment is, in the provider's eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportStatus {
    /// The payer has not decided yet.
    Pending,
    /// Paid.
    Success,
    /// The payer or his operator said no.
    Declined {
        /// Why, in our words.
        code: RefusalCode,
    },
    /// The request ran out of time at the provider.
    Expired,
    /// A word that the protocol doesn't have, cut at 40 characters. It proves nothing.
    Other(String),
}

/// Why a body is no report. The text names the field, never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not one JSON object in UTF-8, or a key that stands there twice.
    #[error("not a JSON object with unique keys")]
    NotAnObject,
    /// The field is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The field is of another kind, too long, or holds control characters.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// Not a whole number of francs within bounds.
    #[error("amount is not a whole number of francs")]
    Amount,
}

/// Reads the body of a callback or of a status answer.
pub fn read_report(raw_body: &[u8]) -> Result<Report, Unreadable> {
    let fields = Fields::read(raw_body)?;
    let status = fields.text("status", usize::MAX)?.ok_or(Unreadable::Missing("status"))?;
    let code = fields.text("code", usize::MAX)?;
    Ok(Report {
        reference: fields.text("reference", LONGEST_REFERENCE)?.ok_or(Unreadable::Missing("reference"))?,
        provider_ref: fields.text("transactionId", LONGEST_REFERENCE)?,
        status: status_of(&status, code.as_deref()),
        amount: fields.francs("amount")?,
        currency: fields.text("currency", LONGEST_CURRENCY)?.map(|text| text.to_uppercase()),
        completed_at: fields.text("completedAt", usize::MAX)?.map(|text| cut(&text)),
    })
}

fn status_of(word: &str, code: Option<&str>) -> ReportStatus {
    let said = |otherwise| code.and_then(RefusalCode::known).unwrap_or(otherwise);
    match word.to_ascii_uppercase().as_str() {
        "PENDING" => ReportStatus::Pending,
        "SUCCESS" => ReportStatus::Success,
        "FAILED" => ReportStatus::Declined { code: said(RefusalCode::Declined) },
        "CANCELLED" | "CANCELED" => ReportStatus::Declined { code: said(RefusalCode::Cancelled) },
        "EXPIRED" => ReportStatus::Expired,
        _ => ReportStatus::Other(cut(word)),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_REMARK).collect()
}
