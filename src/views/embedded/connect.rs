//! Connections to `views.db`, and how arguments are bound.

use crate::views::ViewsError;
use projections::Value;
use rusqlite::{Connection, OpenFlags, Statement, types::Null};
use std::{path::Path, time::Duration};

/// How long the writer waits for a lock.
const BUSY: Duration = Duration::from_secs(5);

/// How long it waits for readers when it only wants to tidy up: screens must not lag for that.
const PATIENCE: Duration = Duration::from_millis(200);

/// Cuts the write-ahead log to nothing; false if a reader was in the way.
pub(super) fn empty_log(writer: &Connection) -> Result<bool, ViewsError> {
    writer.busy_timeout(PATIENCE)?;
    let busy = writer.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0));
    writer.busy_timeout(BUSY)?;
    Ok(busy? == 0)
}

/// The one writer. `NORMAL` is enough: rows and checkpoint fall back together on a power cut.
pub(super) fn writer(file: &Path) -> Result<Connection, ViewsError> {
    let writer = Connection::open(file)?;
    writer.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on;
         pragma trusted_schema = off; pragma temp_store = memory;",
    )?;
    writer.busy_timeout(BUSY)?;
    writer.set_prepared_statement_cache_capacity(128);
    Ok(writer)
}

/// A writer for a file that is thrown away if anything interrupts it: nothing waits for the disk.
pub(super) fn loader(file: &Path) -> Result<Connection, ViewsError> {
    let loader = Connection::open(file)?;
    loader.execute_batch(
        "pragma journal_mode = memory; pragma synchronous = off; pragma secure_delete = on;
         pragma trusted_schema = off; pragma temp_store = file; pragma cache_size = -16384;
         pragma locking_mode = exclusive;",
    )?;
    loader.set_prepared_statement_cache_capacity(128);
    Ok(loader)
}

/// Before indexes are made: the sorter takes as much memory as the cache may.
pub(super) fn sort_small(loader: &Connection) -> Result<(), ViewsError> {
    Ok(loader.execute_batch("pragma shrink_memory; pragma cache_size = -8192;")?)
}

/// Makes a loaded file one like those in use, durable to its last byte when its file is synced next.
pub(super) fn settle(loader: &Connection) -> Result<(), ViewsError> {
    loader.execute_batch(
        "pragma locking_mode = normal; pragma synchronous = normal; pragma temp_store = memory;
         pragma cache_size = -2000; pragma journal_mode = wal;",
    )?;
    loader.busy_timeout(BUSY)?;
    Ok(())
}

/// A connection that can't write.
pub(super) fn reader(file: &Path) -> Result<Connection, ViewsError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(file, flags)?;
    reader.execute_batch("pragma query_only = on; pragma trusted_schema = off;")?;
    reader.busy_timeout(Duration::from_secs(5))?;
    reader.set_prepared_statement_cache_capacity(128);
    Ok(reader)
}

/// Binds `$1`, `$2`...: SQLite numbers them by first use, which is the order that every text keeps.
pub(super) fn bind(statement: &mut Statement<'_>, args: &[Value]) -> rusqlite::Result<()> {
    for (at, arg) in args.iter().enumerate() {
        match arg {
            Value::Null => statement.raw_bind_parameter(at + 1, Null)?,
            Value::Int(int) => statement.raw_bind_parameter(at + 1, int)?,
            Value::Text(text) => statement.raw_bind_parameter(at + 1, text)?,
        }
    }
    Ok(())
}
