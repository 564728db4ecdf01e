//! What a provider told, by callback, status or statement. Nothing told is ever refused.

use super::{
    Booking, Received,
    book::{Proven, book},
    end,
};
use crate::{
    Money, PaymentId,
    payment::{
        Attempt, Claimed, Contradicted, Declined, Doubled, Event, Evidence, Expired, Noted, Questioned,
        ReferenceDiffers, Registered, Source, Stage,
    },
    prescription::Prescription,
};

/// One telling about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it says.
    pub status: ReportStatus,
    /// How much, if it says so.
    pub amount: Option<Money>,
    /// ISO 4217, if it says so.
    pub currency: Option<String>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// When, in the provider's own words.
    pub operation_at: Option<String>,
    /// Who told, and the key by which it counts once.
    pub evidence: Evidence,
}

/// What a telling says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportStatus {
    /// Not known yet.
    Pending,
    /// The money moved.
    Success,
    /// It will not move.
    Declined {
        /// Why.
        code: String,
    },
    /// The payer did not answer.
    Expired,
    /// A word we have no meaning for.
    Other(String),
}

impl ReportStatus {
    /// The word for notes and conflicts.
    pub fn word(&self) -> &str {
        match self {
            Self::Pending => "PENDING",
            Self::Success => "SUCCESS",
            Self::Declined { .. } => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Other(word) => word,
        }
    }
}

/// What the telling does. Empty when it was heard before or says nothing new.
pub fn hear(attempt: &Attempt, prescription: &Prescription, id: PaymentId, report: Report) -> Booking {
    if attempt.heard.contains(&(report.evidence.source, report.evidence.key.clone())) {
        return Booking::default();
    }
    match &report.status {
        ReportStatus::Success => success(attempt, prescription, id, report),
        ReportStatus::Pending | ReportStatus::Other(_) => only(note(report)),
        ReportStatus::Declined { .. } | ReportStatus::Expired => failure(attempt, prescription, id, report),
    }
}

fn only(payment: Vec<Event>) -> Booking {
    Booking { payment, ..Booking::default() }
}

/// Polls that bring nothing leave no trace; what somebody came to tell does.
fn note(report: Report) -> Vec<Event> {
    match report.evidence.source {
        Source::Status => vec![],
        Source::Callback | Source::Unsigned | Source::Statement | Source::Person => {
            let status = report.status.word().to_owned();
            vec![Noted { status, evidence: report.evidence }.into()]
        }
    }
}

fn contradict(report: Report) -> Vec<Event> {
    let status = report.status.word().to_owned();
    vec![Contradicted { status, amount: report.amount, evidence: report.evidence }.into()]
}

fn failure(attempt: &Attempt, prescription: &Prescription, id: PaymentId, report: Report) -> Booking {
    if report.evidence.source == Source::Unsigned {
        return only(note(report));
    }
    match &attempt.stage {
        stage if stage.is_booked() => only(contradict(report)),
        Stage::Rejected | Stage::Declined | Stage::Expired | Stage::Review(_) => only(note(report)),
        _ => {
            let event = match report.status {
                ReportStatus::Declined { code } => Declined { code, evidence: report.evidence }.into(),
                _ => Expired { evidence: report.evidence }.into(),
            };
            end(prescription, id, vec![event])
        }
    }
}

fn success(attempt: &Attempt, prescription: &Prescription, id: PaymentId, report: Report) -> Booking {
    // Anybody can write an unsigned callback, and a signed one must say how much: we ask.
    if matches!((report.evidence.source, report.amount), (Source::Unsigned, _) | (Source::Callback, None)) {
        return only(claim(attempt, report));
    }
    if is_foreign(&report) || report.amount.is_some_and(Money::is_zero) {
        return match attempt.stage {
            // A question can be resolved only where nothing is booked; after that it is a contradiction.
            _ if attempt.stage.is_booked() => only(contradict(report)),
            // Our own asking again, and again no figure in francs: the question stands already.
            Stage::Review(_) if report.evidence.source == Source::Status => Booking::default(),
            _ => only(question(report)),
        };
    }
    if attempt.stage.is_booked() {
        return again(attempt, report);
    }
    let Some(amount) = proven_amount(attempt, &report) else {
        return only(question(report));
    };
    let differs = reference_differs(attempt, &report);
    let money = Proven {
        amount,
        provider_ref: report.provider_ref,
        evidence: report.evidence,
        operation_at: report.operation_at,
    };
    let mut booking = book(attempt, prescription, id, money);
    booking.payment.splice(0..0, differs);
    booking
}

