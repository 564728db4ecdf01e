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
    building::{catch_up, lead},
    compare::Difference,
    files,
};
use crate::{
    background,
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
};
use tokio::sync::Notify;

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
    pub(super) batch: Batch,
    pub(super) file: PathBuf,
    pub(super) answer: mpsc::Sender<Result<(), Failure>>,
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

    /// Tells how it goes.
    pub(in crate::views) fn say(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.0.report.lock());
    }

    /// True once somebody asked it to end.
    pub(in crate::views) fn must_stop(&self) -> bool {
        self.0.stop.load(Ordering::SeqCst)
    }

    /// Offers rebuilt models to whoever moves those in use.
    pub(super) fn put_up(&self, offer: Offer) {
        *self.0.offer.lock() = Some(offer);
        self.0.woken.notify_one();
    }

    /// What was offered.
    pub fn offered(&self) -> Option<Offer> {
        self.0.offer.lock().take()
    }

    /// Starts a rebuild on a thread of its own; refused while one runs.
    pub fn start(&self, store: Store, views: Views, clock: Clock, people: People) -> Result<(), ViewsError> {
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
            let ended = views.rebuild(&beside, store, clock, people);
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
        if let Err(error) = background::start("rebuild-log", run) {
            self.0.report.lock().state = Stage::Failed;
            return Err(error.into());
        }
        Ok(())
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
        // Whoever offered may have read on to an event that the models in use have not taken in yet.
        lead(store, batch, offer.batch.next(), clock, people).await?;
        views.publish(batch);
        catch_up(store, &mut offer.batch, batch.next(), clock, people).await?;
        if offer.batch.models() != batch.models() {
            return Err(Failure::from(ViewsError::Apart));
        }
        offer.batch.clean()?;
        if offer.batch.is_unclean() {
            return Err(Failure::from(ViewsError::StillRead));
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
