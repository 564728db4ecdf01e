//! The read models of the embedded engine: `views.db`, disposable, made again from the log at any time.
//!
//! `apply` moves rows and checkpoint in one transaction; queries are answered from a small pool of
//! read-only connections.

pub mod apply;
pub mod compare;
mod connect;
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

/// Connections that can only read.
#[derive(Clone)]
pub struct Readers {
    file: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// Opens `views.db` in `dir`, makes missing tables, and drops those of an older version.
    pub fn open(dir: &Path) -> Result<(Self, Batch), ViewsError> {
        let file = dir.join("views.db");
        let batch = Batch::open(&file)?;
        Ok((Self { file, idle: Arc::default() }, batch))
    }

    /// All rows of a query.
    pub fn fetch<T>(&self, query: &Query<T>) -> Result<Vec<T>, ViewsError> {
        let reader = self.lend()?;
        let answer = fetch(&reader, query);
        self.idle.lock().push(reader);
        answer
    }

    /// A snapshot, held until the moment is dropped.
    pub fn moment(&self) -> Result<Moment, ViewsError> {
        let reader = self.lend()?;
        reader.prepare_cached("begin")?.execute([])?;
        let mut moment = Moment { reader: Some(reader), position: 0, readers: self.clone() };
        moment.position = moment.lowest()?;
        Ok(moment)
    }

    fn lend(&self) -> Result<Connection, ViewsError> {
        let idle = self.idle.lock().pop();
        Ok(match idle {
            Some(reader) => reader,
            None => connect::reader(&self.file)?,
        })
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// None only while it is dropped.
    reader: Option<Connection>,
    /// Up to where every one of them was complete then.
    pub position: u64,
    readers: Readers,
}

impl Moment {
    /// All rows of a query.
    pub fn fetch<T>(&self, query: &Query<T>) -> Result<Vec<T>, ViewsError> {
        self.reader.as_ref().map_or_else(|| Ok(vec![]), |reader| fetch(reader, query))
    }

    /// The first read of a deferred transaction takes the snapshot.
    fn lowest(&self) -> Result<u64, ViewsError> {
        let sql = "select coalesce(min(position), 0) from checkpoints";
        let lowest = Query { sql, args: vec![], read: Row::int };
        Ok(self.fetch(&lowest)?.first().map_or(0, |lowest| lowest.unsigned_abs()))
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take()
            && reader.prepare_cached("rollback").and_then(|mut rollback| rollback.execute([])).is_ok()
        {
            self.readers.idle.lock().push(reader);
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