fn is_foreign(report: &Report) -> bool {
    report.currency.as_deref().is_some_and(|currency| currency != "XOF")
}

/// What was told. A status that tells no amount stands for what we asked, unless a claim told another
/// figure; a statement without one stands for nothing: a person must look.
fn proven_amount(attempt: &Attempt, report: &Report) -> Option<Money> {
    match (report.amount, report.evidence.source) {
        (Some(told), _) => Some(told),
        (None, Source::Status) => {
            let asked = attempt.terms.amount;
            attempt.claimed.is_none_or(|told| told == asked).then_some(asked)
        }
        (None, Source::Callback | Source::Unsigned | Source::Statement | Source::Person) => None,
    }
}

fn claim(attempt: &Attempt, report: Report) -> Vec<Event> {
    match attempt.stage {
        Stage::Claimed(_) | Stage::Paid | Stage::Review(_) => note(report),
        _ => vec![Claimed { amount: report.amount, evidence: report.evidence }.into()],
    }
}

fn question(report: Report) -> Vec<Event> {
    let why = if is_foreign(&report) { "currency" } else { "amount" };
    let (amount, currency, provider_ref) = (report.amount, report.currency, report.provider_ref);
    vec![Questioned { why: why.into(), amount, currency, provider_ref, evidence: report.evidence }.into()]
}

/// Success after success: the same money told again, the same with another figure, or a second payment.
fn again(attempt: &Attempt, report: Report) -> Booking {
    let may_be = |booked: &&(Option<String>, Money)| {
        booked.0.is_none() || report.provider_ref.is_none() || booked.0 == report.provider_ref
    };
    let same: Vec<_> = attempt.booked.iter().filter(may_be).collect();
    if same.is_empty() {
        return second(attempt, report);
    }
    match report.amount {
        Some(told) if same.iter().all(|booked| booked.1 != told) => only(contradict(report)),
        _ => only(name_the_unnamed(attempt, report)),
    }
}

/// Another reference than any that was booked: money that came in a second time.
fn second(attempt: &Attempt, report: Report) -> Booking {
    let Some(amount) = proven_amount(attempt, &report) else {
        return only(question(report));
    };
    let doubled = Doubled { reported: amount, provider_ref: report.provider_ref, evidence: report.evidence };
    Booking {
        payment: vec![doubled.into()],
        prescription: vec![],
        money: Some(Received { applied: Money::ZERO, advance: amount }),
    }
}

/// Money was booked before its reference was told: the first told names it, so that another one after
/// it is seen to be a second payment.
fn name_the_unnamed(attempt: &Attempt, report: Report) -> Vec<Event> {
    let unnamed = attempt.booked.iter().any(|booked| booked.0.is_none());
    match (&attempt.provider_ref, &report.provider_ref) {
        (Some(known), Some(told)) if unnamed && known != told => contradict(report),
        (_, Some(_)) if unnamed => vec![Registered { provider_ref: report.provider_ref }.into()],
        _ => vec![],
    }
}

fn reference_differs(attempt: &Attempt, report: &Report) -> Option<Event> {
    match (&attempt.provider_ref, &report.provider_ref) {
        (Some(known), Some(reported)) if known != reported => {
            Some(ReferenceDiffers { known: known.clone(), reported: reported.clone() }.into())
        }
        _ => None,
    }
}
