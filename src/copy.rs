//! A second copy of the ledger elsewhere, at most about a second behind: `QUITTANCE_COPY`.
//!
//! A thread of the server follows the log as any reader does and appends what it reads to files in
//! another place, a mounted disk or a share; the writer knows nothing of it.
//! 1. `copy/follow.rs` reads events and commands up to the end of a transaction;
//! 2. the vault's copy is brought up (`vault/copy.rs`): keys first, then what needs them;
//! 3. `copy/frame.rs` and `copy/segment.rs` write them and wait for the disk;
//! 4. `copy/place.rs` says how far it is.
//!
//! `copy/walk.rs` reads it all back: for `quittance copy status` and `quittance restore`. Decision 0017
//! has the reasons. Whatever fails over there, money goes on being taken here; health and log say so.

mod follow;
mod frame;
pub mod place;
mod segment;
pub mod walk;

use crate::store::{EventStore, StoreError, embedded::EmbeddedStore};
use crate::vault::VaultError;
use parking_lot::Mutex;
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};

/// Why a copy can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The second place.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The log that is copied, or the one that was.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is no copy.
    #[error("{0} is no continuous copy")]
    NotACopy(PathBuf),
    /// A small file of it can't be read.
    #[error("{0} can't be read: {1}")]
    Unreadable(PathBuf, String),
    /// The folder belongs to somebody else.
    #[error("{0} belongs to the copy of another ledger ({1})")]
    OtherLedger(PathBuf, String),
    /// Another process writes there.
    #[error("another process writes the copy in {0}")]
    InUse(PathBuf),
    /// The copy has what the ledger has not.
    #[error(
        "the copy holds position {there}, and the ledger here ends at {here} or has another history: \
         restore the copy, or give the copy a new folder"
    )]
    Ahead {
        /// The copy's end.
        there: u64,
        /// The ledger's.
        here: u64,
    },
    /// What lies in a segment is not what was written.
    #[error("{file} is damaged at byte {at}: {what}", file = file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// Where.
        at: u64,
        /// How.
        what: String,
    },
}

/// How far the copy is, for health and log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lag {
    /// Events that are durable here and not there yet.
    lag_positions: u64,
    /// For how long the oldest of them has waited.
    lag_seconds: u64,
    /// True while the second place does not take what it is given.
    failing: bool,
}

impl Lag {
    /// Whether somebody should look at it.
    pub const fn is_long(&self) -> bool {
        self.lag_seconds > 60
    }
}

/// What the thread tells.
#[derive(Default)]
struct State {
    copied: u64,
    /// Since when there is something that is not copied.
    waiting: Option<Instant>,
    failing: Option<String>,
}

/// A copy under way; a clone is the same one.
#[derive(Clone)]
pub struct Copying {
    state: Arc<Mutex<State>>,
    head: watch::Receiver<u64>,
    stop: watch::Sender<bool>,
    /// Closed once the thread has ended.
    ended: Arc<tokio::sync::Mutex<mpsc::Receiver<()>>>,
}

/// Starts the thread that copies the ledger and the vault in `dir` to the second place `to`.
pub fn start(store: Arc<EmbeddedStore>, dir: &Path, to: &Path) -> Result<Copying, StoreError> {
    store.index_commands(dir)?;
    let (stop, stopped) = watch::channel(false);
    let (alive, ended) = mpsc::channel(1);
    let state: Arc<Mutex<State>> = Arc::default();
    let head = store.head();
    let follower = follow::Follower::new(store, dir, to, state.clone(), stopped);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    std::thread::Builder::new().name("copy".into()).spawn(move || {
        runtime.block_on(follower.run());
        drop(alive);
    })?;
    Ok(Copying { state, head, stop, ended: Arc::new(tokio::sync::Mutex::new(ended)) })
}

impl Copying {
    /// How far it is behind.
    pub fn lag(&self) -> Lag {
        let state = self.state.lock();
        let lag_positions = self.head.borrow().saturating_sub(state.copied);
        let waited = state.waiting.filter(|_| lag_positions > 0);
        let lag_seconds = waited.map_or(0, |since| since.elapsed().as_secs());
        Lag { lag_positions, lag_seconds, failing: state.failing.is_some() }
    }

    /// Why it does not go on, if it does not.
    pub fn failing(&self) -> Option<String> {
        self.state.lock().failing.clone()
    }

    /// The last position that is durable there.
    pub fn position(&self) -> u64 {
        self.state.lock().copied
    }

    /// Lets it copy what is there, and waits for that, but no longer than `patience`.
    pub async fn finish(&self, patience: Duration) {
        self.stop.send_replace(true);
        let mut ended = self.ended.lock().await;
        if tokio::time::timeout(patience, ended.recv()).await.is_err() {
            tracing::warn!(lag = ?self.lag(), "the copy is not complete: its place does not answer");
        }
    }
}
