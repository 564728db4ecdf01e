//! Where a log ends, for the two who go on from there: the writer of the next event and its checker.

use super::chain::{self, GENESIS, Hash};
use super::{Draft, Recorded, StoreError};
use chrono::{DateTime, Utc};
use domain::StreamId;

/// All that the next event depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The last position; 0 in an empty log.
    pub position: u64,
    /// The chain after it.
    pub chain: Hash,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

impl End {
    /// The end of a log without events.
    pub const EMPTY: Self = Self { position: 0, chain: GENESIS, recorded_at: DateTime::<Utc>::UNIX_EPOCH };

    /// The end of a log whose last event is this one.
    pub fn after(event: &Recorded) -> Self {
        Self { position: event.position, chain: event.chain, recorded_at: event.recorded_at }
    }

    /// Gives a draft its place in the log. A clock that went back does not take the log with it.
    pub fn record(
        &mut self,
        stream: &StreamId,
        revision: u64,
        draft: &Draft,
        now: DateTime<Utc>,
    ) -> Recorded {
        let mut event = Recorded {
            position: self.position + 1,
            stream: stream.clone(),
            revision,
            id: draft.id,
            name: draft.name.to_owned(),
            recorded_at: now.max(self.recorded_at),
            meta: draft.meta.clone(),
            body: draft.body.clone(),
            chain: GENESIS,
        };
        event.chain = chain::link(&self.chain, &chain::leaf(&event));
        *self = Self::after(&event);
        event
    }

    /// Goes on over an event that was read, if it is what must lie there. Answers its leaf.
    pub fn pass(&mut self, event: &Recorded) -> Result<Hash, StoreError> {
        self.pass_hashed(event, chain::leaf(event))
    }

    /// The same for one whose leaf is known: that is the costly part, and can be had beforehand.
    pub fn pass_hashed(&mut self, event: &Recorded, leaf: Hash) -> Result<Hash, StoreError> {
        let position = self.position + 1;
        let damaged = |what: &str| Err(StoreError::Damaged { position, what: what.to_owned() });
        if event.position != position {
            return damaged(&format!("it is missing, and {} comes next", event.position));
        }
        if event.recorded_at < self.recorded_at {
            return damaged("it was recorded before the event before it");
        }
        if event.chain != chain::link(&self.chain, &leaf) {
            return damaged("its content and the past do not give its chain");
        }
        *self = Self::after(event);
        Ok(leaf)
    }
}

/// The clock, to the microsecond that the log keeps.
pub fn now() -> DateTime<Utc> {
    let now = Utc::now();
    DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn draft(body: &str) -> Draft {
        Draft { id: Uuid::now_v7(), name: "noted.v1", meta: b"{}".to_vec(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_clock_that_went_back_does_not_take_the_log_with_it() {
        let (mut end, now, stream) = (End::EMPTY, now(), StreamId::named("note-1"));
        let first = end.record(&stream, 1, &draft("1"), now);
        let second = end.record(&stream, 2, &draft("2"), now - TimeDelta::hours(1));
        assert_eq!((first.recorded_at, second.recorded_at), (now, now));
    }

    #[test]
    fn what_was_recorded_passes_and_what_was_changed_does_not() {
        let (mut end, stream) = (End::EMPTY, StreamId::named("note-1"));
        let first = end.record(&stream, 1, &draft("1"), now());
        let mut second = end.record(&stream, 2, &draft("2"), now());
        let mut reader = End::EMPTY;
        assert!(reader.pass(&first).is_ok());
        second.body[0] = b'3';
        assert!(matches!(reader.pass(&second), Err(StoreError::Damaged { position: 2, .. })));
        second.body[0] = b'2';
        assert!(reader.pass(&second).is_ok());
        assert_eq!(reader, end);
    }
}
