//! The read models: disposable, made again from the log at any time.
//!
//! One port, an engine for each kind of ledger ([`embedded`]). Whoever projects moves rows and
//! checkpoint in one transaction and publishes the position, so that a reader can wait for his own write.

pub mod embedded;
pub mod filling;

pub use embedded::{
    apply::{Batch, FillingProjector, Standing, StoppedProjector},
    beside, compare, files, history, rebuild,
    skips::Skips,
};

pub use filling::Progress;

use beside::Beside;
use filling::{Filling, Fillings};
use parking_lot::Mutex;
use projections::{Misread, Query};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// The read models failed; nothing about the domain.
#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    /// The engine's own error.
    #[error("read models: {0}")]
    Engine(#[from] rusqlite::Error),
    /// A table was written by another program.
    #[error("read models: {0}")]
    Misread(#[from] Misread),
    /// Files, threads.
    #[error("read models: {0}")]
    Io(#[from] std::io::Error),
    /// A rebuild ended before its end.
    #[error("the rebuild was interrupted")]
    Interrupted,
    /// One rebuild at a time.
    #[error("a rebuild of the read models is running")]
    Rebuilding,
    /// A read model that is asked is still being filled.
    #[error("the read model {name} is being filled, at {} of {}", .progress.done, .progress.total)]
    Filling {
        /// Which.
        name: &'static str,
        /// How far it is.
        progress: Progress,
    },
    /// The read models know positions that the log doesn't have: it was restored or cut.
    #[error(
        "the read models are at {views}, beyond the log's end {log}: remove the views files to make them anew"
    )]
    BeyondTheLog {
        /// Their checkpoint.
        views: u64,
        /// The log's last position.
        log: u64,
    },
    /// The read models followed another log.
    #[error(
        "the read models show another ledger: event {0} is not the one they saw there; remove the views files \
         to make them anew"
    )]
    OtherHistory(u64),
    /// A read model did not reach the position asked for in time.
    #[error("the read models are at {reached}, not yet at {wanted}")]
    Behind {
        /// What was asked for.
        wanted: u64,
        /// Where they are.
        reached: u64,
    },
}

/// The read models.
#[derive(Clone)]
pub struct Views {
    engine: embedded::Readers,
    position: Arc<watch::Sender<u64>>,
    stopped: Arc<Mutex<Vec<StoppedProjector>>>,
    standing: Arc<Mutex<Vec<Standing>>>,
    fillings: Fillings,
    beside: Beside,
}

impl Views {
    /// Those of the embedded ledger in `dir`, and who moves them.
    pub fn open(dir: &Path) -> Result<(Self, Batch), ViewsError> {
        let (engine, batch) = embedded::Readers::open(dir)?;
        let (position, _) = watch::channel(batch.position());
        let views = Self {
            position: Arc::new(position),
            stopped: Arc::default(),
            standing: Arc::default(),
            fillings: Fillings::default(),
            beside: Beside::of(engine.dir()),
            engine,
        };
        views.publish(&batch);
        Ok((views, batch))
    }

    /// Where the files of the read models lie.
    pub fn dir(&self) -> &Path {
        self.engine.dir()
    }

    /// The rebuild beside the models in use.
    pub const fn beside(&self) -> &Beside {
        &self.beside
    }

    /// Every projector as it stands.
    pub fn standing(&self) -> Vec<Standing> {
        self.standing.lock().clone()
    }

    /// Read models that are filled behind the others.
    pub fn fillings(&self) -> Arc<[Filling]> {
        self.fillings.now()
    }

    /// Ends when every read model may be read.
    pub async fn filled(&self) {
        let mut moved = self.position.subscribe();
        // The sender lives as long as `self`: an error is not to be had here.
        while !self.fillings.now().is_empty() && moved.changed().await.is_ok() {}
    }

    /// Brings another file into use and answers the one that was.
    pub fn switch(&self, file: PathBuf) -> PathBuf {
        self.engine.switch(file)
    }

    /// The position up to which every read model is complete.
    pub fn position(&self) -> u64 {
        *self.position.borrow()
    }

    /// Projectors that met an event they can't take in.
    pub fn stopped(&self) -> Vec<StoppedProjector> {
        self.stopped.lock().clone()
    }

    /// Tells readers how far the models are.
    pub fn publish(&self, batch: &Batch) {
        *self.stopped.lock() = batch.stopped();
        *self.standing.lock() = batch.models();
        self.fillings.tell(batch.filling(), batch.next());
        self.position.send_replace(batch.position());
    }

    /// Waits until the models show position `wanted`, for at most `patience`.
    pub async fn reach(&self, wanted: u64, patience: Duration) -> Result<(), ViewsError> {
        let mut seen = self.position.subscribe();
        let reached = tokio::time::timeout(patience, seen.wait_for(|position| *position >= wanted)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(ViewsError::Behind { wanted, reached: self.position() }),
        }
    }

    /// All rows of a query.
    #[expect(clippy::unused_async, reason = "another engine waits for its server here")]
    pub async fn fetch<T>(&self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        filling::refuse(&self.fillings.now(), query.sql)?;
        self.engine.fetch(&query)
    }

    /// The first row of a query.
    pub async fn first<T>(&self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query).await?.into_iter().next())
    }

    /// For several queries that must agree: all see the read models as they were at one position.
    #[expect(clippy::unused_async, reason = "another engine waits for its server here")]
    pub async fn moment(&self) -> Result<Moment, ViewsError> {
        // Before the snapshot: what is ready now was complete before it.
        let fillings = self.fillings.now();
        let moment = self.engine.moment()?;
        Ok(Moment { position: moment.position, engine: moment, fillings })
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// Up to where every one of them was complete then.
    pub position: u64,
    engine: embedded::Moment,
    fillings: Arc<[Filling]>,
}

impl Moment {
    /// All rows of a query.
    #[expect(clippy::unused_async, reason = "another engine waits for its server here")]
    pub async fn fetch<T>(&mut self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        filling::refuse(&self.fillings, query.sql)?;
        self.engine.fetch(&query)
    }

    /// The first row of a query.
    pub async fn first<T>(&mut self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query).await?.into_iter().next())
    }
}
