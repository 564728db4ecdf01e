//! The read models: disposable, made again from the log at any time.
//!
//! One port, an engine for each kind of ledger ([`embedded`], [`postgres`]). Whoever projects moves rows and
//! checkpoint in one transaction and publishes the position, so that a reader can wait for his own write.

pub mod embedded;
pub mod postgres;

pub use embedded::{
    apply::{Batch, StoppedProjector},
    history, rebuild,
};

use parking_lot::Mutex;
use projections::{Misread, Query};
use std::{path::Path, sync::Arc, time::Duration};
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
    /// The read models know positions that the log doesn't have: it was restored or cut.
    #[error("the read models are at {views}, beyond the log's end {log}: remove views.db to make them anew")]
    BeyondTheLog {
        /// Their checkpoint.
        views: u64,
        /// The log's last position.
        log: u64,
    },
    /// The read models followed another log.
    #[error(
        "the read models show another ledger: event {0} is not the one they saw there; remove views.db to make \
         them anew"
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
}

impl Views {
    /// Those of the embedded ledger in `dir`, and who moves them.
    pub fn open(dir: &Path) -> Result<(Self, Batch), ViewsError> {
        let (engine, batch) = embedded::Readers::open(dir)?;
        let views = Self::with(Engine::Embedded(engine), Part::Mover);
        views.publish(&batch);
        Ok((views, batch))
    }

    /// Those in a PostgreSQL database, as far as they are now; `follow::postgres` moves and publishes
    /// them. All that is said to the database is said on the runtime of the caller.
    pub async fn open_postgres(url: &str) -> Result<(Self, postgres::session::Session), ViewsError> {
        let session = postgres::session::Session::open(url).await?;
        let views = Self::with(Engine::Postgres(postgres::Readers::new(url)?), Part::Reader);
        views.show(session.position(), session.stopped());
        Ok((views, session))
    }

    fn with(engine: Engine, part: Part) -> Self {
        let (position, part) = (watch::channel(0).0, watch::channel(part).0);
        Self { engine, part: Arc::new(part), position: Arc::new(position), stopped: Arc::default() }
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
        self.show(batch.position(), batch.stopped());
    }

    /// What this process is to the models, and a wake-up when that changes.
    pub fn part(&self) -> watch::Receiver<Part> {
        self.part.subscribe()
    }

    /// Tells what this process is to the models.
    pub fn play(&self, part: Part) {
        self.part.send_if_modified(|played| std::mem::replace(played, part) != part);
    }

    /// Tells readers how far the models are, whoever moves them.
    pub fn show(&self, position: u64, stopped: Vec<StoppedProjector>) {
        *self.stopped.lock() = stopped;
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
        Ok(match &self.engine {
            Engine::Embedded(readers) => {
                let moment = readers.moment()?;
                Moment { position: moment.position, engine: At::Embedded(moment) }
            }
            Engine::Postgres(readers) => {
                let moment = readers.moment().await?;
                Moment { position: moment.position, engine: At::Postgres(moment) }
            }
        })
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// Up to where every one of them was complete then.
    pub position: u64,
    engine: At,
}

enum At {
    Embedded(embedded::Moment),
    Postgres(postgres::Moment),
}

impl Moment {
    /// All rows of a query.
    pub async fn fetch<T: Send + 'static>(&mut self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
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
