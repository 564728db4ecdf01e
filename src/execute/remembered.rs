//! States of streams that were read or written lately, so that a command need not fold them again.
//!
//! Only what is durable is kept, with the revision at which it was true. A state that is out of date
//! can cost a command a second round, never correctness: a write on top of it meets a conflict, and
//! a refusal because of it is decided again from the log ([`afresh`]).

use super::load::{Folded, State};
use crate::store::Recorded;
use domain::{Event, StreamId};
use moka::{ops::compute::Op, sync::Cache};

/// How many streams: some hundred bytes each.
const STREAMS: u64 = 20_000;

tokio::task_local! {
    static AFRESH: ();
}

/// Decides from the log alone, and remembers what it says.
pub async fn afresh<T>(decide: impl Future<Output = T>) -> T {
    AFRESH.scope((), decide).await
}

/// The remembered states.
#[derive(Clone)]
pub struct Remembered(Cache<StreamId, Held>);

#[derive(Clone)]
struct Held {
    revision: u64,
    state: State,
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(STREAMS))
    }
}

impl Remembered {
    /// The state and its revision, unless the log is to be asked.
    pub fn get<S: Folded>(&self, stream: &StreamId) -> Option<(S, u64)> {
        if AFRESH.try_with(|()| ()).is_ok() {
            return None;
        }
        let held = self.0.get(stream)?;
        Some((S::of(held.state)?, held.revision))
    }

    /// Keeps what was read, unless something newer is known.
    pub fn keep(&self, stream: &StreamId, revision: u64, state: State) {
        self.0.entry_by_ref(stream).and_compute_with(|known| match known {
            Some(known) if known.value().revision >= revision => Op::Nop,
            Some(_) | None => Op::Put(Held { revision, state }),
        });
    }

    /// Moves the states on by what was just written: `events` are those of `recorded`, in order.
    pub fn advance<'a>(&self, recorded: &[Recorded], events: impl Iterator<Item = &'a Event>) {
        for (recorded, event) in recorded.iter().zip(events) {
            self.0.entry_by_ref(&recorded.stream).and_compute_with(|known| {
                let before = match known.map(|known| known.into_value()) {
                    Some(held) if held.revision >= recorded.revision => return Op::Nop,
                    Some(held) if held.revision + 1 == recorded.revision => Some(held.state),
                    Some(_) => return Op::Remove,
                    None if recorded.revision == 1 => State::empty(recorded.stream.noun()),
                    None => None,
                };
                before.map_or(Op::Nop, |state| {
                    Op::Put(Held { revision: recorded.revision, state: state.fold(event) })
                })
            });
        }
    }

    /// Somebody else wrote there.
    pub fn forget(&self, stream: &StreamId) {
        self.0.invalidate(stream);
    }

    /// The stream has reached this revision, whoever wrote it.
    pub fn outdate(&self, stream: &StreamId, revision: u64) {
        if self.0.get(stream).is_some_and(|held| held.revision < revision) {
            self.0.invalidate(stream);
        }
    }
}
