//! `backup.json`: what a backup is, written last.

use super::{BackupError, files::Print};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

/// Its name in the folder.
pub const FILE: &str = "backup.json";
/// The format that is written, and the only one that is read so far.
const FORMAT: u32 = 1;

/// All that is known of a backup without opening its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    format: u32,
    /// Hexadecimal; the same for ever, also after a restore.
    pub store_id: String,
    /// The last position in it.
    pub position: u64,
    /// The chain after it, hexadecimal.
    pub chain: String,
    /// The Merkle root up to it, hexadecimal.
    pub root: String,
    /// The head signed over these, as `quittance head` makes it.
    pub head: String,
    /// When the ledger was at that position.
    pub taken_at: DateTime<Utc>,
    /// Which program wrote it.
    pub quittance: String,
    /// With which SQLite.
    pub sqlite: String,
    /// Every other file.
    pub files: BTreeMap<String, Print>,
}

impl Manifest {
    /// A manifest without files.
    pub fn new(
        store_id: String,
        head: &crate::proof::head::Head,
        signed: String,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            format: FORMAT,
            store_id,
            position: head.size,
            chain: hex::encode(head.chain),
            root: hex::encode(head.root),
            head: signed,
            taken_at: now,
            quittance: env!("CARGO_PKG_VERSION").to_owned(),
            sqlite: rusqlite::version().to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// Reads the one of a folder; none if the folder is no backup.
    pub fn read(dir: &Path) -> Result<Option<Self>, BackupError> {
        let text = match fs::read(dir.join(FILE)) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            text => text?,
        };
        let unreadable = |why: String| BackupError::Changed(FILE.to_owned(), why);
        let manifest: Self = serde_json::from_slice(&text).map_err(|e| unreadable(e.to_string()))?;
        match manifest.format {
            FORMAT => Ok(Some(manifest)),
            other => Err(unreadable(format!("format {other} is not known to this version"))),
        }
    }

    /// As JSON.
    pub fn text(&self) -> Result<Vec<u8>, BackupError> {
        Ok(serde_json::to_vec_pretty(self).map_err(std::io::Error::other)?)
    }
}
