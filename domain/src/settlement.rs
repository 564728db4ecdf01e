//! What money does to a payment, its prescription and the receipts, together (DOMAIN 9).
//!
//! Proven money is always booked: to the prescription as far as it is due, the rest as an advance
//! (4191). PAID is never lowered. What was heard before has no second effect.

mod book;
mod give_back;
mod hear;
mod resolve;
mod take_cash;

pub use give_back::{GiveBack, GivenBack, give_back};
pub use hear::{Report, ReportStatus, hear};
pub use resolve::resolve;
pub use take_cash::{TakeCash, TakenCash, take_cash};

use crate::{
    Money, PaymentId, Refusal, UserId,
    payment::{self, Attempt, Opened},
    prescription::{self, AttemptOpened, Prescription},
};

/// Events for the streams of a payment, of its prescription, and of the receipts. Stand or fall together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booking {
    /// For the payment's stream.
    pub payment: Vec<payment::Event>,
    /// For the prescription's stream.
    pub prescription: Vec<prescription::Event>,
    /// A receipt is due for this money.
    pub money: Option<Received>,
}

/// Money that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// What the prescription took.
    pub applied: Money,
    /// What is owed back.
    pub advance: Money,
}

impl Received {
    /// All of it. Both parts came out of one amount, so the sum is one.
    pub fn amount(self) -> Money {
        self.applied.plus(self.advance).unwrap_or(Money::MAX)
    }
}

/// Opens the one live attempt of a prescription (rule 35), for `part` or all of what is due, whatever `terms`
/// says: the amount must be the prescription's own when the fact is written.
pub fn open(
    prescription: &Prescription,
    id: PaymentId,
    part: Option<Money>,
    terms: Opened,
) -> Result<Booking, Refusal> {
    let (patient, amount) = prescription.payable_part(part)?;
    let terms = Opened { patient, amount, ..terms };
    Ok(Booking {
        payment: vec![terms.into()],
        prescription: vec![AttemptOpened { payment: id }.into()],
        money: None,
    })
}

/// The same by the one who makes the call himself, as soon as both facts are durable (rule 21).
pub fn open_and_send(
    prescription: &Prescription,
    id: PaymentId,
    part: Option<Money>,
    terms: Opened,
) -> Result<Booking, Refusal> {
    let mut booking = open(prescription, id, part, terms.clone())?;
    booking.payment.extend(Attempt::opened(terms).send()?);
    Ok(booking)
}

/// The provider's answer to our call, or the cashier's giving up: ends the attempt where it must.
pub fn end(prescription: &Prescription, id: PaymentId, events: Vec<payment::Event>) -> Booking {
    let ends = |event: &payment::Event| {
        matches!(
            event,
            payment::Event::Refused(_)
                | payment::Event::Declined(_)
                | payment::Event::Expired(_)
                | payment::Event::Abandoned(_)
        )
    };
    let prescription = if events.iter().any(ends) { prescription.close(id) } else { vec![] };
    Booking { payment: events, prescription, money: None }
}

/// The cashier gives up on an attempt.
pub fn abandon(
    attempt: &Attempt,
    prescription: &Prescription,
    id: PaymentId,
    by: UserId,
) -> Result<Booking, Refusal> {
    Ok(end(prescription, id, attempt.abandon(by)?))
}
