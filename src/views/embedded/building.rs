//! The work of a rebuild beside the models in use: build, compare, offer or keep aside.

use super::{
    apply::Batch,
    beside::{Beside, Offer, People, Stage},
    compare::{Difference, Held},
    files,
    rebuild::{BATCH, Rebuild},
    skips::Skips,
};
use crate::{
    clock::Clock,
    failure::Failure,
    store::Store,
    views::{Progress, Views, ViewsError},
};
use projections::Identities;
use std::{
    path::PathBuf,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// So near the end the first pass is over.
const NEAR: u64 = 2_000;
/// How often a difference is looked at again: an erasure or a skip under way settles in a moment.
const TRIES: usize = 4;
/// Between two looks at what is on its way.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a model in use may take to catch up with the others.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whoever moves the models takes an offer in milliseconds, if he is alive.
const ANSWER: Duration = Duration::from_secs(60);

/// Makes all models anew beside those in use. Answers the differences, none if they are in use now.
pub(in crate::views) fn run(
    beside: &Beside,
    store: Store,
    views: &Views,
    clock: Clock,
    people: People,
) -> Result<Vec<Difference>, Failure> {
    Task::new(beside.clone(), store, views, clock, people)?.run()
}

/// A running rebuild.
struct Task {
    beside: Beside,
    store: Store,
    clock: Clock,
    people: People,
    dir: PathBuf,
    file: PathBuf,
    runtime: Runtime,
}

impl Task {
    fn new(
        beside: Beside,
        store: Store,
        views: &Views,
        clock: Clock,
        people: People,
    ) -> Result<Self, Failure> {
        let dir = views.dir()?.to_owned();
        let file = files::next(&dir).map_err(ViewsError::from)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(ViewsError::from)?;
        Ok(Self { beside, store, clock, people, dir, file, runtime })
    }

    /// Answers the differences, none if the rebuilt models are in use now.
    fn run(&self) -> Result<Vec<Difference>, Failure> {
        let outcome = self.build().and_then(|mut batch| {
            let differences = self.compare(&mut batch)?;
            if differences.is_empty() {
                self.offer(batch)?;
            } else {
                self.keep_aside(batch, &differences)?;
            }
            Ok(differences)
        });
        if outcome.is_err() {
            files::remove(&self.file).map_err(ViewsError::from)?;
        }
        outcome
    }

    fn build(&self) -> Result<Batch, Failure> {
        let skips = self.runtime.block_on(Skips::recorded(self.store.as_ref()))?;
        let mut rebuild = Rebuild::begin(&self.file, u64::MAX, self.clock, skips)?;
        let (begun, mut after) = (Instant::now(), 0);
        'log: loop {
            let head = *self.store.head().borrow();
            self.beside.say(|report| report.progress = Progress::since(begun, 0, after, head));
            if after + NEAR >= head || self.stopped() {
                break;
            }
            for event in self.runtime.block_on(self.store.follow(after, BATCH))? {
                after = event.position;
                // The reason is what the end answers.
                if rebuild.take(event, self.people.as_ref()).is_err() {
                    break 'log;
                }
            }
        }
        let rebuilt = rebuild.end(self.people.as_ref())?;
        self.go_on()?;
        Ok(rebuilt.settle()?)
    }

    fn compare(&self, batch: &mut Batch) -> Result<Vec<Difference>, Failure> {
        self.beside.say(|report| report.state = Stage::Comparing);
        let mut differences = vec![];
        for _ in 0..TRIES {
            batch.honour(self.runtime.block_on(Skips::recorded(self.store.as_ref()))?);
            self.catch_up_to_head(batch)?;
            let held = self.hold(batch)?;
            self.catch_up(batch, held.position)?;
            differences = held.differences(&|| self.stopped())?;
            if differences.is_empty() {
                break;
            }
            drop(held);
            thread::sleep(PAUSE);
        }
        Ok(differences)
    }

    /// The models in use at a moment that is not before `batch`. One that was told to go on gets time to
    /// catch up; one that stands here too, or for ever, is compared where it stands.
    fn hold(&self, batch: &Batch) -> Result<Held, Failure> {
        let begun = Instant::now();
        loop {
            let held = Held::begin(&self.dir, &self.file)?;
            let together = held.behind <= batch.stopped().len() || begun.elapsed() > PATIENCE;
            if held.position >= batch.next() && together {
                return Ok(held);
            }
            drop(held);
            self.go_on()?;
            thread::sleep(PAUSE);
        }
    }

    fn offer(&self, mut batch: Batch) -> Result<(), Failure> {
        // What came meanwhile is taken in here, so that little is left to do while screens wait.
        self.catch_up_to_head(&mut batch)?;
        self.go_on()?;
        let (answer, answered) = mpsc::channel();
        self.beside.put_up(Offer { batch, file: self.file.clone(), answer });
        answered.recv_timeout(ANSWER).map_err(|_| ViewsError::Interrupted)??;
        Ok(files::forget_aside(&self.dir).map_err(ViewsError::from)?)
    }

    /// Names of patients don't lie about: an erasure could not reach them there.
    fn keep_aside(&self, batch: Batch, differences: &[Difference]) -> Result<(), Failure> {
        batch.without_names()?;
        drop(batch);
        let report = serde_json::to_vec(differences).unwrap_or_default();
        files::keep_aside(&self.dir, &self.file, &report).map_err(ViewsError::from)?;
        for Difference { table, unexplained, missing, .. } in differences {
            tracing::error!(table, unexplained, missing, "a read model is not what the log says");
        }
        Ok(())
    }

    fn catch_up(&self, batch: &mut Batch, upto: u64) -> Result<(), Failure> {
        self.runtime.block_on(catch_up(&self.store, batch, upto, self.clock, self.people.as_ref()))?;
        self.go_on()
    }

    fn catch_up_to_head(&self, batch: &mut Batch) -> Result<(), Failure> {
        // Copied out first: whoever holds the head borrowed keeps the ledger's writer from moving it.
        let head = *self.store.head().borrow();
        self.catch_up(batch, head)
    }

    fn stopped(&self) -> bool {
        self.beside.must_stop()
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.stopped() { Err(ViewsError::Interrupted.into()) } else { Ok(()) }
    }
}

/// Moves models to exactly `upto`, those that were behind too.
pub(super) async fn catch_up(
    store: &Store,
    batch: &mut Batch,
    upto: u64,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) -> Result<(), Failure> {
    loop {
        let (after, end) = match batch.behind() {
            Some(behind) => (behind, batch.next()),
            None if batch.next() < upto => (batch.next(), upto),
            None => return Ok(()),
        };
        let limit = usize::try_from(end - after).unwrap_or(BATCH).min(BATCH);
        let events = store.follow(after, limit).await?;
        if events.is_empty() {
            return Ok(());
        }
        batch.apply(&events, clock, people)?;
    }
}

/// Moves the foremost models to at least `upto`; those behind them keep their own pace.
pub(super) async fn lead(
    store: &Store,
    batch: &mut Batch,
    upto: u64,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) -> Result<(), Failure> {
    while batch.next() < upto {
        let events = store.follow(batch.next(), BATCH).await?;
        if events.is_empty() {
            return Ok(());
        }
        batch.apply(&events, clock, people)?;
    }
    Ok(())
}
