//! What a patient need not pay: an exemption or a discount, asked for by one and granted by another.
//!
//! An exemption has a voucher with a number of its own series; a receipt of 0 is never issued.

use crate::{Money, PatientId, PrescriptionId, Refusal, ReliefId, UserId, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one relief. Read by the read models `reliefs` and `work_items`.
    Event {
        /// Written by `POST /api/prescriptions/{id}/reliefs`.
        Requested = "relief-requested.v1",
        /// Written by `POST /api/reliefs/{id}/grant`.
        Granted = "relief-granted.v1",
        /// Written by `POST /api/reliefs/{id}/reject`.
        Rejected = "relief-rejected.v1",
        /// Written by `POST /api/reliefs/{id}/withdraw`.
        Withdrawn = "relief-withdrawn.v1",
        /// Written with [`Granted`], in `vouchers-{series}-{year}`: its revision is the voucher's number.
        VoucherIssued = "relief-voucher-issued.v1",
    }
}

/// Somebody asks that a patient need not pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// For what.
    pub prescription: PrescriptionId,
    /// Exemption or discount.
    pub kind: Kind,
    /// How much.
    pub amount: Money,
    /// Why; no name of a patient.
    pub reason: String,
    /// Who asks.
    pub by: UserId,
}

/// Why the patient need not pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// He can't: decided by the social service.
    Exemption,
    /// The house asks for less.
    Discount,
}

impl Kind {
    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exemption => "EXEMPTION",
            Self::Discount => "DISCOUNT",
        }
    }

    /// The series of its vouchers.
    pub const fn series(self) -> &'static str {
        match self {
            Self::Exemption => "E",
            Self::Discount => "D",
        }
    }
}

/// Another person agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Who.
    pub by: UserId,
}

/// Another person did not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Who.
    pub by: UserId,
    /// Why.
    pub reason: String,
}

/// Who asked asks no more, before anybody decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Who had asked.
    pub by: UserId,
}

/// The paper that stands where a receipt would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherIssued {
    /// For which relief.
    pub relief: ReliefId,
    /// For what.
    pub prescription: PrescriptionId,
    /// Whose.
    pub patient: PatientId,
    /// Exemption or discount.
    pub kind: Kind,
    /// How much need not be paid.
    pub amount: Money,
    /// Who granted it.
    pub by: UserId,
    /// The business day; its year is the series' year.
    pub day: NaiveDate,
}

/// What is true of a relief.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Relief {
    /// Never asked for.
    #[default]
    Unknown,
    /// Waits for a second person.
    Asked(Requested),
    /// That much need not be paid.
    Granted,
    /// Nothing came of it.
    Rejected,
}

impl Relief {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Unknown, Event::Requested(fact)) => Self::Asked(fact.clone()),
            (Self::Asked(_), Event::Granted(_)) => Self::Granted,
            (Self::Asked(_), Event::Rejected(_) | Event::Withdrawn(_)) => Self::Rejected,
            (
                other @ (Self::Unknown | Self::Asked(_) | Self::Granted | Self::Rejected),
                Event::Requested(_)
                | Event::Granted(_)
                | Event::Rejected(_)
                | Event::Withdrawn(_)
                | Event::VoucherIssued(_),
            ) => other,
        }
    }

    /// Asks; `due` is what the prescription has due now, and no more can be forgiven.
    pub fn request(&self, requested: Requested, due: Money) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown if requested.amount.is_zero() => Err(Refusal::ZeroAmount { what: "amount" }),
            Self::Unknown if requested.amount > due => Err(Refusal::MoreThanDue { due }),
            Self::Unknown => Ok(vec![requested.into()]),
            Self::Asked(_) | Self::Granted | Self::Rejected => Err(Refusal::AlreadyThere { what: "relief" }),
        }
    }

    /// What waits for a second person, if `by` may be that person.
    pub fn waiting(&self, by: UserId) -> Result<&Requested, Refusal> {
        match self {
            Self::Asked(asked) if asked.by == by => Err(Refusal::NotYours),
            Self::Asked(asked) => Ok(asked),
            Self::Granted | Self::Rejected => Err(Refusal::AlreadyDecided),
            Self::Unknown => Err(Refusal::NotFound { what: "relief", id: String::new() }),
        }
    }

    /// A second person agrees.
    pub fn grant(&self, by: UserId) -> Result<Vec<Event>, Refusal> {
        self.waiting(by).map(|_| vec![Granted { by }.into()])
    }

    /// A second person does not agree.
    pub fn reject(&self, by: UserId, reason: String) -> Result<Vec<Event>, Refusal> {
        self.waiting(by).map(|_| vec![Rejected { by, reason }.into()])
    }

    /// Who asked asks no more.
    pub fn withdraw(&self, by: UserId) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Asked(asked) if asked.by == by => Ok(vec![Withdrawn { by }.into()]),
            Self::Asked(_) => Err(Refusal::NotYours),
            Self::Granted | Self::Rejected => Err(Refusal::AlreadyDecided),
            Self::Unknown => Err(Refusal::NotFound { what: "relief", id: String::new() }),
        }
    }
}
