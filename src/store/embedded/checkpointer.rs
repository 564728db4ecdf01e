//! Moves SQLite's write-ahead log into the database, on its own connection and off the path of answers.
//!
//! PASSIVE after about 8 MiB: it disturbs nobody, but under constant load it never catches up, and a
//! log not caught up with only grows. So past 32 MiB the writer itself, between two batches, copies
//! the little that is left, and the log begins again at its start. The file keeps its size until the
//! ledger is closed: to sync what is written over costs less than to sync a file that grows.

use rusqlite::{Connection, Error, ErrorCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use tokio::sync::watch;

const PAGE: usize = 4096;
const DUE_PAGES: usize = 8 * 1024 * 1024 / PAGE;
const OVERGROWN_PAGES: i64 = 32 * 1024 * 1024 / PAGE as i64;
const QUIET: Duration = Duration::from_secs(5);
/// A reader that stands in the way is met again at the next try.
const PATIENCE: Duration = Duration::from_millis(100);

/// The writer's view: how much it has written since the checkpointer was last woken.
pub struct Backlog {
    pages: usize,
    wake: SyncSender<()>,
    overgrown: Arc<AtomicBool>,
}

pub struct Checkpointer {
    connection: Connection,
    wake: Receiver<()>,
    overgrown: Arc<AtomicBool>,
    failed: watch::Sender<Option<String>>,
}

/// The two ends.
pub fn checkpointer(
    connection: Connection,
    failed: watch::Sender<Option<String>>,
) -> (Backlog, Checkpointer) {
    let (sender, wake) = sync_channel(1);
    let overgrown = Arc::new(AtomicBool::new(false));
    let backlog = Backlog { pages: 0, wake: sender, overgrown: Arc::clone(&overgrown) };
    (backlog, Checkpointer { connection, wake, overgrown, failed })
}

impl Backlog {
    /// An estimate: whole pages are logged, and a commit touches about four besides its content.
    pub fn grow(&mut self, commits: usize, bytes: usize) {
        self.pages += 4 + 4 * commits + bytes / PAGE;
    }

    /// Between two batches.
    pub fn relieve(&mut self, connection: &Connection, failed: &watch::Sender<Option<String>>) {
        if self.pages >= DUE_PAGES {
            self.pages = 0;
            // A full channel means that it is awake already.
            _ = self.wake.try_send(());
        }
        if self.overgrown.swap(false, Ordering::Relaxed) {
            outcome(checkpoint(connection, "RESTART"), failed);
        }
    }
}

impl Checkpointer {
    /// Until the writer is gone; then once more, so that the next start finds nothing to recover.
    pub fn run(self) {
        // In a quiet hour too: a copy of the file alone then lacks nothing.
        while self.wake.recv_timeout(QUIET) != Err(RecvTimeoutError::Disconnected) {
            outcome(self.passive(), &self.failed);
            if self.failed.borrow().is_some() {
                return;
            }
        }
        // After a failure nothing is synced any more: only the next start may read what the files hold.
        if self.failed.borrow().is_none() {
            outcome(checkpoint(&self.connection, "TRUNCATE"), &self.failed);
        }
    }

    fn passive(&self) -> rusqlite::Result<()> {
        let logged: i64 =
            self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
        self.overgrown.store(logged > OVERGROWN_PAGES, Ordering::Relaxed);
        Ok(())
    }
}

/// Waits for readers a little: they hold a snapshot for one page of events.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    let usual: i64 = connection.pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
    connection.busy_timeout(PATIENCE)?;
    let result = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
    connection.busy_timeout(Duration::from_millis(usual.unsigned_abs()))?;
    result
}

/// A full disk or a busy reader is met again next time. After any other failure the file may lack
/// what its log is about to forget, so nothing may be written any more.
fn outcome(result: rusqlite::Result<()>, failed: &watch::Sender<Option<String>>) {
    match result.as_ref().map_err(Error::sqlite_error_code) {
        Ok(()) => {}
        Err(Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
            tracing::warn!("the ledger's log could not be checkpointed now");
        }
        Err(_) => {
            let reason = result.err().map(|error| error.to_string()).unwrap_or_default();
            tracing::error!(%reason, "a checkpoint failed; the ledger's writer stops");
            failed.send_replace(Some(reason));
        }
    }
}
