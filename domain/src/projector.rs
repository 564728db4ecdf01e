//! A projector, as those deal with it who run the house: what it leaves out, and when it tries again.
//!
//! A fact that a read model can't take in stops its projector there. Leaving the fact out is a
//! decision about the books' screens, so it is a fact itself: who, which, why.

use crate::{Refusal, event::facts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

facts! {
    /// What one projector was told. Read by whoever moves the read models, and by every rebuild.
    Event {
        /// Written by `POST /api/projectors/{name}/skip` and `quittance projector skip`.
        Skipped = "projector-skipped.v1",
        /// Written by `POST /api/projectors/{name}/retry` and `quittance projector retry`.
        Retried = "projector-retried.v1",
    }
}

/// The projector leaves one event out, for ever and in every rebuild.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The event's position in the log.
    pub position: u64,
    /// Why; no personal data.
    pub reason: String,
    /// A user's id, or `console` for whoever sat at the machine.
    pub by: String,
}

/// The projector tries the event again at which it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    /// A user's id, or `console`.
    pub by: String,
}

/// What is true of a projector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projector {
    /// What it leaves out.
    pub skipped: BTreeSet<u64>,
}

impl Projector {
    /// The state after one more fact.
    pub fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::Skipped(fact) => _ = self.skipped.insert(fact.position),
            Event::Retried(_) => {}
        }
        self
    }

    /// Leave an event out. It must be the one at which the projector stands; told twice is an answer.
    pub fn skip(&self, stands: Option<u64>, skipped: Skipped) -> Result<Vec<Event>, Refusal> {
        if self.skipped.contains(&skipped.position) {
            return Ok(vec![]);
        }
        match stands {
            Some(at) if at == skipped.position => Ok(vec![skipped.into()]),
            other => Err(Refusal::StandsElsewhere { at: other }),
        }
    }

    /// Try again where it stands.
    pub fn retry(&self, stands: Option<u64>, retried: Retried) -> Result<Vec<Event>, Refusal> {
        match stands {
            Some(_) => Ok(vec![retried.into()]),
            None => Err(Refusal::StandsElsewhere { at: None }),
        }
    }
}
