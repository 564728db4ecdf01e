//! Money given back: a void of what was just taken by mistake, or a refund (rules 7, 10, 11 and 42).
//!
//! All that is asked back of one payment is in one stream, `refund-{payment}`: so that the sum never
//! exceeds what came in, whoever asks at once. One asks, another one approves, the money goes. It is
//! dated the day on which it goes.

mod decide;
mod facts;

pub use decide::{Received, Standing};
pub use facts::*;

use crate::{Money, RefundId, UserId};
use std::collections::BTreeMap;

/// All that is asked back of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refunds {
    /// Each with how far it is.
    pub asked: BTreeMap<RefundId, Refund>,
    /// What went back of an advance.
    pub advance: Money,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Void or refund.
    pub kind: Kind,
    /// How much.
    pub amount: Money,
    /// Who asked.
    pub by: UserId,
    /// How far it is.
    pub stage: Stage,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for a second person.
    Requested,
    /// The money may go.
    Approved,
    /// Nothing goes.
    Rejected,
    /// The money went.
    Completed,
}

impl Stage {
    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Completed => "COMPLETED",
        }
    }
}

impl Refunds {
    /// The state after one more fact.
    #[must_use]
    pub fn evolve(mut self, event: &Event) -> Self {
        let (id, stage) = match event {
            Event::Requested(fact) => {
                let (kind, amount, by) = (fact.kind, fact.amount, fact.by);
                self.asked.insert(fact.refund, Refund { kind, amount, by, stage: Stage::Requested });
                return self;
            }
            Event::Approved(fact) => (fact.refund, Stage::Approved),
            Event::Rejected(fact) => (fact.refund, Stage::Rejected),
            Event::Completed(fact) => {
                self.advance = self.advance.plus(fact.advance).unwrap_or(self.advance);
                (fact.refund, Stage::Completed)
            }
            // In the numbered series, not here.
            Event::Paid(_) => return self,
        };
        if let Some(refund) = self.asked.get_mut(&id) {
            refund.stage = stage;
        }
        self
    }

    /// What was asked back and not rejected: it can't be asked back again.
    pub fn reserved(&self) -> Money {
        let standing = self.asked.values().filter(|refund| refund.stage != Stage::Rejected);
        Money::sum(standing.map(|refund| refund.amount)).unwrap_or(Money::MAX)
    }
}
