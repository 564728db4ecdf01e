//! What happened to one prescription, as it lies on disk. Read by `prescriptions`, `activity`.

use crate::{ExamId, Money, PatientId, PaymentId, RefundId, ReliefId, Sealed, UserId, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one prescription.
    Event {
        /// Written by `POST /api/prescriptions`. Its position in the log is the prescription's number.
        Registered = "prescription-registered.v1",
        /// Written with `payment-opened`: the prescription has one live attempt (rule 35).
        AttemptOpened = "prescription-attempt-opened.v1",
        /// Written with the fact that ended the attempt without money for this prescription.
        AttemptClosed = "prescription-attempt-closed.v1",
        /// Written with the fact that brought the money.
        Paid = "prescription-paid.v1",
        /// Written with `refund-completed`: that much is due again.
        Refunded = "prescription-refunded.v1",
        /// Written by `POST /api/prescriptions/{id}/coverage`.
        Covered = "prescription-covered.v1",
        /// Written by `POST /api/prescriptions/{id}/coverage/withdraw`.
        CoverageWithdrawn = "prescription-coverage-withdrawn.v1",
        /// Written with `relief-granted`.
        Relieved = "prescription-relieved.v1",
        /// Written by `POST /api/prescriptions/{id}/exams/{line}/start`.
        ExamStarted = "prescription-exam-started.v1",
        /// Written by `POST /api/prescriptions/{id}/exams/{line}/complete`.
        ExamCompleted = "prescription-exam-completed.v1",
    }
}

/// Exams were prescribed, at prices fixed from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// For whom.
    pub patient: PatientId,
    /// At least one.
    pub lines: Vec<Line>,
    /// Their sum.
    pub total: Money,
}

/// One exam of a prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Of the catalogue.
    pub exam: ExamId,
    /// What is asked for it.
    pub price: Money,
    /// The catalogue's price on that day, where another one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Money>,
}

/// A mobile payment was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptOpened {
    /// The attempt.
    pub payment: PaymentId,
}

/// The prescription is free for cash or another attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptClosed {
    /// The attempt.
    pub payment: PaymentId,
}

/// Money came in for the prescription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// By this payment.
    pub payment: PaymentId,
    /// That much of what was due.
    pub amount: Money,
}

/// Money that had paid for the prescription went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// Of this payment.
    pub payment: PaymentId,
    /// By this refund.
    pub refund: RefundId,
    /// That much is due again.
    pub amount: Money,
}

/// An insurer takes over a part, line by line (D 4111 of the insurer).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The payer's code.
    pub payer: String,
    /// His part of each line, in the order of the lines: the price times his rate, rounded down.
    pub parts: Vec<Money>,
    /// Their sum.
    pub amount: Money,
    /// The card's number and that of the voucher that he gave.
    pub evidence: Sealed,
}

/// An insurer bears nothing after all: it was the wrong one, or the wrong patient's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageWithdrawn {
    /// The payer's code.
    pub payer: String,
    /// All that he had taken over; it is due from the patient again.
    pub amount: Money,
    /// Why; no name of a patient.
    pub reason: String,
    /// Who took it back.
    pub by: UserId,
}

/// The patient need not pay that much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relieved {
    /// By this exemption or discount.
    pub relief: ReliefId,
    /// That much of what was due.
    pub amount: Money,
}

/// A technician began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamStarted {
    /// Which line, from 1.
    pub line: u32,
    /// What it is.
    pub exam: ExamId,
    /// Who performs it.
    pub by: UserId,
}

/// The exam is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamCompleted {
    /// Which line, from 1.
    pub line: u32,
    /// What it is.
    pub exam: ExamId,
    /// What was asked for it.
    pub price: Money,
    /// Who performed it.
    pub by: UserId,
}
