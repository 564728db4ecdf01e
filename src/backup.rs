//! A ledger taken away and brought back: `quittance backup` and `quittance restore`.
//!
//! 1. `backup/take.rs` copies the events up to the head it finds, a page at a time, into a new ledger; then
//!    the vault; then walks the copy from its first event; and only then gives the folder its name.
//! 2. `backup/manifest.rs` says what the folder is: position, chain, signed head, a hash for each file.
//! 3. `backup/restore.rs` brings it into an empty data folder, and so a continuous copy (`copy.rs`).
//! 4. `backup/witness.rs` compares what was restored with a head that was kept elsewhere.

pub mod files;
pub mod manifest;
pub mod restore;
pub mod take;
mod witness;

use crate::{copy::CopyError, proof::head::BadHead, store::StoreError, vault::VaultError};
use std::path::PathBuf;

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A continuous copy.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The head kept elsewhere is not one of this ledger.
    #[error("the head can't be used: {0}")]
    Head(#[from] BadHead),
    /// What is in this folder, if anything, is not what is in use.
    #[error(
        "the ledger lies in PostgreSQL (DATABASE_URL is set), and this command knows files alone: use pg_dump and \
         pg_restore as in docs/SETUP.md, \"PostgreSQL\" under backup, or unset DATABASE_URL"
    )]
    Elsewhere,
    /// Nothing is ever written over a backup.
    #[error("{0} is there already: a backup needs a new name")]
    Exists(PathBuf),
    /// Of an earlier run that was killed, or of one that still runs.
    #[error("{0} is there: a backup that was cut off, or that still runs; remove it in the first case")]
    Leftover(PathBuf),
    /// Neither a backup nor a copy.
    #[error("{0} is neither a complete backup nor a continuous copy")]
    Neither(PathBuf),
    /// A restore never writes over anything.
    #[error("{0} is not empty: restore into a new folder (only master.key may be there)")]
    NotEmpty(PathBuf),
    /// A file is not what the backup says.
    #[error("{0} is not what was backed up: {1}")]
    Changed(String, String),
    /// The log is not the one that the manifest speaks of.
    #[error(
        "the ledger in the backup ends at position {found} with another chain than backup.json says ({said})"
    )]
    Unlike {
        /// In the ledger.
        found: u64,
        /// In the manifest.
        said: u64,
    },
    /// The log has another history than the head kept elsewhere.
    #[error("the ledger differs from the head at or before position {0}: it was rewritten")]
    Rewritten(u64),
    /// No key file to copy.
    #[error(
        "there is no master.key in the data folder: the key comes from the environment, and is kept there"
    )]
    NoKeyFile,
    /// Somebody has asked to stop.
    #[error("stopped; nothing was left behind")]
    Stopped,
}

/// Who looks on, and may stop it.
pub struct Watch<'a> {
    /// Told how many events are done, of how many.
    pub progress: &'a dyn Fn(u64, u64),
    /// True once it shall stop.
    pub stopped: &'a dyn Fn() -> bool,
}

impl Watch<'_> {
    /// Tells how far it is; an error if it shall go no further.
    pub fn at(&self, done: u64, total: u64) -> Result<(), BackupError> {
        (self.progress)(done, total);
        if (self.stopped)() { Err(BackupError::Stopped) } else { Ok(()) }
    }
}
