//! What happened at a till, as it lies on disk. Read by the read models `tills` and `transfers`.

use crate::{DepositId, Money, PaymentId, RefundId, TillId, TransferId, UserId, cash::Count, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened at a till.
    Event {
        /// Written by `POST /api/tills/open`, in the till's stream.
        Opened = "till-opened.v2" or "till-opened.v1" as OpenedV1,
        /// Written by `POST /api/payments/cash`, in the till's stream.
        CashTaken = "till-cash-taken.v1",
        /// Written with [`Opened`], in the stream of the desk and in that of the cashier.
        Seated = "till-seated.v1",
        /// Written by `POST /api/payments/{id}/refunds/{refund}/complete`, in the till's stream.
        CashPaidOut = "till-cash-paid-out.v1",
        /// Written by `POST /api/tills/{id}/transfers`, in the sender's stream.
        TransferSent = "till-transfer-sent.v1",
        /// Written by `POST /api/tills/{id}/transfers/{transfer}/accept`, in the sender's stream.
        TransferAccepted = "till-transfer-accepted.v1",
        /// Written with [`TransferAccepted`], in the receiver's stream.
        TransferReceived = "till-transfer-received.v1",
        /// Written by `POST /api/tills/{id}/transfers/{transfer}/return`, in the sender's stream.
        TransferReturned = "till-transfer-returned.v1",
        /// Written by `POST /api/tills/{id}/deposits`, in the till's stream.
        Deposited = "till-deposited.v1",
        /// Written by `POST /api/tills/{id}/close`, in the till's stream.
        Counted = "till-counted.v2" or "till-counted.v1" as CountedV1,
        /// Written with [`Counted`], in the stream of the desk and in that of the cashier.
        Vacated = "till-vacated.v1",
        /// Written with [`Counted`], or by `POST /api/tills/{id}/sign` where the difference is large.
        Closed = "till-closed.v1",
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
    /// The float by notes and coins, where it was counted so.
    pub count: Option<Count>,
}

/// As it was before floats were counted by notes and coins.
#[derive(Clone, Debug, Deserialize)]
struct OpenedV1 {
    desk: String,
    cashier: UserId,
    float: Money,
}

impl From<OpenedV1> for Opened {
    fn from(old: OpenedV1) -> Self {
        Self { desk: old.desk, cashier: old.cashier, float: old.float, count: None }
    }
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

/// Cash was given back to a payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashPaidOut {
    /// Of which payment.
    pub payment: PaymentId,
    /// By which refund.
    pub refund: RefundId,
    /// What left the drawer.
    pub amount: Money,
}

/// Cash left for another drawer, and is nobody's until it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferSent {
    /// Which.
    pub transfer: TransferId,
    /// The receiver.
    pub to: TillId,
    /// What left this drawer.
    pub amount: Money,
}

/// The receiver has what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferAccepted {
    /// Which.
    pub transfer: TransferId,
}

/// Cash came from another drawer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReceived {
    /// Which.
    pub transfer: TransferId,
    /// The sender.
    pub from: TillId,
    /// What came into this drawer.
    pub amount: Money,
}

/// What was sent came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReturned {
    /// Which.
    pub transfer: TransferId,
    /// What came back into this drawer.
    pub amount: Money,
    /// Who gave it back or took it back.
    pub by: UserId,
}

/// Cash left for the bank or the Treasury (D 585).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposited {
    /// Which.
    pub deposit: DepositId,
    /// What left the drawer.
    pub amount: Money,
}

/// The drawer was counted by one who was not told what must lie in it (rule 18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Notes and coins.
    pub count: Count,
    /// Their sum.
    pub counted: Money,
    /// What had to lie there; `counted` less this is the difference, kept even if it is 0.
    pub expected: Money,
    /// Who counted, where it was not the cashier himself.
    pub deputy: Option<Deputy>,
}

/// Somebody who counted the drawer of an absent cashier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deputy {
    /// Who.
    pub by: UserId,
    /// Why he did, and not the cashier.
    pub reason: String,
}

/// As it was when nobody but the cashier could count his drawer.
#[derive(Clone, Debug, Deserialize)]
struct CountedV1 {
    count: Count,
    counted: Money,
    expected: Money,
}

impl From<CountedV1> for Counted {
    fn from(old: CountedV1) -> Self {
        Self { count: old.count, counted: old.counted, expected: old.expected, deputy: None }
    }
}

/// A desk or a cashier has no open till any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vacated {
    /// Which had been open.
    pub till: TillId,
}

/// The session is over for good; another one is a new session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// What had to lie in the drawer.
    pub expected: Money,
    /// What lay in it.
    pub counted: Money,
    /// The second person, where the difference was too large for one.
    pub signed_by: Option<UserId>,
    /// What that person found out.
    pub note: Option<String>,
}

impl Event {
    /// What the fact does to the money in the drawer, in francs. The only place that says so: the state
    /// and the read model both add these up.
    pub const fn moves(&self) -> i64 {
        match self {
            Self::Opened(fact) => fact.float.francs(),
            Self::CashTaken(fact) => fact.amount.francs(),
            Self::CashPaidOut(fact) => -fact.amount.francs(),
            Self::TransferSent(fact) => -fact.amount.francs(),
            Self::TransferReceived(fact) => fact.amount.francs(),
            Self::TransferReturned(fact) => fact.amount.francs(),
            Self::Deposited(fact) => -fact.amount.francs(),
            Self::Seated(_)
            | Self::TransferAccepted(_)
            | Self::Counted(_)
            | Self::Vacated(_)
            | Self::Closed(_) => 0,
        }
    }
}
