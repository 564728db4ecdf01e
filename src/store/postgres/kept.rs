//! What was seen, in a file of this process: a start on an older database is refused too.
//!
//! It is written at most once a second and not synced: a loss of power here costs nothing but the certainty
//! about the last moment.

use super::seen::Seen;
use crate::store::end::End;
use crate::store::{StoreError, chain::Hash};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Its name in the folder of a server.
pub const SEEN: &str = "ledger.seen";

const PAUSE: Duration = Duration::from_secs(1);

#[derive(Serialize, Deserialize)]
struct Line {
    /// Which ledger, in hex.
    ledger: String,
    position: u64,
    /// The chain there, in hex.
    chain: String,
}

/// The file of one process; of several in one folder each writes what it has seen.
pub struct Kept {
    file: PathBuf,
    ledger: String,
    seen: Seen,
    written: u64,
}

/// What was seen of the ledger `id` when the file in `folder` was written.
pub fn read(folder: &Path, id: &[u8; 16]) -> Result<End, StoreError> {
    let file = folder.join(SEEN);
    let text = match fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(End::EMPTY),
        text => text?,
    };
    let unreadable = || StoreError::Unsafe(format!("{} can't be read: move it away", file.display()));
    let Line { ledger, position, chain } = serde_json::from_slice(&text).map_err(|_| unreadable())?;
    if ledger != hex::encode(id) {
        let what = format!("{} was written beside another ledger: move it away", file.display());
        return Err(StoreError::Unsafe(what));
    }
    let chain: Hash = hex::decode(chain).ok().and_then(|hex| hex.try_into().ok()).ok_or_else(unreadable)?;
    Ok(End { position, chain, recorded_at: DateTime::<Utc>::UNIX_EPOCH })
}

impl Kept {
    /// In this folder, which is made if it is missing.
    pub fn begin(folder: &Path, id: &[u8; 16], seen: Seen) -> Result<Self, StoreError> {
        fs::create_dir_all(folder)?;
        Ok(Self { file: folder.join(SEEN), ledger: hex::encode(id), seen, written: 0 })
    }

    /// Until the store is closed.
    pub async fn run(mut self) {
        loop {
            self.write();
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn write(&mut self) {
        let End { position, chain, .. } = self.seen.end();
        if position == self.written {
            return;
        }
        // Another process in this folder may be further; what it has seen must not be forgotten.
        let further = fs::read(&self.file).ok().and_then(|text| serde_json::from_slice::<Line>(&text).ok());
        if further.is_some_and(|line| line.ledger == self.ledger && line.position > position) {
            return;
        }
        let line = Line { ledger: self.ledger.clone(), position, chain: hex::encode(chain) };
        let part = self.file.with_extension(format!("seen-{}", std::process::id()));
        let text = serde_json::to_vec(&line).unwrap_or_default();
        match fs::write(&part, text).and_then(|()| fs::rename(&part, &self.file)) {
            Ok(()) => self.written = position,
            Err(error) => tracing::warn!(%error, "what was seen of the ledger could not be written down"),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.write();
    }
}
