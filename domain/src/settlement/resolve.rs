//! A review ends by two persons.

use super::{
    Booking,
    book::{Proven, book},
};
use crate::{
    PaymentId, Refusal, UserId,
    payment::{Attempt, Evidence, Outcome, Resolved, Source, Stage},
    prescription::Prescription,
};

/// The second person agrees to what the first proposed.
pub fn resolve(
    attempt: &Attempt,
    prescription: &Prescription,
    id: PaymentId,
    by: UserId,
    outcome: Outcome,
) -> Result<Booking, Refusal> {
    let Some(proposed) = attempt.proposed.as_ref().filter(|proposed| proposed.outcome == outcome) else {
        return Err(attempt.not_now("resolve"));
    };
    if proposed.by == by {
        return Err(Refusal::NotYours);
    }
    let mut booking = match (&attempt.stage, outcome) {
        (Stage::Review(false), Outcome::Paid(amount)) if !amount.is_zero() => {
            let money = Proven {
                amount,
                provider_ref: attempt.provider_ref.clone(),
                evidence: Evidence { source: Source::Person, key: format!("review-{by}"), body_sha256: None },
                operation_at: None,
            };
            book(attempt, prescription, id, money)
        }
        (Stage::Review(false), Outcome::Paid(_)) => return Err(Refusal::ZeroAmount { what: "amount" }),
        (Stage::Review(false), Outcome::Declined) => {
            Booking { prescription: prescription.close(id), ..Booking::default() }
        }
        // The money was booked when it came; agreeing only closes the question.
        (Stage::Review(true), Outcome::Paid(_)) => Booking::default(),
        _ => return Err(attempt.not_now("resolve")),
    };
    booking.payment.push(Resolved { by, outcome }.into());
    Ok(booking)
}
