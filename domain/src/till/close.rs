//! The end of a session: a blind count, a difference that is kept, a second person where it is large or where
//! the cashier is not there to count.

use super::{Closed, Counted, Deputy, Drawer, Event, Till, Vacated};
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

/// Who counts a drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counter {
    /// The cashier who answers for it.
    Cashier(UserId),
    /// Another one, for a cashier who is not there.
    Deputy(Deputy),
}

/// A drawer is counted, without a word of what must lie in it; there is no second count. The desk and the
/// cashier are free at once; a difference above `alone`, or a deputy's count, waits for [`sign`].
pub fn close(
    till: &Till,
    id: TillId,
    count: Count,
    alone: Money,
    counter: Counter,
) -> Result<Closing, Refusal> {
    let (drawer, deputy) = counting(till, counter)?;
    if let Some((transfer, _)) = drawer.sent.first_key_value() {
        return Err(Refusal::TransferWaits { transfer: *transfer });
    }
    let expected = drawer.expected;
    let counted = count.total().ok_or(Refusal::AmountTooLarge)?;
    let small = counted.less(expected).max(expected.less(counted)) <= alone;
    let over = small && deputy.is_none();
    let mut events = vec![Event::from(Counted { count, counted, expected, deputy })];
    if over {
        events.push(Closed { expected, counted, signed_by: None, note: None }.into());
    }
    let seats = vec![Vacated { till: id }.into()];
    Ok(Closing { till: events, seats, desk: drawer.desk.clone() })
}

fn counting(till: &Till, counter: Counter) -> Result<(&Drawer, Option<Deputy>), Refusal> {
    match (till, counter) {
        (till, Counter::Cashier(by)) => Ok((till.drawer(by)?, None)),
        // His own drawer he counts himself.
        (Till::Open(drawer), Counter::Deputy(deputy)) if deputy.by == drawer.cashier => {
            Err(Refusal::NotYours)
        }
        (Till::Open(drawer), Counter::Deputy(deputy)) => Ok((drawer, Some(deputy))),
        (Till::Unknown, Counter::Deputy(_)) => Err(Refusal::NoTillOpen),
        (Till::Counted { .. } | Till::Closed { .. }, Counter::Deputy(_)) => Err(Refusal::TillClosed),
    }
}

/// A second person signs: neither the cashier nor who counted for him, with what was found out. Told twice is
/// an answer.
pub fn sign(till: &Till, note: String, by: UserId) -> Result<Vec<Event>, Refusal> {
    match till {
        Till::Counted { cashier, deputy, .. } if *cashier == by || *deputy == Some(by) => {
            Err(Refusal::NotYours)
        }
        Till::Counted { expected, counted, .. } => {
            let (expected, counted) = (*expected, *counted);
            Ok(vec![Closed { expected, counted, signed_by: Some(by), note: Some(note) }.into()])
        }
        Till::Closed { .. } => Ok(vec![]),
        Till::Open(_) => Err(Refusal::TillOpen),
        Till::Unknown => Err(Refusal::NotFound { what: "till", id: String::new() }),
    }
}
