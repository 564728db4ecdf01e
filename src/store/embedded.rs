//! The default engine: one SQLite file, one thread that writes it, any number that read it.
//!
//! An append goes through a bounded queue to the writer (`embedded/writer.rs`), which commits whatever
//! waits in one transaction (`batch.rs`) and answers after the sync. Reads run on connections of their
//! own (`readers.rs`). A third thread empties SQLite's write-ahead log (`checkpointer.rs`).

mod batch;
mod checkpointer;
mod commands;
pub(super) mod files;
mod following;
mod heads;
mod latest;
pub(super) mod opening;
mod readers;
pub mod replica;
pub(super) mod rows;
mod writer;
mod writes;

use super::chain::Hash;
use super::end::End;
use super::{AppendError, Appended, CommandKey, Commit, EventStore, Recorded, StoreError};
use async_trait::async_trait;
pub use commands::Carried;
use domain::StreamId;
pub use files::{LOCK, RESTORING, lock};
use following::Following;
use heads::Heads;
use latest::Latest;
use opening::LogHead;
use parking_lot::{Mutex, RwLock};
use readers::Readers;
use rusqlite::Connection;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot, watch};
use writer::{Request, Writer};

/// How many commits may wait; one more is told that the ledger is busy.
pub const QUEUE: usize = 4096;
/// Streams whose end is remembered, at most twice over.
const HEADS: usize = 10_000;
/// Reading no more events than this is done where it is asked for: it takes less than waking a thread.
const INLINE: usize = 64;

/// A ledger in a directory of its own.
pub struct EmbeddedStore {
    readers: Arc<Readers>,
    following: Arc<Following>,
    latest: Arc<Latest>,
    id: [u8; 16],
    head: watch::Sender<u64>,
    failed: watch::Sender<Option<String>>,
    /// None when it was opened to be read only.
    writing: Option<Writing>,
}

struct Writing {
    /// None once it was closed.
    queue: RwLock<Option<mpsc::Sender<Request>>>,
    /// The writer, then the checkpointer, which ends after it. Empty once it was closed.
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held until the store is dropped.
    _lock: File,
}

impl EmbeddedStore {
    /// Opens the ledger in `dir`, or makes one. No other process can while this one has it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = files::lock(dir)?;
        files::is_whole(dir)?;
        let left = files::left_behind(dir);
        let connection = files::writing(dir)?;
        files::sync(dir)?;
        let head = opening::log_head(&connection)?;
        let end = opening::end(&connection, &head)?;
        tracing::info!(
            position = end.position,
            log_bytes = left,
            "the ledger is open; what its write-ahead log held whole is part of it"
        );
        let mut store = Self::reading(dir, &head)?;
        store.writing = Some(store.start(dir, connection, end, lock)?);
        Ok(store)
    }

    /// Opens a ledger for reading, also while another process writes it. Appends are refused, and
    /// [`EventStore::head`] stays where it was.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        let connection = files::reading(dir)?;
        let head = opening::log_head(&connection)?;
        opening::end(&connection, &head)?;
        Self::reading(dir, &head)
    }

    /// Made with the ledger, and the same for ever.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The chain after the event at `position`; none beyond the end.
    pub fn chain_at(&self, position: u64) -> Result<Option<Hash>, StoreError> {
        let end = self.readers.with(|connection| rows::end_at(connection, position))?;
        Ok(end.map(|end| end.chain))
    }

    /// Some reason once the outcome of a commit is unknown. Nothing is written after that: the process
    /// should end, for only a new start reads from the files what became of it.
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.failed.subscribe()
    }

    fn reading(dir: &Path, head: &LogHead) -> Result<Self, StoreError> {
        let readers = Arc::new(Readers::open(dir.to_owned())?);
        Ok(Self {
            following: Arc::new(Following::new(Arc::clone(&readers))),
            readers,
            latest: Arc::default(),
            id: head.store_id,
            head: watch::Sender::new(head.position),
            failed: watch::Sender::new(None),
            writing: None,
        })
    }

    fn queue_up(&self, request: Request) -> Result<(), AppendError> {
        let writing = self.writing.as_ref().ok_or(StoreError::Stopped)?;
        let queue = writing.queue.read();
        queue.as_ref().ok_or(StoreError::Stopped)?.try_send(request).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped.into(),
        })
    }

    fn start(&self, dir: &Path, connection: Connection, end: End, lock: File) -> Result<Writing, StoreError> {
        files::stretch_log(dir)?;
        let (backlog, checkpointer) = checkpointer::checkpointer(files::writing(dir)?, self.failed.clone());
        let (queue, requests) = mpsc::channel(QUEUE);
        let writer = Writer {
            connection,
            queue: requests,
            heads: Heads::new(HEADS),
            end,
            backlog,
            latest: Arc::clone(&self.latest),
            published: self.head.clone(),
            failed: self.failed.clone(),
        };
        Ok(Writing {
            queue: RwLock::new(Some(queue)),
            threads: Mutex::new(vec![
                thread::Builder::new().name("ledger-writer".to_owned()).spawn(|| writer.run())?,
                thread::Builder::new().name("ledger-wal".to_owned()).spawn(|| checkpointer.run())?,
            ]),
            _lock: lock,
        })
    }
}

#[async_trait]
impl EventStore for EmbeddedStore {
    async fn read(&self, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError> {
        self.readers.with(|connection| rows::stream(connection, stream, after))
    }

    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        if let Some(events) = self.latest.after(after, limit) {
            return Ok(events);
        }
        let head = *self.head.borrow();
        // Beyond the head lies at most what is committed just now; but one that only reads knows no head.
        let few = self.writing.is_some() && head.saturating_sub(after) <= INLINE as u64;
        if few || limit <= INLINE {
            return self.following.follow(after, limit);
        }
        self.following.follow_far(after, limit, head).await
    }

    async fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        // A refusal is an answer like another here; only the store's own failures are the query's.
        self.readers.with(|connection| match batch::carried_out(connection, command) {
            Err(AppendError::Store(error)) => Err(error),
            answer => Ok(answer),
        })?
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        commit.check()?;
        let (answer, answered) = oneshot::channel();
        self.queue_up(Request { commit, answer })?;
        // Gone without an answer: the thread died, and nobody knows how far it came.
        answered.await.unwrap_or_else(|_| Err(AppendError::Unanswered(StoreError::Stopped)))
    }

    fn head(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    fn close(&self) {
        let Some(writing) = &self.writing else { return };
        drop(writing.queue.write().take());
        // Not joined under the lock: whoever comes second must not wait for a disk that hangs.
        let threads = std::mem::take(&mut *writing.threads.lock());
        for thread in threads {
            // One that panicked has said so already, and has nothing to add here.
            _ = thread.join();
        }
    }
}

impl Drop for EmbeddedStore {
    /// So that the next one to open the directory finds it free.
    fn drop(&mut self) {
        self.close();
    }
}
