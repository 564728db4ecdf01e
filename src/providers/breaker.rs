//! Paces new calls while a provider does not answer, and counts how calls went (rule 36).
//!
//! It never forbids a call: whoever starts new payments or plans polls asks [`Breaker::available`]
//! first. Cash works on, whatever it says.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// This many calls without an answer, one after the other, open the circuit.
pub const OPENS_AFTER: u32 = 5;

/// The circuit to one provider.
pub struct Breaker {
    cool_down: Duration,
    state: Mutex<State>,
}

/// What became of all calls since the start, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that the provider answered, refusals included.
    pub answered: u64,
    /// Calls of which nobody knows the outcome.
    pub unanswered: u64,
    /// The time of all calls together.
    pub total_ms: u64,
    /// The longest call.
    pub slowest_ms: u64,
}

#[derive(Default)]
struct State {
    misses: u32,
    open_until: Option<Instant>,
    tally: Tally,
}

impl Breaker {
    /// A closed circuit that, once open, lets a probe through after each `cool_down`.
    pub fn new(cool_down: Duration) -> Self {
        Self { cool_down, state: Mutex::default() }
    }

    /// Whether a new call makes sense: the last calls were answered, or it is time for a probe.
    pub fn available(&self, now: Instant) -> bool {
        self.state().open_until.is_none_or(|until| now >= until)
    }

    /// Notes that a call leaves. The first one after a cool-down is the probe: the circuit stays
    /// open for everyone else until that probe is answered.
    pub fn leaves(&self, now: Instant) {
        let mut state = self.state();
        if state.open_until.is_some_and(|until| now >= until) {
            state.open_until = Some(now + self.cool_down);
        }
    }

    /// Notes how a call ended.
    pub fn ended(&self, answered: bool, took: Duration, now: Instant) {
        let mut state = self.state();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        state.tally.total_ms = state.tally.total_ms.saturating_add(ms);
        state.tally.slowest_ms = state.tally.slowest_ms.max(ms);
        if answered {
            state.tally.answered += 1;
            state.misses = 0;
            state.open_until = None;
            return;
        }
        state.tally.unanswered += 1;
        state.misses = state.misses.saturating_add(1);
        if state.misses >= OPENS_AFTER {
            state.open_until = Some(now + self.cool_down);
        }
    }

    /// The counts so far.
    pub fn tally(&self) -> Tally {
        self.state().tally
    }

    /// The counts stay true even if a thread died while it held them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
