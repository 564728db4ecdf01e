//! What happened to the refunds of one payment, as it lies on disk. Read by `refunds`, `work_items`, `takings`, `movements`.

use crate::{
    Money, PatientId, PaymentId, PrescriptionId, RefundId, TillId, UserId, event::facts, prescription::Part,
    receipt::Method,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to the refunds of one payment.
    Event {
        /// Written by `POST /api/payments/{id}/refunds`.
        Requested = "refund-requested.v1",
        /// Written by `POST /api/payments/{id}/refunds/{refund}/approve`.
        Approved = "refund-approved.v1",
        /// Written by `POST /api/payments/{id}/refunds/{refund}/reject`.
        Rejected = "refund-rejected.v1",
        /// Written by `POST /api/payments/{id}/refunds/{refund}/complete`.
        Completed = "refund-completed.v1",
        /// Written with [`Completed`], in `refunds-{series}-{year}`: its revision is the slip's number.
        Paid = "refund-paid.v1",
    }
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// It should never have been taken: all of it goes back, out of the same session.
    Void,
    /// The patient gets back a part or all of it.
    Refund,
}

impl Kind {
    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Void => "VOID",
            Self::Refund => "REFUND",
        }
    }
}

/// Somebody asks that money goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// Which.
    pub refund: RefundId,
    /// Void or refund.
    pub kind: Kind,
    /// How much.
    pub amount: Money,
    /// Why; no name of a patient.
    pub reason: String,
    /// Who asks.
    pub by: UserId,
}

/// Another person agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// To which.
    pub refund: RefundId,
    /// Who.
    pub by: UserId,
}

/// Another person did not agree, or the one who asked asks no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// To which.
    pub refund: RefundId,
    /// Who.
    pub by: UserId,
    /// Why.
    pub reason: String,
}

/// The money went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// Which.
    pub refund: RefundId,
    /// Who gave it back.
    pub by: UserId,
    /// Of what had paid for the prescription (D 4111).
    pub applied: Money,
    /// Of an advance (D 4191).
    pub advance: Money,
    /// The provider's reference, where it went by mobile money.
    pub provider_ref: Option<String>,
}

/// All that the books need to know of money that went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// Of which payment.
    pub payment: PaymentId,
    /// By which refund.
    pub refund: RefundId,
    /// Void or refund.
    pub kind: Kind,
    /// What the payment had been meant for.
    pub prescription: PrescriptionId,
    /// Whose prescription.
    pub patient: PatientId,
    /// Who gave the money back.
    pub cashier: UserId,
    /// Out of which drawer, if it was cash.
    pub till: Option<TillId>,
    /// All that went: `applied` and `advance`.
    pub amount: Money,
    /// Of what had paid for the prescription (D 4111).
    pub applied: Money,
    /// Of an advance (D 4191).
    pub advance: Money,
    /// Out of what: a drawer (571) or a wallet (552).
    pub method: Method,
    /// How `applied` falls on exams.
    pub parts: Vec<Part>,
    /// The business day on which it went; its year is the series' year.
    pub day: NaiveDate,
}
