//! Compares rebuilt read models with those in use, row for row.

use super::connect;
use crate::views::ViewsError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

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
