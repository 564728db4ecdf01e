//! The read models of the embedded engine: one file, disposable, made again from the log at any time.
//!
//! `work` says what events change, `apply` moves rows and checkpoint in one transaction; queries are
//! answered from a small pool of read-only connections. `beside` makes all of it anew while money is
//! taken, `files` names the file in use.

pub mod apply;
pub mod beside;
pub(super) mod building;
pub mod compare;
mod connect;
pub mod files;
pub mod history;
mod model;
pub mod rebuild;
pub mod skips;
mod statements;
pub mod work;

use super::ViewsError;
use apply::Batch;
use parking_lot::Mutex;
use projections::{Query, Row, Value};
use rusqlite::{Connection, types::ValueRef};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// So many connections wait for the next reader.
const IDLE: usize = 8;

/// Connections that can only read.
#[derive(Clone)]
pub struct Readers {
    dir: PathBuf,
    current: Arc<Mutex<Current>>,
}

/// The file in use, and connections to it that nobody needs just now.
struct Current {
    file: PathBuf,
    idle: Vec<Connection>,
    /// How often another file came into use: a connection to an older one is not taken back.
    generation: u64,
}

/// A connection on loan.
struct Lent {
    connection: Connection,
    generation: u64,
}

impl Readers {
    /// Opens the read models in `dir`, makes missing tables, drops those of an older version and what
    /// is left of a rebuild that was cut off.
    pub fn open(dir: &Path) -> Result<(Self, Batch), ViewsError> {
        files::sweep(dir)?;
        let file = files::current(dir)?;
        let batch = Batch::open(&file)?;
        let current = Current { file, idle: vec![], generation: 0 };
        Ok((Self { dir: dir.to_owned(), current: Arc::new(Mutex::new(current)) }, batch))
    }

    /// Where the files lie.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// All rows of a query.
    pub fn fetch<T>(&self, query: &Query<T>) -> Result<Vec<T>, ViewsError> {
        let reader = self.lend()?;
        let answer = fetch(&reader.connection, query);
        self.take_back(reader);
        answer
    }

    /// A snapshot, held until the moment is dropped.
    pub fn moment(&self) -> Result<Moment, ViewsError> {
        let reader = self.lend()?;
        reader.connection.prepare_cached("begin")?.execute([])?;
        let mut moment = Moment { reader: Some(reader), position: 0, readers: self.clone() };
        moment.position = moment.lowest()?;
        Ok(moment)
    }

    /// Brings another file into use. Answers the one that was; who reads there may end in peace.
    pub fn switch(&self, file: PathBuf) -> PathBuf {
        let mut current = self.current.lock();
        current.idle.clear();
        current.generation += 1;
        std::mem::replace(&mut current.file, file)
    }

    fn lend(&self) -> Result<Lent, ViewsError> {
        let mut current = self.current.lock();
        let generation = current.generation;
        let connection = match current.idle.pop() {
            Some(connection) => connection,
            // Under the lock: the file can't be switched, and then removed, before it is open.
            None => connect::reader(&current.file)?,
        };
        Ok(Lent { connection, generation })
    }

    fn take_back(&self, lent: Lent) {
        let mut current = self.current.lock();
        // A rush of readers leaves no more behind than everyday's work wants.
        if lent.generation == current.generation && current.idle.len() < IDLE {
            current.idle.push(lent.connection);
        }
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// None only while it is dropped.
    reader: Option<Lent>,
    /// Up to where every one of them was complete then that is ready to be read.
    pub position: u64,
    readers: Readers,
}

impl Moment {
    /// All rows of a query.
    pub fn fetch<T>(&self, query: &Query<T>) -> Result<Vec<T>, ViewsError> {
        self.reader.as_ref().map_or_else(|| Ok(vec![]), |reader| fetch(&reader.connection, query))
    }

    /// The first read of a deferred transaction takes the snapshot.
    fn lowest(&self) -> Result<u64, ViewsError> {
        let sql = "select coalesce(min(position), 0) from checkpoints where ready = 1";
        let lowest = Query { sql, args: vec![], read: Row::int };
        Ok(self.fetch(&lowest)?.first().map_or(0, |lowest| lowest.unsigned_abs()))
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let ended =
                reader.connection.prepare_cached("rollback").and_then(|mut rollback| rollback.execute([]));
            if ended.is_ok() {
                self.readers.take_back(reader);
            }
        }
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
