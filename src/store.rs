//! Append-only streams: all that the write path and the read path need, and nothing more.
//!
//! One port, several engines ([`memory`], [`embedded`], [`postgres`]). What an engine promises is written once, in
//! `tests/contract`, and run against each: all streams of a commit or none, positions dense from 1
//! in commit order, an answer only when the commit is durable. The store sees bytes, not meaning:
//! [`domain::Event`] is encoded before and decoded after.

pub mod chain;
pub mod commit;
pub mod embedded;
pub mod end;
pub mod memory;
pub mod postgres;
pub mod tree;
pub mod verify;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::StreamId;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

/// Any engine.
pub type Store = Arc<dyn EventStore>;

/// A log of events in streams; positions are dense from 1 and follow commit order.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// The events of one stream after revision `after`, oldest first. A stream never written is
    /// empty, not an error.
    async fn read(&self, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError>;

    /// At most `limit` events with a position above `after`, in order and without a hole; fewer only at
    /// the end of the log. Engines check what they can on the way and answer [`StoreError::Damaged`].
    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError>;

    /// What a command with this key has written, if it was carried out before.
    async fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError>;

    /// Writes all of `commit` durably, or nothing. A commit whose events are there already (same
    /// ids at the expected places, or the same command key) is answered with what was written then.
    /// `Tail` expects no place, so a commit of such writes alone is only known by its command key. The
    /// append goes on when its future is dropped.
    async fn append(&self, commit: Commit) -> Result<Appended, AppendError>;

    /// Refuses once what lies there is not what was written: then no remembered state is worth anything.
    fn trusted(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Ends when all that can be read now is as durable as an answered append. A database that was restarted
    /// shows commits for which its standby was still waited; whoever answers because of one waits too.
    async fn confirmed(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The last durable position, and a wake-up for each new one.
    fn head(&self) -> watch::Receiver<u64>;

    /// Waits until what is in the queue is durable, and leaves the files as a clean end leaves them. Appends
    /// are refused from now on. Blocks.
    fn close(&self) {}
}

/// Events for several streams, written together or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    /// At most one write for a stream, none of them empty.
    pub writes: Vec<Write>,
    /// Makes a repeated command an answer instead of a second effect.
    pub command: Option<CommandKey>,
}

/// Events for one stream.
#[derive(Clone, Debug)]
pub struct Write {
    /// Where to.
    pub stream: StreamId,
    /// What the writer saw there.
    pub expected: Expected,
    /// Oldest first, at least one.
    pub events: Vec<Draft>,
}

/// What the writer saw in the stream. There is no `Any`: a ledger never writes blind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nothing was ever written.
    Empty,
    /// Its last event has this revision (revisions count from 1).
    At(u64),
    /// Whatever the end is: for numbering series alone, where the revision is the number.
    Tail,
}

/// An event about to be written. Its id is fixed before the first try, so that a retry is safe.
#[derive(Clone, Debug)]
pub struct Draft {
    /// UUIDv7.
    pub id: Uuid,
    /// The stored name with its version, such as `payment-opened.v1`.
    pub name: &'static str,
    /// Who and why, as JSON.
    pub meta: Vec<u8>,
    /// The fact, as JSON.
    pub body: Vec<u8>,
}

/// An event as it lies in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the whole log, from 1.
    pub position: u64,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in its stream, from 1.
    pub revision: u64,
    /// As drafted.
    pub id: Uuid,
    /// As drafted.
    pub name: String,
    /// When the writer took it, to the microsecond; never earlier than the event before.
    pub recorded_at: DateTime<Utc>,
    /// As drafted, to the byte.
    pub meta: Vec<u8>,
    /// As drafted, to the byte.
    pub body: Vec<u8>,
    /// [`chain::link`] over the chain before and this event.
    pub chain: chain::Hash,
}

/// Identifies a command (who, route and Idempotency-Key, hashed) and its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandKey {
    /// SHA-256 of the caller's identity, the route and the key he gave.
    pub key: [u8; 32],
    /// SHA-256 of what was asked.
    pub request: [u8; 32],
}

/// A commit that lies in the log.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The events of the commit in order of their positions.
    pub events: Arc<[Recorded]>,
    /// True when it was there before this call.
    pub replayed: bool,
}

impl Appended {
    /// The position after which everything of this commit is visible.
    pub fn position(&self) -> u64 {
        self.events.last().map_or(0, |event| event.position)
    }
}

/// Why nothing was appended, or nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Read again and decide again.
    #[error("{stream} is at {actual}, not where the writer saw it")]
    Conflict {
        /// The stream that moved on.
        stream: StreamId,
        /// Its revision now; 0 for an empty one.
        actual: u64,
    },
    /// The key belongs to a command with another content.
    #[error("the command key was used for another request")]
    KeyReused,
    /// The commit itself breaks the port's rules (no events, a stream twice); nothing was written.
    #[error("not a commit: {0}")]
    Malformed(&'static str),
    /// Too many commits wait already; nothing was written.
    #[error("the ledger is busy")]
    Busy,
    /// The outcome is unknown. Ids are fixed, so asking again is safe.
    #[error("the ledger did not answer")]
    Unanswered(#[source] StoreError),
    /// Nothing was written, and the reason is the store's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store failed; nothing about the domain.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine's own error.
    #[error("event store: {0}")]
    Engine(#[from] rusqlite::Error),
    /// PostgreSQL's own error, which will come again.
    #[error("event store: {0}")]
    Database(#[source] sqlx::Error),
    /// The database can't be reached or can't work now; nothing was written.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database lacks what this process has seen durable: a standby took over, or a backup was restored.
    #[error(
        "the database was replaced: event {seen} is not in it as it was seen, and it ends at {found}; see \
         docs/SETUP.md on fail-over before you go on"
    )]
    Replaced {
        /// The last event that was seen.
        seen: u64,
        /// Where the log ends now.
        found: u64,
    },
    /// Files, locks.
    #[error("event store: {0}")]
    Io(#[from] std::io::Error),
    /// Another process has these files open.
    #[error("another process uses the ledger in {0}")]
    InUse(std::path::PathBuf),
    /// What lies there is not what was written; the position is the first bad one.
    #[error("the log is damaged at position {position}: {what}")]
    Damaged {
        /// The first bad position.
        position: u64,
        /// What is wrong there.
        what: String,
    },
    /// The engine runs with a setting that would break a promise.
    #[error("the engine refuses to run: {0}")]
    Unsafe(String),
    /// The writer has stopped.
    #[error("the ledger's writer has stopped")]
    Stopped,
}
