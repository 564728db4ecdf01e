//! The files of a ledger: who may open them, and with which settings alone it is safe to.

use crate::store::StoreError;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LEDGER: &str = "ledger.db";
/// Held by the one process that may write.
pub const LOCK: &str = "ledger.lock";
/// While a restore makes and moves its files; see `backup/restore.rs`.
pub const RESTORING: &str = "restore.part";

/// The size of a write-ahead log that the checkpointer lets begin again; see `checkpointer.rs`.
const LOG: u64 = 33 * 1024 * 1024;
/// Where less than this is free, it is not taken for a log that may never need it.
const ROOM: u64 = 64 * LOG;

/// SQLite before this can corrupt a WAL that one connection writes while another checkpoints it.
const OLDEST_SQLITE: i32 = 3_051_003;

/// In the header of the file, so that no other database is taken for a ledger: "QTNC".
const APPLICATION_ID: i64 = 0x51_54_4e_43;
/// What makes the tables, and what has changed them since; the number of a file is the version it leads to.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../../migrations/ledger/0001_events.sql"),
    include_str!("../../../migrations/ledger/0002_lean_streams.sql"),
];
/// An index that only a ledger with a continuous copy has; see decision 0017.
pub const FOR_A_COPY: &str = include_str!("../../../migrations/ledger/copy.sql");
const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

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
    // Kept at its size: a sync of a log that is written over need not wait for the file system's own journal.
    ("journal_size_limit", "134217728"),
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

/// Its write-ahead log.
fn log(dir: &Path) -> PathBuf {
    ledger(dir).with_extension("db-wal")
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

/// Half of what was restored is no ledger.
pub fn is_whole(dir: &Path) -> Result<(), StoreError> {
    match dir.join(RESTORING).try_exists()? {
        true => Err(StoreError::Unsafe(format!(
            "a restore into {} was cut off, or still runs: empty the folder and restore again",
            dir.display()
        ))),
        false => Ok(()),
    }
}

/// How long the write-ahead log is that lies there before anybody opens the ledger.
pub fn left_behind(dir: &Path) -> u64 {
    fs::metadata(log(dir)).map_or(0, |log| log.len())
}

/// Before anything in it is believed: a process that died may have left frames that no sync has covered, and
/// what is answered because of them must be as durable as what was answered before.
pub fn sync(dir: &Path) -> io::Result<()> {
    for file in [log(dir), ledger(dir)] {
        if file.try_exists()? {
            File::open(file)?.sync_all()?;
        }
    }
    Ok(())
}

/// Before the first commit: lets the write-ahead log have the size at which it begins again. A sync of a
/// file that grows waits for the file system's own journal too, and takes half as long again. What SQLite has
/// not written yet it doesn't read; zeros are no frame. Not where room is short, and only speed is lost without:
/// a write that fails is told in the log. A sync that fails is an error, for no later one proves anything.
pub fn stretch_log(dir: &Path) -> io::Result<()> {
    let room = rustix::fs::statvfs(dir)?;
    if room.f_bavail.saturating_mul(room.f_frsize) < ROOM {
        return Ok(());
    }
    let mut left = LOG.saturating_sub(left_behind(dir));
    if left == 0 {
        return Ok(());
    }
    let mut file = File::options().append(true).open(log(dir))?;
    let zeros = vec![0; 1024 * 1024];
    while left > 0 {
        let part = left.min(zeros.len() as u64);
        if let Err(error) = file.write_all(&zeros[..part as usize]) {
            tracing::warn!(%error, "the write-ahead log can't have its size; commits are slower at first");
            break;
        }
        left -= part;
    }
    file.sync_all()
}

/// A connection that may write; makes the tables in a new file.
pub fn writing(dir: &Path) -> Result<Connection, StoreError> {
    let connection = open(dir, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    // SQLite opens a file that it may not write for reading, and says nothing until the first commit.
    if connection.is_readonly("main")? {
        return Err(StoreError::Unsafe(format!("{} can only be read", ledger(dir).display())));
    }
    connection.busy_timeout(Duration::from_secs(10))?;
    set(&connection, &WRITING)?;
    migrate(&connection, dir)?;
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
    let connection = Connection::open_with_flags(ledger(dir), mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Otherwise a statement with a bound LIMIT is compiled again for every other figure.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
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

/// Makes the tables of a new file, and brings those of an older one to where they are today.
fn migrate(connection: &Connection, dir: &Path) -> Result<(), StoreError> {
    let version = user_version(connection)?;
    if version != 0 {
        identify(connection)?;
    }
    for (migration, leads_to) in MIGRATIONS.iter().zip(1_i64..).filter(|(_, leads_to)| *leads_to > version) {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {migration}
             PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {leads_to}; COMMIT;"
        ))?;
    }
    if version == 0 {
        // The names of the new files must outlive a power cut too.
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Whether the tables and their guards are those that we made.
fn recognise(connection: &Connection) -> Result<(), StoreError> {
    identify(connection)?;
    let version = user_version(connection)?;
    if version != SCHEMA_VERSION {
        let what = format!("the ledger has version {version}, and this program writes {SCHEMA_VERSION}");
        return Err(StoreError::Unsafe(what));
    }
    let ours = Connection::open_in_memory()?;
    MIGRATIONS.iter().try_for_each(|migration| ours.execute_batch(migration))?;
    let theirs = schema(connection)?;
    if theirs.iter().any(|(name, _)| name == "commands_by_place") {
        ours.execute_batch(FOR_A_COPY)?;
    }
    let ours = schema(&ours)?;
    let differs = ours.symmetric_difference(&theirs).next();
    differs.map_or(Ok(()), |(name, _)| {
        Err(StoreError::Unsafe(format!("the guard or table {name} of the ledger is not as it was made")))
    })
}

/// Names and texts of tables, indexes and triggers.
fn schema(connection: &Connection) -> rusqlite::Result<BTreeSet<(String, Option<String>)>> {
    let mut rows = connection.prepare("SELECT name, sql FROM sqlite_schema")?;
    rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn identify(connection: &Connection) -> Result<(), StoreError> {
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    Err(StoreError::Unsafe(format!("the file is no ledger (id {id:#x})")))
}

fn user_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
