//! Names of streams: a noun per aggregate, short streams.

use crate::{DepositId, ExamId, PatientId, PaymentId, PrescriptionId, ReliefId, TillId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a stream, such as `payment-0199...`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(String);

impl StreamId {
    /// Reads a name as it was stored.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }
    /// `patient-{id}`
    pub fn patient(id: PatientId) -> Self {
        Self(format!("patient-{id}"))
    }
    /// `exam-{id}`
    pub fn exam(id: ExamId) -> Self {
        Self(format!("exam-{id}"))
    }
    /// `prescription-{id}`
    pub fn prescription(id: PrescriptionId) -> Self {
        Self(format!("prescription-{id}"))
    }
    /// `payment-{id}`
    pub fn payment(id: PaymentId) -> Self {
        Self(format!("payment-{id}"))
    }
    /// `till-{id}`: one cash session
    pub fn till(id: TillId) -> Self {
        Self(format!("till-{id}"))
    }
    /// `desk-{name}`: which till stands open at a desk
    pub fn desk(name: &str) -> Self {
        Self(format!("desk-{}", name.to_lowercase()))
    }
    /// `cashier-{user}`: which till a cashier holds open
    pub fn cashier(id: UserId) -> Self {
        Self(format!("cashier-{id}"))
    }
    /// `user-{id}`
    pub fn user(id: UserId) -> Self {
        Self(format!("user-{id}"))
    }
    /// `receipts-{series}-{year}`: its revisions are the receipts' numbers
    pub fn receipts(series: &str, year: i32) -> Self {
        Self(format!("receipts-{series}-{year}"))
    }
    /// `duplicata-{number}`: its revisions count how often a receipt was printed again
    pub fn duplicata(number: &str) -> Self {
        Self(format!("duplicata-{number}"))
    }
    /// `refund-{payment}`: all that is asked back of one payment
    pub fn refund(payment: PaymentId) -> Self {
        Self(format!("refund-{payment}"))
    }
    /// `refunds-{series}-{year}`: its revisions are the slips' numbers
    pub fn refunds(series: &str, year: i32) -> Self {
        Self(format!("refunds-{series}-{year}"))
    }
    /// `deposit-{id}`
    pub fn deposit(id: DepositId) -> Self {
        Self(format!("deposit-{id}"))
    }
    /// `deposits-{series}-{year}`: its revisions are the slips' numbers
    pub fn deposits(series: &str, year: i32) -> Self {
        Self(format!("deposits-{series}-{year}"))
    }
    /// `relief-{id}`
    pub fn relief(id: ReliefId) -> Self {
        Self(format!("relief-{id}"))
    }
    /// `vouchers-{series}-{year}`: its revisions are the vouchers' numbers
    pub fn vouchers(series: &str, year: i32) -> Self {
        Self(format!("vouchers-{series}-{year}"))
    }
    /// `payer-{code}`
    pub fn payer(code: &str) -> Self {
        Self(format!("payer-{code}"))
    }
    /// `report-{name}-{period}`: who signed or took away a report
    pub fn report(name: &str, period: &str) -> Self {
        Self(format!("report-{name}-{period}"))
    }
    /// `callback-{key}`: a callback that fits no payment, or was refused at the door
    pub fn callback(key: &str) -> Self {
        Self(format!("callback-{key}"))
    }

    /// `projector-{name}`: what a projector was told by those who run the house
    pub fn projector(name: &str) -> Self {
        Self(format!("projector-{name}"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The noun before the first dash: `payment`, `receipts`.
    pub fn noun(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
