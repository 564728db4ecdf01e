//! The end of a session: a blind count, a difference that is kept, a second person where it is large.

use super::{Closed, Counted, Event, Till, Vacated};
use crate::{Money, Refusal, TillId, UserId, cash::Count};

/// The events of a till's closing, for its three streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// For the till's stream.
    pub till: Vec<Event>,
    /// For the streams of the desk and of the cashier.
    pub seats: Vec<Event>,
    /// Which desk becomes free.
    pub desk: String,
}

/// The cashier counts his drawer, without being told what must lie in it; there is no second count.
/// The desk and the cashier are free at once; a difference above `alone` waits for [`sign`].
pub fn close(till: &Till, id: TillId, count: Count, alone: Money, by: UserId) -> Result<Closing, Refusal> {
    let drawer = till.drawer(by)?;
    if let Some((transfer, _)) = drawer.sent.first_key_value() {
        return Err(Refusal::TransferWaits { transfer: *transfer });
    }
    let expected = drawer.expected;
    let counted = count.total().ok_or(Refusal::AmountTooLarge)?;
    let mut events = vec![Event::from(Counted { count, counted, expected })];
    if counted.less(expected).max(expected.less(counted)) <= alone {
        events.push(Closed { expected, counted, signed_by: None, note: None }.into());
    }
    let seats = vec![Vacated { till: id }.into()];
    Ok(Closing { till: events, seats, desk: drawer.desk.clone() })
}

/// A second person signs a large difference, with what was found out. Told twice is an answer.
pub fn sign(till: &Till, note: String, by: UserId) -> Result<Vec<Event>, Refusal> {
    match till {
        Till::Counted { cashier, .. } if *cashier == by => Err(Refusal::NotYours),
        Till::Counted { expected, counted, .. } => {
            let (expected, counted) = (*expected, *counted);
            Ok(vec![Closed { expected, counted, signed_by: Some(by), note: Some(note) }.into()])
        }
        Till::Closed { .. } => Ok(vec![]),
        Till::Open(_) => Err(Refusal::TillOpen),
        Till::Unknown => Err(Refusal::NotFound { what: "till", id: String::new() }),
    }
}
