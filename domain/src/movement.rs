//! The one fold behind every total: money that came in or went back, as a signed sum with all that a report
//! may group it by. No screen, sheet or export adds up anything else.

use crate::{
    Event, ExamId, PatientId, PaymentId, PrescriptionId, RefundId, TillId, UserId, prescription::Part,
    receipt, receipt::Method, refund,
};
use chrono::NaiveDate;

/// One receipt or one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The business day on which the money moved.
    pub day: NaiveDate,
    /// A drawer or a wallet.
    pub method: Method,
    /// Who took or gave it.
    pub cashier: UserId,
    /// Which session, if it was cash; none for what was issued before sessions were kept.
    pub till: Option<TillId>,
    /// By which payment it had come.
    pub payment: PaymentId,
    /// By which refund it went.
    pub refund: Option<RefundId>,
    /// What it was meant for.
    pub prescription: PrescriptionId,
    /// Whose prescription.
    pub patient: PatientId,
    /// Francs: more than 0 came in, less went back.
    pub amount: i64,
    /// Of `amount`: what is owed back to patients (4191).
    pub advance: i64,
    /// Of `amount`: what falls on each exam; none for what was issued before exams were told apart.
    pub parts: Vec<(ExamId, i64)>,
}

impl Movement {
    /// The movement that a fact is, if it is one.
    pub fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Receipt(receipt::Event::Issued(issued)) => Some(Self::received(issued)),
            Event::Refund(refund::Event::Paid(paid)) => Some(Self::given_back(paid)),
            Event::Receipt(receipt::Event::Duplicated(_))
            | Event::Refund(
                refund::Event::Requested(_)
                | refund::Event::Approved(_)
                | refund::Event::Rejected(_)
                | refund::Event::Completed(_),
            )
            | Event::Patient(_)
            | Event::Exam(_)
            | Event::Prescription(_)
            | Event::Payment(_)
            | Event::Till(_)
            | Event::User(_)
            | Event::Callback(_)
            | Event::Projector(_)
            | Event::Deposit(_)
            | Event::Payer(_)
            | Event::Relief(_)
            | Event::Report(_) => None,
        }
    }

    fn received(issued: &receipt::Issued) -> Self {
        Self {
            day: issued.day,
            method: issued.method,
            cashier: issued.cashier,
            till: issued.till,
            payment: issued.payment,
            refund: None,
            prescription: issued.prescription,
            patient: issued.patient,
            amount: issued.amount.francs(),
            advance: issued.advance.francs(),
            parts: signed(&issued.parts, 1),
        }
    }

    fn given_back(paid: &refund::Paid) -> Self {
        Self {
            day: paid.day,
            method: paid.method,
            cashier: paid.cashier,
            till: paid.till,
            payment: paid.payment,
            refund: Some(paid.refund),
            prescription: paid.prescription,
            patient: paid.patient,
            amount: -paid.amount.francs(),
            advance: -paid.advance.francs(),
            parts: signed(&paid.parts, -1),
        }
    }

    /// What falls on no exam: advances, and what was issued before exams were told apart.
    pub fn of_no_exam(&self) -> i64 {
        self.amount - self.parts.iter().map(|(_, amount)| amount).sum::<i64>()
    }
}

fn signed(parts: &[Part], sign: i64) -> Vec<(ExamId, i64)> {
    parts.iter().map(|part| (part.exam, sign * part.amount.francs())).collect()
}
