//! A rebuild beside the read models in use, while money is taken (decision 0019).
//!
//! 1. A thread makes every model from event 1 in a file of its own, up to near the log's end.
//! 2. It holds a moment of the file in use, goes on to exactly that position, and compares all rows.
//! 3. Equal: it offers its file to whoever moves the models, who takes the last events in, names the
//!    file as the one in use and goes on with it ([`swap`]). Not equal: the file is kept aside and the
//!    differences are told; the one in use stays.
//!
//! It runs projectors only: nothing is sent to anybody. Killed at any moment it leaves a file that the
//! next start removes.

use super::{
    apply::Batch,
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
use parking_lot::Mutex;
use projections::Identities;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, sync::Notify};

/// So near the end the first pass is over.
const NEAR: u64 = 2_000;
/// How often a difference is looked at again: an erasure or a skip under way settles in a moment.
const TRIES: usize = 4;
/// Between two looks at what is on its way.
const PAUSE: Duration = Duration::from_millis(50);
/// Whoever moves the models takes an offer in milliseconds, if he is alive.
const ANSWER: Duration = Duration::from_secs(60);

/// Who keeps the identities.
pub type People = Arc<dyn Identities + Send + Sync>;

/// What the last rebuild came to.
#[derive(Clone, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// `NONE`, `BUILDING`, `COMPARING`, `SWAPPED`, `DIFFERS`, `STOPPED`, `FAILED`.
    pub state: Stage,
    /// How far it is, or was.
    pub progress: Progress,
    /// The tables that were not what the log says.
    pub differences: Vec<Difference>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Stage {
    /// There was none.
    #[default]
    None,
    /// It goes over the log.
    Building,
    /// Its rows are compared with those in use.
    Comparing,
    /// It was equal, and is in use now.
    Swapped,
    /// It was not equal, and lies aside.
    Differs,
    /// Somebody stopped it.
    Stopped,
    /// It could not end.
    Failed,
}

/// The one rebuild that may run, and what the last one came to.
#[derive(Clone, Default)]
pub struct Beside(Arc<Shared>);

#[derive(Default)]
struct Shared {
    report: Mutex<Report>,
    stop: AtomicBool,
    offer: Mutex<Option<Offer>>,
    woken: Notify,
}

/// Rebuilt models that are equal to those in use.
pub struct Offer {
    batch: Batch,
    file: PathBuf,
    answer: mpsc::Sender<Result<(), Failure>>,
}

impl Beside {
    /// With what the last rebuild in `dir` found, if its file still lies aside.
    pub fn of(dir: &Path) -> Self {
        let beside = Self::default();
        let kept = files::kept_report(dir).and_then(|report| serde_json::from_slice(&report).ok());
        if let Some(differences) = kept {
            let report = Report { state: Stage::Differs, differences, ..Report::default() };
            *beside.0.report.lock() = report;
        }
        beside
    }

    /// What it has come to.
    pub fn report(&self) -> Report {
        self.0.report.lock().clone()
    }

    /// True while one runs.
    pub fn runs(&self) -> bool {
        matches!(self.report().state, Stage::Building | Stage::Comparing)
    }

    /// Asks a running rebuild to end; false if none runs.
    pub fn stop(&self) -> bool {
        self.0.stop.store(true, Ordering::SeqCst);
        self.runs()
    }

    /// Ends when there is something for whoever moves the models.
    pub async fn woken(&self) {
        self.0.woken.notified().await;
    }

    /// What was offered.
    pub fn offered(&self) -> Option<Offer> {
        self.0.offer.lock().take()
    }

    /// Starts a rebuild on a thread of its own; refused while one runs.
    pub fn start(&self, store: Store, views: Views, clock: Clock, people: People) -> Result<(), ViewsError> {
        views.dir()?;
        {
            let mut report = self.0.report.lock();
            if matches!(report.state, Stage::Building | Stage::Comparing) {
                return Err(ViewsError::Rebuilding);
            }
            *report = Report { state: Stage::Building, ..Report::default() };
            self.0.stop.store(false, Ordering::SeqCst);
        }
        let beside = self.clone();
        let run = move || {
            let ended = Task::new(beside.clone(), store, &views, clock, people).and_then(|task| task.run());
            let mut report = beside.0.report.lock();
            match ended {
                Ok(differences) if differences.is_empty() => report.state = Stage::Swapped,
                Ok(differences) => (report.state, report.differences) = (Stage::Differs, differences),
                Err(_) if beside.0.stop.load(Ordering::SeqCst) => report.state = Stage::Stopped,
                Err(error) => {
                    tracing::error!(%error, "the rebuild of the read models failed");
                    (report.state, report.reason) = (Stage::Failed, Some(error.to_string()));
                }
            }
            tracing::info!(state = ?report.state, "rebuild of the read models ended");
        };
        if let Err(error) = thread::Builder::new().name("rebuild-log".into()).spawn(run) {
            self.0.report.lock().state = Stage::Failed;
            return Err(error.into());
        }
        Ok(())
    }
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
            self.beside.0.report.lock().progress = Progress::since(begun, 0, after, head);
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
        self.beside.0.report.lock().state = Stage::Comparing;
        let mut differences = vec![];
        for _ in 0..TRIES {
            batch.honour(self.runtime.block_on(Skips::recorded(self.store.as_ref()))?);
            self.catch_up(batch, *self.store.head().borrow())?;
            let held = loop {
                let held = Held::begin(&self.dir, &self.file)?;
                if held.position >= batch.next() {
                    break held;
                }
                drop(held);
                self.go_on()?;
                thread::sleep(PAUSE);
            };
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

    fn offer(&self, mut batch: Batch) -> Result<(), Failure> {
        // What came meanwhile is taken in here, so that little is left to do while screens wait.
        self.catch_up(&mut batch, *self.store.head().borrow())?;
        self.go_on()?;
        let (answer, answered) = mpsc::channel();
        *self.beside.0.offer.lock() = Some(Offer { batch, file: self.file.clone(), answer });
        self.beside.0.woken.notify_one();
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

    fn stopped(&self) -> bool {
        self.beside.0.stop.load(Ordering::SeqCst)
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.stopped() { Err(ViewsError::Interrupted.into()) } else { Ok(()) }
    }
}

/// Moves models to exactly `upto`, those that were behind too.
async fn catch_up(
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

/// Puts offered models to use, if there are any: they are brought to where `batch` is, named as those
/// in use, and take its place. `batch` must stand still meanwhile.
pub async fn swap(
    store: &Store,
    views: &Views,
    batch: &mut Batch,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) {
    let Some(mut offer) = views.beside().offered() else { return };
    let outcome = async {
        catch_up(store, &mut offer.batch, batch.next(), clock, people).await?;
        if offer.batch.models() != batch.models() {
            return Err(Failure::from(ViewsError::Interrupted));
        }
        offer.batch.clean()?;
        if offer.batch.is_unclean() {
            return Err(Failure::from(ViewsError::Interrupted));
        }
        // Killed before this line the old file is in use, after it the new one; nothing lies between.
        files::point_to(views.dir()?, &offer.file).map_err(ViewsError::from)?;
        let old = views.switch(offer.file)?;
        *batch = offer.batch;
        if let Err(error) = files::remove(&old) {
            tracing::warn!(%error, "the old read models could not be removed; the next start does it");
        }
        views.publish(batch);
        Ok(())
    };
    let outcome = outcome.await;
    // Whoever asked may have given up; then the next start sweeps up.
    _ = offer.answer.send(outcome);
}
