//! The small files of a copy: whose it is (`copy.json`), and how far it is (`position.json`).

use super::CopyError;
use crate::backup::files;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

const COPY: &str = "copy.json";
const POSITION: &str = "position.json";
/// Held by the one process that writes the copy.
pub const LOCK: &str = "copy.lock";
/// The format that is written, and the only one that is read so far.
const FORMAT: u32 = 1;

/// Whose copy it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    format: u32,
    /// The ledger's id, hexadecimal.
    pub store_id: String,
}

/// What is durable in a copy, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reached {
    /// The last position.
    pub position: u64,
    /// The chain after it, hexadecimal.
    pub chain: String,
    /// When it was so.
    pub at: DateTime<Utc>,
}

impl Owner {
    /// A ledger's.
    pub fn of(store_id: &[u8; 16]) -> Self {
        Self { format: FORMAT, store_id: hex::encode(store_id) }
    }

    /// What a folder says; none if it is no copy.
    pub fn read(dir: &Path) -> Result<Option<Self>, CopyError> {
        let owner: Option<Self> = read(&dir.join(COPY))?;
        match &owner {
            Some(owner) if owner.format != FORMAT => {
                let why = format!("format {} is not known to this version", owner.format);
                Err(CopyError::Unreadable(dir.join(COPY), why))
            }
            _ => Ok(owner),
        }
    }

    /// Makes a folder this ledger's copy, once.
    pub fn claim(&self, dir: &Path) -> Result<(), CopyError> {
        match Self::read(dir)? {
            Some(owner) if owner == *self => Ok(()),
            Some(owner) => Err(CopyError::OtherLedger(dir.to_owned(), owner.store_id)),
            None => replace(&dir.join(COPY), self),
        }
    }

    /// The id as bytes.
    pub fn id(&self, dir: &Path) -> Result<[u8; 16], CopyError> {
        let id = hex::decode(&self.store_id).ok().and_then(|id| id.try_into().ok());
        id.ok_or_else(|| CopyError::Unreadable(dir.join(COPY), "the id is none".to_owned()))
    }
}

impl Reached {
    /// What a copy says; none if nothing was ever durable in it.
    pub fn read(dir: &Path) -> Result<Option<Self>, CopyError> {
        read(&dir.join(POSITION))
    }

    /// Says it, once it is so.
    pub fn say(&self, dir: &Path) -> Result<(), CopyError> {
        replace(&dir.join(POSITION), self)
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, CopyError> {
    let text = match fs::read(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        text => text?,
    };
    serde_json::from_slice(&text).map(Some).map_err(|e| CopyError::Unreadable(file.to_owned(), e.to_string()))
}

/// The old content or the new one, whenever the power goes.
fn replace(file: &Path, content: &impl Serialize) -> Result<(), CopyError> {
    let text = serde_json::to_vec_pretty(content).map_err(std::io::Error::other)?;
    let new = PathBuf::from(format!("{}.new", file.display()));
    if new.try_exists()? {
        fs::remove_file(&new)?;
    }
    files::write(&new, &text)?;
    Ok(fs::rename(&new, file)?)
}
