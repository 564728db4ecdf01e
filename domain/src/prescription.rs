//! A prescription: what a patient owes for exams, who bears it, what was paid toward it, what was done.
//!
//! `facts` has what lies on disk, `bill` who bears how much of each line, `perform` the technicians' part.

mod bill;
mod cover;
mod facts;
mod perform;

pub use bill::{Bill, Item, Part, Work};
pub use facts::*;

use crate::{Money, PatientId, PaymentId, Refusal, patient::Patient};

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
        /// Its lines.
        bill: Bill,
        /// The attempt whose outcome is awaited.
        live: Option<PaymentId>,
    },
    /// Nothing is due.
    Settled {
        /// Whose.
        patient: PatientId,
        /// Its lines.
        bill: Bill,
        /// An attempt that somebody else's money overtook: what is refunded may fall due while it waits.
        live: Option<PaymentId>,
    },
}

impl Prescription {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        let (mut patient, mut bill, mut live) = match self {
            Self::Unknown => return Self::first(event),
            Self::Due { patient, bill, live } | Self::Settled { patient, bill, live } => {
                (patient, bill, live)
            }
        };
        match event {
            Event::Registered(new) => (patient, bill, live) = (new.patient, Bill::of(&new.lines), None),
            Event::AttemptOpened(opened) => live = Some(opened.payment),
            Event::AttemptClosed(closed) => live = live.filter(|live| *live != closed.payment),
            Event::Paid(more) => {
                bill.pay(more.payment, more.amount);
                live = live.filter(|live| *live != more.payment);
            }
            Event::Refunded(back) => bill.take_back(back.payment, back.amount),
            Event::Covered(covered) => bill.cover(&covered.payer, &covered.parts),
            Event::CoverageWithdrawn(_) => bill.uncover(),
            Event::Relieved(relieved) => bill.relieve(relieved.amount),
            Event::ExamStarted(started) => bill.work(started.line, Work::Started(started.by)),
            Event::ExamCompleted(completed) => bill.work(completed.line, Work::Completed),
        }
        Self::with(patient, bill, live)
    }

    /// The state after the first fact; no other one than this begins a prescription.
    fn first(event: &Event) -> Self {
        match event {
            Event::Registered(new) => Self::with(new.patient, Bill::of(&new.lines), None),
            Event::AttemptOpened(_)
            | Event::AttemptClosed(_)
            | Event::Paid(_)
            | Event::Refunded(_)
            | Event::Covered(_)
            | Event::CoverageWithdrawn(_)
            | Event::Relieved(_)
            | Event::ExamStarted(_)
            | Event::ExamCompleted(_) => Self::Unknown,
        }
    }

    fn with(patient: PatientId, bill: Bill, live: Option<PaymentId>) -> Self {
        match bill.due() {
            Money::ZERO => Self::Settled { patient, bill, live },
            _ => Self::Due { patient, bill, live },
        }
    }

    /// What is still to pay.
    pub fn due(&self) -> Money {
        self.bill().map_or(Money::ZERO, Bill::due)
    }

    /// Its lines, if it was registered.
    pub const fn bill(&self) -> Option<&Bill> {
        match self {
            Self::Unknown => None,
            Self::Due { bill, .. } | Self::Settled { bill, .. } => Some(bill),
        }
    }

    /// Whose it is, if it was registered.
    pub const fn patient(&self) -> Option<PatientId> {
        match self {
            Self::Unknown => None,
            Self::Due { patient, .. } | Self::Settled { patient, .. } => Some(*patient),
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
        self.open_bill().map(|(patient, bill)| (patient, bill.due()))
    }

    /// The patient and what is asked: all that is due, or a part of it.
    pub fn payable_part(&self, part: Option<Money>) -> Result<(PatientId, Money), Refusal> {
        let (patient, due) = self.payable()?;
        match part {
            None => Ok((patient, due)),
            Some(part) if part.is_zero() => Err(Refusal::ZeroAmount { what: "amount" }),
            Some(part) if part > due => Err(Refusal::MoreThanDue { due }),
            Some(part) => Ok((patient, part)),
        }
    }

    /// The patient and the lines, while something is due and no attempt is live.
    fn open_bill(&self) -> Result<(PatientId, &Bill), Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "prescription", id: String::new() }),
            Self::Settled { .. } => Err(Refusal::AlreadyPaid),
            Self::Due { live: Some(payment), .. } => Err(Refusal::AttemptLive { payment: *payment }),
            Self::Due { patient, bill, live: None } => Ok((*patient, bill)),
        }
    }

    /// The attempt ended without money for us; nothing to write if it isn't the live one.
    pub fn close(&self, payment: PaymentId) -> Vec<Event> {
        match self {
            Self::Due { live: Some(live), .. } | Self::Settled { live: Some(live), .. }
                if *live == payment =>
            {
                vec![AttemptClosed { payment }.into()]
            }
            Self::Due { .. } | Self::Unknown | Self::Settled { .. } => vec![],
        }
    }
}
