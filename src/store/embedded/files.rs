//! The files of a ledger: who may open them, and with which settings alone it is safe to.

use crate::store::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LEDGER: &str = "ledger.db";
const LOCK: &str = "ledger.lock";

/// SQLite before this can corrupt a WAL that one connection writes while another checkpoints it.
const OLDEST_SQLITE: i32 = 3_051_003;

/// In the header of the file, so that no other database is taken for a ledger: "QTNC".
const APPLICATION_ID: i64 = 0x51_54_4e_43;
const SCHEMA_VERSION: i64 = 1;
const SCHEMA: &str = include_str!("../../../migrations/ledger/0001_events.sql");

/// What a writing connection is set to; each setting is read back.
const WRITING: [(&str, &str); 9] = [
    ("journal_mode", "wal"),
    // FULL: in WAL mode it is the fsync at each commit that an answer waits for.
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("trusted_schema", "0"),
    // Otherwise REPLACE deletes rows without asking the triggers.
    ("recursive_triggers", "1"),
    // The checkpointer does it, off the path of the answers.
    ("wal_autocheckpoint", "0"),
    ("journal_size_limit", "67108864"),
    ("cell_size_check", "1"),
    // 16 MiB. After a page split SQLite walks its whole cache at COMMIT, so more would cost more.
    ("cache_size", "-16384"),
];

const READING: [(&str, &str); 4] =
    [("query_only", "1"), ("trusted_schema", "0"), ("cell_size_check", "1"), ("cache_size", "-4096")];

/// The database file in a directory.
pub fn ledger(dir: &Path) -> PathBuf {
    dir.join(LEDGER)
}

/// The directory is this process's alone until the file is dropped, however the process ends.
pub fn lock(dir: &Path) -> Result<File, StoreError> {
    fs::create_dir_all(dir)?;
    let file = File::options().create(true).append(true).open(dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// A connection that may write; makes the tables in a new file.
pub fn writing(dir: &Path) -> Result<Connection, StoreError> {
    let connection = open(dir, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    set(&connection, &WRITING)?;
    if user_version(&connection)? == 0 {
        create(&connection, dir)?;
    }
    recognise(&connection)?;
    Ok(connection)
}

/// A connection that can't write.
pub fn reading(dir: &Path) -> Result<Connection, StoreError> {
    let connection = open(dir, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    set(&connection, &READING)?;
    recognise(&connection)?;
    Ok(connection)
}

fn open(dir: &Path, mode: OpenFlags) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let what = format!("SQLite {} can corrupt a write-ahead log", rusqlite::version());
        return Err(StoreError::Unsafe(what));
    }
    Ok(Connection::open_with_flags(ledger(dir), mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?)
}

fn set(connection: &Connection, settings: &[(&str, &str)]) -> Result<(), StoreError> {
    for &(name, wanted) in settings {
        connection.pragma_update(None, name, wanted)?;
        let got = setting(connection, name)?;
        if got != wanted {
            return Err(StoreError::Unsafe(format!("{name} is {got} and must be {wanted}")));
        }
    }
    Ok(())
}

fn setting(connection: &Connection, name: &str) -> rusqlite::Result<String> {
    connection.pragma_query_value(None, name, |row| match row.get_ref(0)? {
        rusqlite::types::ValueRef::Integer(number) => Ok(number.to_string()),
        other => Ok(other.as_str()?.to_owned()),
    })
}

fn create(connection: &Connection, dir: &Path) -> Result<(), StoreError> {
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {SCHEMA}
         PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    ))?;
    // The names of the new files must outlive a power cut too.
    File::open(dir)?.sync_all()?;
    Ok(())
}

fn recognise(connection: &Connection) -> Result<(), StoreError> {
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = user_version(connection)?;
    if (id, version) == (APPLICATION_ID, SCHEMA_VERSION) {
        return Ok(());
    }
    Err(StoreError::Unsafe(format!(
        "the file is no ledger of version {SCHEMA_VERSION} (id {id:#x}, version {version})"
    )))
}

fn user_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
