//! A deposit (versement): cash on its way from a drawer to the bank or the Treasury (account 585), until
//! somebody shows the proof that it arrived (rule 19).

use crate::{DepositId, Money, Refusal, TillId, UserId, cash::Count, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one deposit. Read by the read model `deposits`.
    Event {
        /// Written with `till-deposited`.
        Made = "deposit-made.v2" or "deposit-made.v1" as MadeV1,
        /// Written with [`Made`], in `deposits-{series}-{year}`: its revision is the slip's number.
        SlipIssued = "deposit-slip-issued.v1",
        /// Written by `POST /api/deposits/{id}/prove`.
        Proven = "deposit-proven.v1",
    }
}

/// Cash left a drawer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Which drawer.
    pub till: TillId,
    /// Who gave it away.
    pub by: UserId,
    /// How much.
    pub amount: Money,
    /// Notes and coins.
    pub count: Count,
    /// Who brings it there, where that was said: a name or a service.
    pub carrier: Option<String>,
}

/// As it was when nobody was asked who brings it.
#[derive(Clone, Debug, Deserialize)]
struct MadeV1 {
    till: TillId,
    by: UserId,
    amount: Money,
    count: Count,
}

impl From<MadeV1> for Made {
    fn from(old: MadeV1) -> Self {
        Self { till: old.till, by: old.by, amount: old.amount, count: old.count, carrier: None }
    }
}

/// The slip (bordereau de versement).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipIssued {
    /// Of which deposit.
    pub deposit: DepositId,
    /// Out of which drawer.
    pub till: TillId,
    /// How much.
    pub amount: Money,
    /// The business day; its year is the series' year.
    pub day: NaiveDate,
}

/// The money arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    /// Where.
    pub place: Place,
    /// What stands on the bank's or the Treasury's paper.
    pub reference: String,
    /// Who has seen it.
    pub by: UserId,
    /// How much: what was given away.
    pub amount: Money,
}

/// Where cash is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Place {
    /// A local bank (521).
    Bank,
    /// The Treasury (532).
    Treasury,
}

/// What is true of a deposit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Deposit {
    /// Never made.
    #[default]
    Unknown,
    /// On its way.
    Made(Made),
    /// Arrived.
    Proven {
        /// Where.
        place: Place,
        /// What stood on the paper.
        reference: String,
    },
}

impl Deposit {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Unknown, Event::Made(made)) => Self::Made(made.clone()),
            (Self::Made(_), Event::Proven(proven)) => {
                Self::Proven { place: proven.place, reference: proven.reference.clone() }
            }
            (
                other @ (Self::Unknown | Self::Made(_) | Self::Proven { .. }),
                Event::Made(_) | Event::Proven(_) | Event::SlipIssued(_),
            ) => other,
        }
    }

    /// Somebody else than the giver has seen the proof. Told twice is an answer.
    pub fn prove(&self, place: Place, reference: String, by: UserId) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "deposit", id: String::new() }),
            Self::Made(made) if made.by == by => Err(Refusal::NotYours),
            Self::Made(made) => Ok(vec![Proven { place, reference, by, amount: made.amount }.into()]),
            Self::Proven { place: there, reference: known } if *there == place && *known == reference => {
                Ok(vec![])
            }
            Self::Proven { .. } => Err(Refusal::AlreadyDecided),
        }
    }
}
