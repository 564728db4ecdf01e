//! Makes the read models anew from the log, in a file of their own.
//!
//! 1. Whoever reads the log hands over event by event ([`Rebuild::take`]).
//! 2. His thread works out what they change, another one carries it out: both are busy.
//! 3. Indexes that only queries need are made at the end, when all rows are there.

use super::{
    apply::{Batch, StoppedProjector},
    skips::Skips,
    work::{Wanted, Work},
};
use crate::{background, clock::Clock, store::Recorded, views::ViewsError};
use projections::Identities;
use std::{
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread::JoinHandle,
};

/// How many events are applied in one transaction.
pub const BATCH: usize = 2_500;

/// How much work may wait: enough that neither thread waits long for the other, little enough to stay small.
const AHEAD: usize = 1;

/// Everybody's part is worked out.
const ALL: Wanted = [true; projections::ALL.len()];

/// Read models being made from event 1, in a file of their own.
pub struct Rebuild {
    works: SyncSender<Work>,
    loading: JoinHandle<Result<Batch, ViewsError>>,
    waiting: Vec<Recorded>,
    upto: u64,
    clock: Clock,
}

impl Rebuild {
    /// Begins in the new file `file`, to end at position `upto`.
    pub fn begin(file: &Path, upto: u64, clock: Clock, skips: Skips) -> Result<Self, ViewsError> {
        let mut batch = Batch::load(file)?;
        batch.honour(skips);
        let (works, inbox) = sync_channel::<Work>(AHEAD);
        let load = move || {
            while let Ok(work) = inbox.recv() {
                batch.carry_out(&work)?;
            }
            Ok(batch)
        };
        let loading = background::start("rebuild", load)?;
        Ok(Self { works, loading, waiting: Vec::with_capacity(BATCH), upto, clock })
    }

    /// Takes the next event of the log; those after the end are left out.
    pub fn take(&mut self, event: Recorded, people: &dyn Identities) -> Result<(), ViewsError> {
        if event.position > self.upto {
            return Ok(());
        }
        self.waiting.push(event);
        if self.waiting.len() >= BATCH {
            self.flush(people);
        }
        if self.loading.is_finished() { Err(ViewsError::Interrupted) } else { Ok(()) }
    }

    fn flush(&mut self, people: &dyn Identities) {
        if let Some(work) = Work::plan(&self.waiting, &ALL, self.clock, people) {
            // The other end is gone only after an error, which `end` tells.
            _ = self.works.send(work);
        }
        self.waiting.clear();
    }

    /// Ends the rebuild, or tells why it ended before.
    pub fn end(mut self, people: &dyn Identities) -> Result<Rebuilt, ViewsError> {
        self.flush(people);
        drop(self.works);
        Ok(Rebuilt(self.loading.join().map_err(|_| ViewsError::Interrupted)??))
    }
}

/// Read models made from the log, not in use.
pub struct Rebuilt(pub(super) Batch);

impl Rebuilt {
    /// Projectors that could not take an event in.
    pub fn stopped(&self) -> Vec<StoppedProjector> {
        self.0.stopped()
    }

    /// Makes the indexes that queries need, and a file that can be used.
    pub fn settle(self) -> Result<Batch, ViewsError> {
        self.0.settle()?;
        Ok(self.0)
    }
}
