//! Cash for what is due, or a part of it, with change.

use super::{Booking, Received};
use crate::{
    Money, PatientId, PaymentId, PrescriptionId, Refusal, TillId, UserId,
    payment::CashTaken,
    prescription::{Paid, Prescription},
    till::{self, Till},
};

/// What the cashier asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeCash {
    /// New.
    pub payment: PaymentId,
    /// For what.
    pub prescription: PrescriptionId,
    /// Who takes it.
    pub cashier: UserId,
    /// Into which drawer.
    pub till: TillId,
    /// A part of what is due; all of it if absent.
    pub part: Option<Money>,
    /// What the payer gave.
    pub tendered: Money,
}

/// What taking cash writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenCash {
    /// Payment, prescription, receipt.
    pub booking: Booking,
    /// For the till's stream.
    pub till: Vec<till::Event>,
    /// Whose prescription.
    pub patient: PatientId,
}

/// Takes what is due or the part that was asked; refused while an attempt is live (rule 35) or without a till (rule 16).
pub fn take_cash(prescription: &Prescription, till: &Till, ask: TakeCash) -> Result<TakenCash, Refusal> {
    let (patient, due) = prescription.payable_part(ask.part)?;
    if ask.tendered < due {
        return Err(Refusal::TenderedTooLittle { due, tendered: ask.tendered });
    }
    let till = till.take(ask.payment, due, ask.cashier)?;
    let taken = CashTaken {
        prescription: ask.prescription,
        cashier: ask.cashier,
        till: ask.till,
        amount: due,
        tendered: ask.tendered,
        change: ask.tendered.less(due),
    };
    let booking = Booking {
        payment: vec![taken.into()],
        prescription: vec![Paid { payment: ask.payment, amount: due }.into()],
        money: Some(Received { applied: due, advance: Money::ZERO }),
    };
    Ok(TakenCash { booking, till, patient })
}
