//! The file `vault.db`: one connection behind a lock, settings that make deletion final.

mod tables;

use super::{VaultError, engine::Changes};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::OpenOptions,
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

/// Its name in the folder.
pub(super) const FILE: &str = "vault.db";
const LAYOUT: i64 = 1;
const MIGRATION: &str = include_str!("../../migrations/vault/0001_keys.sql");

/// Long enough for a reader to end, short enough for a person who waits.
const BUSY: Duration = Duration::from_secs(2);

/// The open file. No other process writes to it, so the changes are counted in memory: under the lock
/// of the connection, so that whatever is read there is read at one count.
pub(super) struct Sqlite {
    connection: Mutex<Connection>,
    writable: bool,
    changes: Counts,
}

#[derive(Default)]
struct Counts {
    sessions: AtomicI64,
    keys: AtomicI64,
    signing: AtomicI64,
}

impl Counts {
    fn so_far(&self) -> Changes {
        let [sessions, keys, signing] =
            [&self.sessions, &self.keys, &self.signing].map(|count| count.load(SeqCst));
        Changes { sessions, keys, signing }
    }
}

impl Sqlite {
    /// Opens or makes the file, readable by its owner alone.
    pub(super) fn open(dir: &Path) -> Result<Self, VaultError> {
        let file = dir.join(FILE);
        // SQLite gives the same mode to the log and index that it makes beside the file.
        OpenOptions::new().append(true).create(true).mode(0o600).open(&file)?;
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        migrate(&mut connection)?;
        Ok(Self::of(connection, true))
    }

    /// Opens the file as it is.
    pub(super) fn open_read_only(dir: &Path) -> Result<Self, VaultError> {
        let file = dir.join(FILE);
        match file.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(VaultError::NoVault),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(VaultError::NoVault),
            Err(error) => return Err(error.into()),
        }
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY)?;
        layout_known(&connection)?;
        Ok(Self::of(connection, false))
    }

    fn of(connection: Connection, writable: bool) -> Self {
        Self { connection: Mutex::new(connection), writable, changes: Counts::default() }
    }

    /// Runs `work` with the connection to itself.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, VaultError>) -> Result<T, VaultError> {
        work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` with the connection to itself, if the vault may be written.
    fn write<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, VaultError>) -> Result<T, VaultError> {
        if !self.writable {
            return Err(VaultError::ReadOnly);
        }
        work(&mut self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Finishes what a crash may have cut short between forgetting a key and emptying the log.
    pub(super) fn settle(&self) -> Result<(), VaultError> {
        self.write(|db| match empty_log(db) {
            // Another process reads; the next start, or the next erasure, does it.
            Err(VaultError::Busy) => Ok(()),
            other => other,
        })
    }
}

/// Moves everything from the write-ahead log into the file and cuts the log to nothing, so that no
/// older version of a page remains there.
fn empty_log(db: &Connection) -> Result<(), VaultError> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(VaultError::Busy) }
}

/// Makes the tables in a new file.
pub(super) fn migrate(db: &mut Connection) -> Result<(), VaultError> {
    let step = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match layout(&step)? {
        LAYOUT => Ok(()),
        0 => {
            step.execute_batch(MIGRATION)?;
            step.pragma_update(None, "user_version", LAYOUT)?;
            Ok(step.commit()?)
        }
        other => Err(VaultError::UnknownLayout(other)),
    }
}

/// Refuses a file without tables, or with those of a later version.
pub(super) fn layout_known(db: &Connection) -> Result<(), VaultError> {
    match layout(db)? {
        LAYOUT => Ok(()),
        0 => Err(VaultError::NoVault),
        other => Err(VaultError::UnknownLayout(other)),
    }
}

fn layout(db: &Connection) -> Result<i64, VaultError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
