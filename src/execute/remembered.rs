//! States of streams that were read or written lately, so that a command need not fold them again.
//!
//! Only what is durable is kept, with the revision at which it was true. A state that is out of date
//! can cost a command a second round, never correctness: a write on top of it meets a conflict, and
//! a refusal because of it is decided again from the log ([`afresh`]).

use super::load::{Folded, State};
use crate::{generations::Generations, store::Recorded};
use domain::{Event, StreamId};
use parking_lot::Mutex;
use std::sync::Arc;

/// How many streams at least, and at most twice as many: about a kilobyte each.
const STREAMS: usize = 4_096;

tokio::task_local! {
    static AFRESH: ();
}

/// Decides from the log alone, and remembers what it says.
pub async fn afresh<T>(decide: impl Future<Output = T>) -> T {
    AFRESH.scope((), decide).await
}

/// The remembered states.
#[derive(Clone)]
pub struct Remembered(Arc<Mutex<Generations<StreamId, Held>>>);

struct Held {
    revision: u64,
    state: Arc<State>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Generations::new(STREAMS))))
    }
}

impl Remembered {
    /// The state and its revision, unless the log is to be asked.
    pub fn get<S: Folded>(&self, stream: &StreamId) -> Option<(S, u64)> {
        if AFRESH.try_with(|()| ()).is_ok() {
            return None;
        }
        let (state, revision) = self.0.lock().get(stream).map(|held| (held.state.clone(), held.revision))?;
        Some((S::of(&state)?.clone(), revision))
    }

    /// Keeps what was read, unless something newer is known.
    pub fn keep(&self, stream: &StreamId, revision: u64, state: State) {
        let mut streams = self.0.lock();
        if streams.get(stream).is_none_or(|held| held.revision < revision) {
            streams.keep(stream.clone(), Held { revision, state: Arc::new(state) });
        }
    }

    /// Moves the states on by what was just written: `events` are those of `recorded`, in order.
    pub fn advance<'a>(&self, recorded: &[Recorded], events: impl Iterator<Item = &'a Event>) {
        let mut streams = self.0.lock();
        for (recorded, event) in recorded.iter().zip(events) {
            let before = match streams.take(&recorded.stream) {
                Some(held) if held.revision >= recorded.revision => {
                    streams.keep(recorded.stream.clone(), held);
                    continue;
                }
                Some(held) if held.revision + 1 == recorded.revision => Some(held.state),
                // An event between is missing here: only the log knows.
                Some(_) => None,
                None if recorded.revision == 1 => State::empty(recorded.stream.noun()).map(Arc::new),
                None => None,
            };
            if let Some(before) = before {
                let state = Arc::new(Arc::unwrap_or_clone(before).fold(event));
                streams.keep(recorded.stream.clone(), Held { revision: recorded.revision, state });
            }
        }
    }

    /// Somebody else wrote there.
    pub fn forget(&self, stream: &StreamId) {
        self.0.lock().take(stream);
    }

    /// The stream has reached this revision, whoever wrote it.
    pub fn outdate(&self, stream: &StreamId, revision: u64) {
        let mut streams = self.0.lock();
        if streams.get(stream).is_some_and(|held| held.revision < revision) {
            streams.take(stream);
        }
    }
}
