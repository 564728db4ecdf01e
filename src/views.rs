//! The read models of the embedded engine: `views.db`, disposable, made again from the log at any time.
//!
//! `apply` moves rows and checkpoint in one transaction; `fetch` answers queries from a small pool
//! of read-only connections. Positions are published, so that a reader can wait for his own write.

mod apply;
mod connect;
pub mod history;
pub mod rebuild;

pub use apply::{Batch, StoppedProjector};

use parking_lot::Mutex;
use projections::{Misread, Query, Row, Value};
use rusqlite::{Connection, types::ValueRef};
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

/// The read models.
#[derive(Clone)]
pub struct Views {
    file: PathBuf,
    readers: Arc<Mutex<Vec<Connection>>>,
    position: Arc<watch::Sender<u64>>,
    stopped: Arc<Mutex<Vec<StoppedProjector>>>,
}

impl Views {
    /// Opens `views.db` in `dir`, makes missing tables, and drops those of an older version.
    pub fn open(dir: &Path) -> Result<(Self, Batch), ViewsError> {
        let file = dir.join("views.db");
        let batch = Batch::open(&file)?;
        let (position, _) = watch::channel(batch.position());
        let views = Self {
            file,
            readers: Arc::default(),
            position: Arc::new(position),
            stopped: Arc::new(Mutex::new(batch.stopped())),
        };
        Ok((views, batch))
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
    pub fn fetch<T>(&self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        self.with_reader(|reader| fetch(reader, &query))
    }

    /// Several queries that must agree: all see the read models as they were at one position.
    pub fn at_one_moment<T, E: From<ViewsError>>(
        &self,
        read: impl FnOnce(&Moment<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_reader(|reader| {
            let begun = reader.unchecked_transaction().map_err(ViewsError::from)?;
            let position = begun
                .prepare_cached("select coalesce(min(position), 0) from checkpoints")
                .and_then(|mut lowest| lowest.query_row([], |row| row.get::<_, i64>(0)))
                .map_err(ViewsError::from)?;
            read(&Moment { reader: &begun, position: position.unsigned_abs() })
        })
    }

    fn with_reader<T, E: From<ViewsError>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let reader = self.readers.lock().pop();
        let reader = match reader {
            Some(reader) => reader,
            None => connect::reader(&self.file)?,
        };
        let answer = read(&reader);
        self.readers.lock().push(reader);
        answer
    }

    /// The first row of a query.
    pub fn first<T>(&self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query)?.into_iter().next())
    }
}

/// The read models as they were at one position.
pub struct Moment<'a> {
    reader: &'a Connection,
    /// Up to where every one of them was complete then.
    pub position: u64,
}

impl Moment<'_> {
    /// All rows of a query.
    pub fn fetch<T>(&self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        fetch(self.reader, &query)
    }

    /// The first row of a query.
    pub fn first<T>(&self, query: Query<T>) -> Result<Option<T>, ViewsError> {
        Ok(self.fetch(query)?.into_iter().next())
    }
}

fn fetch<T>(reader: &Connection, query: &Query<T>) -> Result<Vec<T>, ViewsError> {
    let mut statement = reader.prepare_cached(query.sql)?;
    connect::bind(&mut statement, &query.args)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut answer = vec![];
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|at| row.get_ref(at).map(value)).collect::<Result<_, _>>()?;
        answer.push((query.read)(&mut Row::new(values))?);
    }
    Ok(answer)
}

fn value(column: ValueRef<'_>) -> Value {
    match column {
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}
