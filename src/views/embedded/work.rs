//! What a run of events changes in the read models, worked out before any database is asked.
//!
//! Reading, decoding and projecting need no transaction: a rebuild does them on one thread while
//! another carries out the run before.

use super::skips::Order;
use crate::{clock::Clock, recording, store::Recorded, store::chain::Hash};
use domain::{Event, patient};
use projections::{ALL, Change, Identities, Seen};

/// For each projector, in the order of [`ALL`]: must its changes be worked out?
pub type Wanted = [bool; ALL.len()];

/// The changes of events that follow each other.
pub struct Work {
    /// The position of the first event.
    pub(super) first: u64,
    /// The position of the last one.
    pub(super) last: u64,
    /// The chain after it.
    pub(super) chain: Hash,
    /// Where an event is missing; nothing after it was looked at.
    pub(super) hole: Option<u64>,
    /// Events without a meaning, and why: nobody can take them in.
    pub(super) unreadable: Vec<(u64, String)>,
    /// For each projector the events that concern it.
    pub(super) steps: [Vec<Step>; ALL.len()],
    /// True when a name must be nowhere after it.
    pub(super) erases: bool,
    /// What operators told projectors.
    pub(super) orders: Vec<Order>,
}

/// What one event changes in one read model.
pub(super) struct Step {
    pub position: u64,
    pub changes: Vec<Change>,
}

impl Work {
    /// Works out what `events` change; nothing if there are none.
    pub fn plan(events: &[Recorded], wanted: &Wanted, clock: Clock, people: &dyn Identities) -> Option<Self> {
        let (first, last) = (events.first()?, events.last()?);
        let mut work = Self {
            first: first.position,
            last: last.position,
            chain: last.chain,
            hole: None,
            unreadable: vec![],
            steps: Default::default(),
            erases: false,
            orders: vec![],
        };
        for (recorded, expected) in events.iter().zip(first.position..) {
            // An event was lost on the way here: going on would make every sum a guess.
            if recorded.position != expected {
                work.hole = Some(expected);
                break;
            }
            match recording::read(recorded) {
                Ok(read) => work.project(recorded, &read, wanted, clock, people),
                Err(stopped) => work.unreadable.push((recorded.position, stopped.to_string())),
            }
        }
        Some(work)
    }

    fn project(
        &mut self,
        recorded: &Recorded,
        read: &recording::Read,
        wanted: &Wanted,
        clock: Clock,
        people: &dyn Identities,
    ) {
        self.orders.extend(Order::of(&recorded.stream, read));
        self.erases |= matches!(read.event, Event::Patient(patient::Event::Erased(_)));
        let position = recorded.position;
        let seen = Seen {
            position,
            stream: &recorded.stream,
            revision: recorded.revision,
            at: recorded.recorded_at,
            day: clock.day(recorded.recorded_at),
            meta: &read.meta,
            event: &read.event,
        };
        for ((projector, steps), _) in
            ALL.iter().zip(&mut self.steps).zip(wanted).filter(|(_, wanted)| **wanted)
        {
            let changes = projector.project(&seen, people);
            if !changes.is_empty() {
                steps.push(Step { position, changes });
            }
        }
    }
}
