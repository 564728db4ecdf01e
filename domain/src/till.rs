//! A till: one cash session of one cashier at one desk (rules 16 and 17).
//!
//! Three streams share its events: the till's own, and one each for the desk and the cashier, so
//! that "one open session per desk and per cashier" is held by expected revisions.

use crate::{Money, PaymentId, Refusal, TillId, UserId, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened at a till. Read by the read model `tills`.
    Event {
        /// Written by `POST /api/tills/open`, in the till's stream.
        Opened = "till-opened.v1",
        /// Written by `POST /api/payments/cash`, in the till's stream.
        CashTaken = "till-cash-taken.v1",
        /// Written with [`Opened`], in the stream of the desk and in that of the cashier.
        Seated = "till-seated.v1",
    }
}

/// A cash session began with a float.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The desk's name.
    pub desk: String,
    /// Who answers for the drawer.
    pub cashier: UserId,
    /// What lay in it; no revenue.
    pub float: Money,
}

/// Cash came in, and change went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashTaken {
    /// For which payment.
    pub payment: PaymentId,
    /// What stays in the drawer: tendered less change.
    pub amount: Money,
}

/// A desk or a cashier has an open till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seated {
    /// Which.
    pub till: TillId,
}

/// What is true of a till.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Till {
    /// Never opened.
    #[default]
    Unknown,
    /// Cash may be taken.
    Open {
        /// Who answers for it.
        cashier: UserId,
        /// Float and receipts: what the drawer must hold.
        expected: Money,
    },
}

/// Whether a desk or a cashier has a till.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seat {
    /// None open.
    #[default]
    Free,
    /// This one stands open.
    Taken(TillId),
}

/// The events of a till's opening, for its three streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// For the till's stream.
    pub till: Vec<Event>,
    /// For the desk's stream.
    pub desk: Vec<Event>,
    /// For the cashier's stream.
    pub cashier: Vec<Event>,
}

impl Till {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::Opened(opened)) => Self::Open { cashier: opened.cashier, expected: opened.float },
            (Self::Open { cashier, expected }, Event::CashTaken(taken)) => {
                // `take` has checked the sum before the fact was written.
                let expected = expected.plus(taken.amount).unwrap_or(Money::MAX);
                Self::Open { cashier, expected }
            }
            (till @ Self::Unknown, Event::CashTaken(_)) | (till, Event::Seated(_)) => till,
        }
    }

    /// Cash for `payment` goes into the drawer of `cashier`.
    pub fn take(&self, payment: PaymentId, amount: Money, by: UserId) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NoTillOpen),
            Self::Open { cashier, .. } if *cashier != by => Err(Refusal::NotYours),
            Self::Open { expected, .. } => {
                expected.plus(amount).map_err(|_| Refusal::AmountTooLarge)?;
                Ok(vec![CashTaken { payment, amount }.into()])
            }
        }
    }
}

impl Seat {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match event {
            Event::Seated(seated) => Self::Taken(seated.till),
            Event::Opened(_) | Event::CashTaken(_) => self,
        }
    }
}

/// Opens a till where neither the desk nor the cashier has one.
pub fn open(desk: Seat, cashier: Seat, id: TillId, opened: Opened) -> Result<Opening, Refusal> {
    match (desk, cashier) {
        (Seat::Taken(till), _) => Err(Refusal::TillAlreadyOpen { till, desk: true }),
        (Seat::Free, Seat::Taken(till)) => Err(Refusal::TillAlreadyOpen { till, desk: false }),
        (Seat::Free, Seat::Free) => {
            let seated = Event::from(Seated { till: id });
            Ok(Opening { till: vec![opened.into()], desk: vec![seated.clone()], cashier: vec![seated] })
        }
    }
}
