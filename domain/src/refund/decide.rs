//! Who may ask money back, how much, and who must agree.

use super::{Approved, Completed, Event, Kind, Refund, Refunds, Rejected, Requested, Stage};
use crate::{Money, RefundId, Refusal, TillId, UserId};

/// What came in by the payment, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// All of it.
    pub amount: Money,
    /// Of it what fitted nothing and is owed back.
    pub advance: Money,
    /// Who asked for it.
    pub cashier: UserId,
    /// Into which drawer, if it was cash.
    pub till: Option<TillId>,
}

/// What a void depends on, beside the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The session that took the cash is still open.
    pub session_open: bool,
    /// Work on an exam of the prescription has begun.
    pub exam_begun: bool,
}

impl Refunds {
    /// Asks that money goes back. Void is for all of it, and only as [`Standing`] allows (rule 11).
    pub fn request(
        &self,
        asked: Requested,
        received: Received,
        standing: Standing,
    ) -> Result<Vec<Event>, Refusal> {
        let left = received.amount.less(self.reserved());
        match asked.kind {
            Kind::Void => can_void(received, standing)?,
            Kind::Refund => {}
        }
        match asked.amount {
            amount if amount.is_zero() => Err(Refusal::ZeroAmount { what: "amount" }),
            amount if amount > left => Err(Refusal::MoreThanReceived { left }),
            amount if asked.kind == Kind::Void && amount != received.amount => Err(Refusal::VoidIsForAll),
            _ => Ok(vec![asked.into()]),
        }
    }

    /// A second person agrees: neither who asked, nor who had received the money (rule 42).
    pub fn approve(&self, refund: RefundId, received: Received, by: UserId) -> Result<Vec<Event>, Refusal> {
        match self.find(refund)? {
            asked if asked.by == by || received.cashier == by => Err(Refusal::NotYours),
            Refund { stage: Stage::Requested, .. } => Ok(vec![Approved { refund, by }.into()]),
            Refund { stage: Stage::Approved, .. } => Ok(vec![]),
            Refund { stage: Stage::Rejected | Stage::Completed, .. } => Err(Refusal::AlreadyDecided),
        }
    }

    /// A second person does not agree or takes back an approval before the money went, or the one who asked
    /// asks no more. Who had received the money can't bury what others ask back of it (rule 42).
    pub fn reject(
        &self,
        refund: RefundId,
        received: Received,
        reason: String,
        by: UserId,
    ) -> Result<Vec<Event>, Refusal> {
        match self.find(refund)? {
            asked if received.cashier == by && asked.by != by => Err(Refusal::NotYours),
            Refund { stage: Stage::Requested | Stage::Approved, .. } => {
                Ok(vec![Rejected { refund, by, reason }.into()])
            }
            Refund { stage: Stage::Rejected, .. } => Ok(vec![]),
            Refund { stage: Stage::Completed, .. } => Err(Refusal::AlreadyDecided),
        }
    }

    /// The money goes: advances first, then what had paid for the prescription. What else this writes, and out
    /// of which drawer cash may go, is said by [`crate::settlement::give_back`].
    pub fn complete(
        &self,
        refund: RefundId,
        received: Received,
        standing: Standing,
        provider_ref: Option<String>,
        by: UserId,
    ) -> Result<Completed, Refusal> {
        let asked = self.find(refund)?;
        match asked.stage {
            Stage::Approved => {}
            Stage::Requested => return Err(Refusal::NotApproved),
            Stage::Rejected | Stage::Completed => return Err(Refusal::AlreadyDecided),
        }
        match asked.kind {
            Kind::Void => can_void(received, standing)?,
            Kind::Refund => {}
        }
        match (received.till, &provider_ref) {
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => return Err(Refusal::NoProviderReference),
            (Some(_), Some(_)) => return Err(Refusal::CashHasNoReference),
        }
        let advance = asked.amount.min(received.advance.less(self.advance));
        Ok(Completed { refund, by, applied: asked.amount.less(advance), advance, provider_ref })
    }

    /// One of them.
    pub fn find(&self, refund: RefundId) -> Result<&Refund, Refusal> {
        self.asked.get(&refund).ok_or_else(|| Refusal::NotFound { what: "refund", id: refund.to_string() })
    }
}

fn can_void(received: Received, standing: Standing) -> Result<(), Refusal> {
    match (received.till, standing) {
        (None, _) => Err(Refusal::OnlyRefund { why: "mobile" }),
        (_, Standing { exam_begun: true, .. }) => Err(Refusal::OnlyRefund { why: "exam" }),
        (_, Standing { session_open: false, .. }) => Err(Refusal::OnlyRefund { why: "session" }),
        (Some(_), Standing { session_open: true, exam_begun: false }) => Ok(()),
    }
}
