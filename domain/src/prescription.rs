//! A prescription: what a patient owes for exams, and what was paid toward it.

use crate::{ExamId, Money, PatientId, PaymentId, Refusal, event::facts, patient::Patient};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one prescription. Read by the read model `prescriptions`.
    Event {
        /// Written by `POST /api/prescriptions`. Its position in the log is the prescription's number.
        Registered = "prescription-registered.v1",
        /// Written with `payment-opened`: the prescription has one live attempt (rule 35).
        AttemptOpened = "prescription-attempt-opened.v1",
        /// Written with the fact that ended the attempt without money for this prescription.
        AttemptClosed = "prescription-attempt-closed.v1",
        /// Written with the fact that brought the money.
        Paid = "prescription-paid.v1",
    }
}

/// Exams were prescribed, at prices fixed from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// For whom.
    pub patient: PatientId,
    /// At least one.
    pub lines: Vec<Line>,
    /// Their sum.
    pub total: Money,
}

/// One exam of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of the catalogue.
    pub exam: ExamId,
    /// What is asked for it.
    pub price: Money,
    /// The catalogue's price on that day, where another one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Money>,
}

/// A mobile payment was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptOpened {
    /// The attempt.
    pub payment: PaymentId,
}

/// The prescription is free for cash or another attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptClosed {
    /// The attempt.
    pub payment: PaymentId,
}

/// Money came in for the prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// By this payment.
    pub payment: PaymentId,
    /// That much of what was due.
    pub amount: Money,
}

/// The most that one prescription may come to: a thousand of them still fit one drawer's sum.
pub const MOST: Money = match Money::new(1_000_000_000) {
    Ok(most) => most,
    Err(_) => Money::MAX,
};

/// What is true of a prescription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prescription {
    /// Never registered.
    #[default]
    Unknown,
    /// Something is due.
    Due {
        /// Whose.
        patient: PatientId,
        /// All of it.
        total: Money,
        /// Less than `total`.
        paid: Money,
        /// The attempt whose outcome is awaited.
        live: Option<PaymentId>,
    },
    /// Nothing is due.
    Settled {
        /// Whose.
        patient: PatientId,
        /// All of it.
        total: Money,
    },
}

impl Prescription {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::Registered(new)) => {
                Self::Due { patient: new.patient, total: new.total, paid: Money::ZERO, live: None }
            }
            (Self::Due { patient, total, paid, .. }, Event::AttemptOpened(opened)) => {
                Self::Due { patient, total, paid, live: Some(opened.payment) }
            }
            (Self::Due { patient, total, paid, live }, Event::AttemptClosed(closed)) => {
                Self::Due { patient, total, paid, live: live.filter(|live| *live != closed.payment) }
            }
            (Self::Due { patient, total, paid, live }, Event::Paid(more)) => {
                let paid = paid.plus(more.amount).unwrap_or(total);
                if paid >= total {
                    return Self::Settled { patient, total };
                }
                Self::Due { patient, total, paid, live: live.filter(|live| *live != more.payment) }
            }
            (state @ (Self::Unknown | Self::Settled { .. }), Event::AttemptOpened(_))
            | (state @ (Self::Unknown | Self::Settled { .. }), Event::AttemptClosed(_))
            | (state @ (Self::Unknown | Self::Settled { .. }), Event::Paid(_)) => state,
        }
    }

    /// What is still to pay.
    pub fn due(&self) -> Money {
        match self {
            Self::Unknown | Self::Settled { .. } => Money::ZERO,
            Self::Due { total, paid, .. } => total.less(*paid),
        }
    }

    /// Register exams for a patient; the lines carry their prices.
    pub fn register(
        &self,
        patient: &Patient,
        id: PatientId,
        lines: Vec<Line>,
    ) -> Result<Vec<Event>, Refusal> {
        match (self, patient) {
            (Self::Due { .. } | Self::Settled { .. }, _) => {
                return Err(Refusal::AlreadyThere { what: "prescription" });
            }
            (Self::Unknown, Patient::Unknown) => {
                return Err(Refusal::NotFound { what: "patient", id: id.to_string() });
            }
            (Self::Unknown, Patient::Erased) => return Err(Refusal::PatientErased),
            (Self::Unknown, Patient::Known) => {}
        }
        if lines.is_empty() || lines.len() > 100 {
            return Err(Refusal::LineCount { lines: lines.len() });
        }
        if lines.iter().any(|line| line.price.is_zero()) {
            return Err(Refusal::ZeroAmount { what: "price" });
        }
        let total = Money::sum(lines.iter().map(|line| line.price)).map_err(|_| Refusal::AmountTooLarge)?;
        if total > MOST {
            return Err(Refusal::AmountTooLarge);
        }
        Ok(vec![Registered { patient: id, lines, total }.into()])
    }

    /// The patient and what is due, if money may be asked for now.
    pub fn payable(&self) -> Result<(PatientId, Money), Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "prescription", id: String::new() }),
            Self::Settled { .. } => Err(Refusal::AlreadyPaid),
            Self::Due { live: Some(payment), .. } => Err(Refusal::AttemptLive { payment: *payment }),
            Self::Due { patient, live: None, .. } => Ok((*patient, self.due())),
        }
    }

    /// The attempt ended without money for us; nothing to write if it isn't the live one.
    pub fn close(&self, payment: PaymentId) -> Vec<Event> {
        match self {
            Self::Due { live: Some(live), .. } if *live == payment => {
                vec![AttemptClosed { payment }.into()]
            }
            Self::Due { .. } | Self::Unknown | Self::Settled { .. } => vec![],
        }
    }
}
