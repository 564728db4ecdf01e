//! A till: one cash session of one cashier at one desk (rules 16 to 18 and 20).
//!
//! Three streams share its events: the till's own, and one each for the desk and the cashier, so
//! that "one open session per desk and per cashier" is held by expected revisions. Cash between two
//! drawers is in the stream of the sender until the receiver accepts it.

mod close;
mod facts;
mod transfer;

pub use close::{Closing, Counter, close, sign};
pub use facts::*;
pub use transfer::{Accepted, accept, give_back, send};

use crate::{DepositId, Money, PaymentId, RefundId, Refusal, TillId, TransferId, UserId};
use std::collections::BTreeMap;

/// What is true of a till.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Till {
    /// Never opened.
    #[default]
    Unknown,
    /// Cash may be taken.
    Open(Drawer),
    /// Counted; the difference waits for a second person.
    Counted {
        /// Who answers for it.
        cashier: UserId,
        /// What had to lie in it.
        expected: Money,
        /// What lay in it.
        counted: Money,
        /// Who counted, where it was not the cashier.
        deputy: Option<UserId>,
    },
    /// Over for good.
    Closed {
        /// Who answered for it.
        cashier: UserId,
    },
}

/// An open drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawer {
    /// Where it stands.
    pub desk: String,
    /// Who answers for it.
    pub cashier: UserId,
    /// What must lie in it.
    pub expected: Money,
    /// What was sent to other drawers and not accepted there yet: to whom, and how much.
    pub sent: BTreeMap<TransferId, (TillId, Money)>,
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
            (_, Event::Opened(opened)) => Self::Open(Drawer::opened(opened)),
            (Self::Open(drawer), Event::Counted(fact)) => {
                let deputy = fact.deputy.as_ref().map(|deputy| deputy.by);
                let (expected, counted) = (fact.expected, fact.counted);
                Self::Counted { cashier: drawer.cashier, expected, counted, deputy }
            }
            (Self::Open(drawer), moved) => Self::Open(drawer.evolve(moved)),
            (Self::Counted { cashier, .. }, Event::Closed(_)) => Self::Closed { cashier },
            (
                till @ (Self::Unknown | Self::Counted { .. } | Self::Closed { .. }),
                Event::CashTaken(_)
                | Event::CashPaidOut(_)
                | Event::TransferSent(_)
                | Event::TransferAccepted(_)
                | Event::TransferReceived(_)
                | Event::TransferReturned(_)
                | Event::Deposited(_)
                | Event::Counted(_)
                | Event::Closed(_)
                | Event::Seated(_)
                | Event::Vacated(_),
            ) => till,
        }
    }

    /// The open drawer of `by`.
    pub fn drawer(&self, by: UserId) -> Result<&Drawer, Refusal> {
        match self {
            Self::Open(drawer) if drawer.cashier == by => Ok(drawer),
            Self::Open(_) => Err(Refusal::NotYours),
            Self::Unknown => Err(Refusal::NoTillOpen),
            Self::Counted { .. } | Self::Closed { .. } => Err(Refusal::TillClosed),
        }
    }

    /// Who answers or answered for it.
    pub const fn cashier(&self) -> Option<UserId> {
        match self {
            Self::Unknown => None,
            Self::Open(Drawer { cashier, .. }) | Self::Counted { cashier, .. } | Self::Closed { cashier } => {
                Some(*cashier)
            }
        }
    }

    /// Cash for `payment` goes into the drawer of `cashier`.
    pub fn take(&self, payment: PaymentId, amount: Money, by: UserId) -> Result<Vec<Event>, Refusal> {
        let drawer = self.drawer(by)?;
        drawer.expected.plus(amount).map_err(|_| Refusal::AmountTooLarge)?;
        Ok(vec![CashTaken { payment, amount }.into()])
    }

    /// Cash goes back to a payer, out of the drawer of `by`.
    pub fn pay_out(
        &self,
        payment: PaymentId,
        refund: RefundId,
        amount: Money,
        by: UserId,
    ) -> Result<Vec<Event>, Refusal> {
        self.drawer(by)?.can_give(amount)?;
        Ok(vec![CashPaidOut { payment, refund, amount }.into()])
    }

    /// Cash goes to the bank or the Treasury, out of the drawer of `by`.
    pub fn deposit(&self, deposit: DepositId, amount: Money, by: UserId) -> Result<Vec<Event>, Refusal> {
        self.drawer(by)?.can_give(amount)?;
        Ok(vec![Deposited { deposit, amount }.into()])
    }
}

impl Drawer {
    fn opened(opened: &Opened) -> Self {
        let desk = opened.desk.clone();
        Self { desk, cashier: opened.cashier, expected: opened.float, sent: BTreeMap::new() }
    }

    fn evolve(mut self, event: &Event) -> Self {
        // Every decision has checked the sum before its fact was written.
        let francs = (self.expected.francs() + event.moves()).clamp(0, Money::MAX.francs());
        self.expected = Money::new(francs).unwrap_or(self.expected);
        match event {
            Event::TransferSent(fact) => _ = self.sent.insert(fact.transfer, (fact.to, fact.amount)),
            Event::TransferAccepted(fact) => _ = self.sent.remove(&fact.transfer),
            Event::TransferReturned(fact) => _ = self.sent.remove(&fact.transfer),
            Event::Opened(_)
            | Event::CashTaken(_)
            | Event::CashPaidOut(_)
            | Event::TransferReceived(_)
            | Event::Deposited(_)
            | Event::Counted(_)
            | Event::Closed(_)
            | Event::Seated(_)
            | Event::Vacated(_) => {}
        }
        self
    }

    fn can_give(&self, amount: Money) -> Result<(), Refusal> {
        match amount {
            amount if amount.is_zero() => Err(Refusal::ZeroAmount { what: "amount" }),
            // Without the figure: the count at the end is a blind one (rule 18).
            amount if amount > self.expected => Err(Refusal::DrawerTooSmall),
            _ => Ok(()),
        }
    }
}

impl Seat {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match event {
            Event::Seated(seated) => Self::Taken(seated.till),
            Event::Vacated(_) => Self::Free,
            Event::Opened(_)
            | Event::CashTaken(_)
            | Event::CashPaidOut(_)
            | Event::TransferSent(_)
            | Event::TransferAccepted(_)
            | Event::TransferReceived(_)
            | Event::TransferReturned(_)
            | Event::Deposited(_)
            | Event::Counted(_)
            | Event::Closed(_) => self,
        }
    }
}

/// Opens a till where neither the desk nor the cashier has one. A float that was counted is the sum of
/// its count.
pub fn open(desk: Seat, cashier: Seat, id: TillId, opened: Opened) -> Result<Opening, Refusal> {
    match (desk, cashier) {
        (Seat::Taken(till), _) => Err(Refusal::TillAlreadyOpen { till, desk: true }),
        (Seat::Free, Seat::Taken(till)) => Err(Refusal::TillAlreadyOpen { till, desk: false }),
        (Seat::Free, Seat::Free) => {
            let counted = opened.count.as_ref().map(|count| count.total().ok_or(Refusal::AmountTooLarge));
            let opened = Opened { float: counted.unwrap_or(Ok(opened.float))?, ..opened };
            let seated = Event::from(Seated { till: id });
            Ok(Opening { till: vec![opened.into()], desk: vec![seated.clone()], cashier: vec![seated] })
        }
    }
}
