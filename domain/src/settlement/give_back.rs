//! Money goes back to a payer: out of the drawer of the one who gives it, or by the provider.
//!
//! 1. The refund was asked for and approved ([`Refunds`]); how much of it is of an advance follows from there.
//! 2. What had paid for the prescription is due again.
//! 3. Cash leaves a drawer; that of a void leaves the one that took it, so that the session nets to nothing
//!    (rule 10).
//! 4. The slip says all of it once more, for the books.

use crate::{
    Money, PaymentId, RefundId, Refusal, TillId, UserId,
    payment::Payment,
    prescription::{self, Prescription, Refunded},
    refund::{self, Paid, Refunds, Standing},
    till::{self, Till},
};
use chrono::NaiveDate;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveBack {
    /// Of which payment.
    pub payment: PaymentId,
    /// By which refund.
    pub refund: RefundId,
    /// The provider's reference, where it went by mobile money.
    pub provider_ref: Option<String>,
    /// The business day.
    pub day: NaiveDate,
    /// Who gives it.
    pub by: UserId,
}

/// What giving back writes. Stands or falls together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// For the stream of the payment's refunds.
    pub refund: Vec<refund::Event>,
    /// For the prescription's stream.
    pub prescription: Vec<prescription::Event>,
    /// For the stream of the drawer, if it is cash.
    pub till: Vec<till::Event>,
    /// For the numbered series of slips.
    pub slip: Paid,
}

/// Gives back what was approved; `drawer` is the open till of the one who gives it, if he has one.
pub fn give_back(
    refunds: &Refunds,
    payment: &Payment,
    prescription: &Prescription,
    drawer: Option<(TillId, &Till)>,
    ask: GiveBack,
) -> Result<GivenBack, Refusal> {
    let unknown = |what, id: String| Refusal::NotFound { what, id };
    let (Some(received), Some(meant_for), Some(method)) =
        (payment.received(), payment.prescription(), payment.method())
    else {
        return Err(unknown("payment", ask.payment.to_string()));
    };
    let (Some(patient), Some(bill)) = (prescription.patient(), prescription.bill()) else {
        return Err(unknown("prescription", meant_for.to_string()));
    };
    let same = drawer.filter(|(id, till)| received.till == Some(*id) && matches!(till, Till::Open(_)));
    let standing = Standing { session_open: same.is_some(), exam_begun: bill.begun() };
    let (refund, by) = (ask.refund, ask.by);
    let done = refunds.complete(refund, received, standing, ask.provider_ref, by)?;
    let asked = refunds.find(refund)?;
    let (till, cash) = match (received.till, drawer) {
        (None, _) => (None, vec![]),
        (Some(_), None) => return Err(Refusal::NoTillOpen),
        (Some(_), Some((id, till))) => (Some(id), till.pay_out(ask.payment, refund, asked.amount, by)?),
    };
    let again = match done.applied {
        Money::ZERO => vec![],
        amount => vec![Refunded { payment: ask.payment, refund, amount }.into()],
    };
    let slip = Paid {
        payment: ask.payment,
        refund,
        kind: asked.kind,
        prescription: meant_for,
        patient,
        cashier: by,
        till,
        amount: asked.amount,
        applied: done.applied,
        advance: done.advance,
        method,
        parts: bill.parts_back(ask.payment, done.applied),
        day: ask.day,
    };
    Ok(GivenBack { refund: vec![done.into()], prescription: again, till: cash, slip })
}
