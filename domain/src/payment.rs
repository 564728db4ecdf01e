//! A payment: cash taken once, or one mobile money attempt through its stages (DOMAIN 9).
//!
//! `facts` has what lies on disk, `attempt` what may be asked of a mobile attempt, `crate::settlement`
//! what a report of a provider does to payment, prescription and receipts together.

pub mod attempt;
pub mod facts;
pub mod stage;

pub use attempt::Attempt;
pub use facts::*;
pub use stage::Stage;

use crate::{Money, PrescriptionId, receipt::Method, refund::Received};

/// What is true of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Payment {
    /// Never begun.
    #[default]
    Unknown,
    /// Cash was taken; nothing more can happen to it here.
    Cash(CashTaken),
    /// A mobile money attempt.
    Mobile(Box<Attempt>),
}

impl Payment {
    /// What came in by it, if anything did.
    pub fn received(&self) -> Option<Received> {
        match self {
            Self::Unknown => None,
            Self::Cash(taken) => Some(Received {
                amount: taken.amount,
                advance: Money::ZERO,
                cashier: taken.cashier,
                till: Some(taken.till),
            }),
            Self::Mobile(attempt) => (!attempt.booked.is_empty()).then(|| Received {
                amount: attempt.received(),
                advance: attempt.advance,
                cashier: attempt.terms.cashier,
                till: None,
            }),
        }
    }

    /// What it was meant for.
    pub fn prescription(&self) -> Option<PrescriptionId> {
        match self {
            Self::Unknown => None,
            Self::Cash(taken) => Some(taken.prescription),
            Self::Mobile(attempt) => Some(attempt.terms.prescription),
        }
    }

    /// Into what its money comes: a drawer or a wallet.
    pub fn method(&self) -> Option<Method> {
        match self {
            Self::Unknown => None,
            Self::Cash(_) => Some(Method::Cash),
            Self::Mobile(attempt) => Some(attempt.terms.wallet.into()),
        }
    }

    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::CashTaken(taken)) => Self::Cash(taken.clone()),
            (_, Event::Opened(opened)) => Self::Mobile(Box::new(Attempt::opened(opened.clone()))),
            (Self::Mobile(attempt), later) => Self::Mobile(Box::new(attempt.evolve(later))),
            (
                other @ (Self::Unknown | Self::Cash(_)),
                Event::Sent(_)
                | Event::Registered(_)
                | Event::Refused(_)
                | Event::Unanswered(_)
                | Event::Resent(_)
                | Event::Claimed(_)
                | Event::ClaimLapsed(_)
                | Event::Noted(_)
                | Event::Confirmed(_)
                | Event::Doubled(_)
                | Event::Declined(_)
                | Event::Expired(_)
                | Event::Abandoned(_)
                | Event::Contradicted(_)
                | Event::ReferenceDiffers(_)
                | Event::Questioned(_)
                | Event::ResolutionProposed(_)
                | Event::Resolved(_),
            ) => other,
        }
    }
}
