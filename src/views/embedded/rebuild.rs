//! Makes the read models anew from the log, and compares them with those in use, row for row.

use super::{
    apply::{Batch, StoppedProjector},
    connect,
};
use crate::{clock::Clock, store::Recorded, views::ViewsError};
use projections::Identities;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// How many events are applied in one transaction.
const BATCH: usize = 5_000;

/// Read models being made from event 1, in a file of their own.
pub struct Rebuild {
    batch: Batch,
    waiting: Vec<Recorded>,
    upto: u64,
    clock: Clock,
}

/// A table that differs from what the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which table.
    pub table: &'static str,
    /// Rows in use that the log does not give.
    pub unexplained: i64,
    /// Rows that the log gives and that are not in use.
    pub missing: i64,
}

/// How far all the read models in use are: the least of their checkpoints, whichever model it is of.
pub fn checkpoint(file: &Path) -> Result<u64, ViewsError> {
    let live = connect::reader(file)?;
    let position: Option<i64> =
        live.query_row("select min(position) from checkpoints", [], |row| row.get(0))?;
    Ok(position.unwrap_or(0).unsigned_abs())
}

impl Rebuild {
    /// Begins in `file`, to end at position `upto`.
    pub fn begin(file: &Path, upto: u64, clock: Clock) -> Result<Self, ViewsError> {
        Ok(Self { batch: Batch::open(file)?, waiting: Vec::with_capacity(BATCH), upto, clock })
    }

    /// Takes the next event of the log; those after the end are left out.
    pub fn take(&mut self, event: &Recorded, people: &dyn Identities) -> Result<(), ViewsError> {
        if event.position > self.upto {
            return Ok(());
        }
        self.waiting.push(event.clone());
        if self.waiting.len() >= BATCH { self.flush(people) } else { Ok(()) }
    }

    fn flush(&mut self, people: &dyn Identities) -> Result<(), ViewsError> {
        self.batch.apply(&self.waiting, self.clock, people)?;
        self.waiting.clear();
        Ok(())
    }

    /// Ends the rebuild. Answers projectors that could not take an event in.
    pub fn end(mut self, people: &dyn Identities) -> Result<Vec<StoppedProjector>, ViewsError> {
        self.flush(people)?;
        Ok(self.batch.stopped())
    }
}

/// Compares the tables in use with rebuilt ones, both in their files, at one moment.
///
/// `live` must be at the position where the rebuild ended; [`ViewsError::Behind`] if it moved on.
pub fn compare(live: &Path, rebuilt: PathBuf, at: u64) -> Result<Vec<Difference>, ViewsError> {
    let mut both = Connection::open_with_flags(
        live,
        rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    both.execute("attach database $1 as rebuilt", [rebuilt.to_string_lossy()])?;
    let both = both.transaction()?;
    let reached: i64 = both.query_row("select max(position) from main.checkpoints", [], |row| row.get(0))?;
    if reached.unsigned_abs() != at {
        return Err(ViewsError::Behind { wanted: at, reached: reached.unsigned_abs() });
    }
    let mut differences = vec![];
    for table in projections::ALL.iter().flat_map(|projector| projector.tables()) {
        let only_in = |one: &str, other: &str| {
            let sql = format!(
                "select count(*) from (select * from {one}.{table} except select * from {other}.{table})"
            );
            both.query_row(&sql, [], |row| row.get::<_, i64>(0))
        };
        let (unexplained, missing) = (only_in("main", "rebuilt")?, only_in("rebuilt", "main")?);
        if unexplained + missing > 0 {
            differences.push(Difference { table, unexplained, missing });
        }
    }
    Ok(differences)
}
