//! Proven money meets what is due (the amount rule of DOMAIN 9).

use super::{Booking, Received};
use crate::{
    Money, PaymentId,
    payment::{Attempt, Confirmed, Evidence},
    prescription::{Paid, Prescription},
};

/// Money whose proof stands.
pub(super) struct Proven {
    pub amount: Money,
    pub provider_ref: Option<String>,
    pub evidence: Evidence,
    pub operation_at: Option<String>,
}

/// Books all of it: to the prescription at most what was asked and is still due, the rest as an advance.
pub(super) fn book(attempt: &Attempt, prescription: &Prescription, id: PaymentId, money: Proven) -> Booking {
    let applied = money.amount.min(attempt.terms.amount).min(prescription.due());
    let advance = money.amount.less(applied);
    let confirmed = Confirmed {
        asked: attempt.terms.amount,
        reported: money.amount,
        applied,
        advance,
        provider_ref: money.provider_ref,
        evidence: money.evidence,
        operation_at: money.operation_at,
    };
    // What another one's money overtook waits no more, though nothing of its own went to the prescription.
    let prescription = match applied {
        Money::ZERO => prescription.close(id),
        amount => vec![Paid { payment: id, amount }.into()],
    };
    Booking { payment: vec![confirmed.into()], prescription, money: Some(Received { applied, advance }) }
}
