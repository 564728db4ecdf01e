//! The read models: disposable, made again from the log at any time.
//!
//! One port, an engine for each kind of ledger ([`embedded`], [`postgres`]). Whoever projects moves rows and
//! checkpoint in one transaction and publishes the position, so that a reader can wait for his own write.

pub mod embedded;
pub mod filling;
pub mod postgres;

pub use embedded::{
    apply::{Batch, FillingProjector, Standing, StoppedProjector},
    beside, compare, files, history, rebuild,
    skips::Skips,
};

pub use filling::Progress;

use crate::{clock::Clock, failure::Failure, store::Store};
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
    /// The engine's own error.
    #[error("read models: {0}")]
    Postgres(#[from] sqlx::Error),
    /// `DATABASE_URL` is no address; it is not shown, for it holds a password.
    #[error("DATABASE_URL is not the address of a PostgreSQL database")]
    Address,
    /// Another process has taken the lease of a model that was ours.
    #[error("read models: {0} is moved by another process now")]
    Lost(&'static str),
    /// A table was written by another program.
    #[error("read models: {0}")]
    Misread(#[from] Misread),
    /// Files, threads.
    #[error("read models: {0}")]
    Io(#[from] std::io::Error),
    /// A rebuild ended before its end.
    #[error("the rebuild was interrupted")]
    Interrupted,
    /// A model in use stands elsewhere than its rebuilt one: it stopped, or was told to go on, at the last moment.
    #[error("a read model in use and its rebuilt one ended at different events; start the rebuild again")]
    Apart,
    /// Models can't change places under a reader: in a file names that were erased would stay in its log.
    #[error("somebody read the models all the while; start the rebuild again")]
    StillRead,
    /// One rebuild at a time.
    #[error("a rebuild of the read models is running")]
    Rebuilding,
    /// What was asked for is a matter of files, and these lie in a database.
    #[error("the read models lie in a database")]
    NotHere,
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
        "the read models are at {views}, beyond the log's end {log}: remove the files views* to make them anew"
    )]
    BeyondTheLog {
        /// Their checkpoint.
        views: u64,
        /// The log's last position.
        log: u64,
    },
    /// The read models followed another log.
    #[error(
        "the read models show another ledger: event {0} is not the one they saw there; remove the files views* \
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

/// Whoever answers queries.
#[derive(Clone)]
enum Engine {
    Embedded(embedded::Readers),
    Postgres(postgres::Readers),
}

/// What this process is to the read models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It moves them; of several processes one does.
    Mover,
    /// Another process moves them.
    Reader,
    /// They are out of reach.
    Away,
}

/// The read models.
#[derive(Clone)]
pub struct Views {
    engine: Engine,
    part: Arc<watch::Sender<Part>>,
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
        let beside = Beside::of(engine.dir());
        let views = Self::with(Engine::Embedded(engine), Part::Mover, beside);
        views.publish(&batch);
        Ok((views, batch))
    }

    /// Those in a PostgreSQL database, as far as they are now; `follow::postgres` moves and publishes
    /// them. All that is said to the database is said on the runtime of the caller.
    pub async fn open_postgres(url: &str) -> Result<(Self, postgres::session::Session), ViewsError> {
        let session = postgres::session::Session::open(url).await?;
        let views =
            Self::with(Engine::Postgres(postgres::Readers::new(url)?), Part::Reader, Beside::default());
        views.look(&session);
        Ok((views, session))
    }

    fn with(engine: Engine, part: Part, beside: Beside) -> Self {
        let (position, part) = (watch::channel(0).0, watch::channel(part).0);
        Self {
            engine,
            part: Arc::new(part),
            position: Arc::new(position),
            stopped: Arc::default(),
            standing: Arc::default(),
            fillings: Fillings::default(),
            beside,
        }
    }

    /// Where the files of the read models lie, if they lie in files.
    pub fn dir(&self) -> Result<&Path, ViewsError> {
        match &self.engine {
            Engine::Embedded(readers) => Ok(readers.dir()),
            Engine::Postgres(_) => Err(ViewsError::NotHere),
        }
    }

    /// The rebuild beside the models in use.
    pub const fn beside(&self) -> &Beside {
        &self.beside
    }

    /// The work of a rebuild beside; answers the differences, none if what was made is in use.
    fn rebuild(
        &self,
        beside: &Beside,
        store: Store,
        clock: Clock,
        people: beside::People,
    ) -> Result<Vec<compare::Difference>, Failure> {
        match &self.engine {
            Engine::Embedded(_) => embedded::building::run(beside, store, self, clock, people),
            Engine::Postgres(readers) => readers.rebuild(beside, &store, clock, &people),
        }
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
    pub fn switch(&self, file: PathBuf) -> Result<PathBuf, ViewsError> {
        match &self.engine {
            Engine::Embedded(readers) => Ok(readers.switch(file)),
            Engine::Postgres(_) => Err(ViewsError::NotHere),
        }
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
        self.fillings.tell(batch.filling(), batch.next());
        self.show(batch.position(), batch.stopped(), batch.models());
    }

    /// Tells readers how far a session sees the models.
    pub fn look(&self, session: &postgres::session::Session) {
        self.fillings.tell(session.filling(), session.lead());
        self.show(session.position(), session.stopped(), session.models());
    }

    /// What this process is to the models, and a wake-up when that changes.
    pub fn part(&self) -> watch::Receiver<Part> {
        self.part.subscribe()
    }

    /// Tells what this process is to the models.
    pub fn play(&self, part: Part) {
        self.part.send_if_modified(|played| std::mem::replace(played, part) != part);
    }

    fn show(&self, position: u64, stopped: Vec<StoppedProjector>, standing: Vec<Standing>) {
        *self.stopped.lock() = stopped;
        *self.standing.lock() = standing;
        self.position.send_replace(position);
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
    pub async fn fetch<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        filling::refuse(&self.fillings.now(), query.sql)?;
        match &self.engine {
            Engine::Embedded(readers) => readers.fetch(&query),
            Engine::Postgres(readers) => readers.fetch(query).await,
        }
    }

    /// The first row of a query.
    pub async fn first<T: Send + 'static>(&self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query).await?.into_iter().next())
    }

    /// For several queries that must agree: all see the read models as they were at one position.
    pub async fn moment(&self) -> Result<Moment, ViewsError> {
        // Before the snapshot: what is ready now was complete before it.
        let fillings = self.fillings.now();
        Ok(match &self.engine {
            Engine::Embedded(readers) => {
                let moment = readers.moment()?;
                Moment { position: moment.position, engine: At::Embedded(moment), fillings }
            }
            Engine::Postgres(readers) => {
                let moment = readers.moment().await?;
                Moment { position: moment.position, engine: At::Postgres(moment), fillings }
            }
        })
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// Up to where every one of them was complete then.
    pub position: u64,
    engine: At,
    fillings: Arc<[Filling]>,
}

enum At {
    Embedded(embedded::Moment),
    Postgres(postgres::Moment),
}

impl Moment {
    /// All rows of a query.
    pub async fn fetch<T: Send + 'static>(&mut self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        filling::refuse(&self.fillings, query.sql)?;
        match &mut self.engine {
            At::Embedded(moment) => moment.fetch(&query),
            At::Postgres(moment) => moment.fetch(query).await,
        }
    }

    /// The first row of a query.
    pub async fn first<T: Send + 'static>(&mut self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query).await?.into_iter().next())
    }
}
