//! Connections for reading, lent for the length of one query and taken back.

use super::files;
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// More are opened when more threads read at once, but no more than these are kept.
const KEPT: usize = 8;

pub struct Readers {
    dir: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Opens the first connection at once, so that files that can't be read are known at start.
    pub fn open(dir: PathBuf) -> Result<Self, StoreError> {
        let first = files::reading(&dir)?;
        Ok(Self { dir, idle: Mutex::new(vec![first]) })
    }

    /// Runs a query. It holds no snapshot when it returns, so that the log can be checkpointed.
    pub fn with<T>(&self, query: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let kept = self.idle().pop();
        let connection = kept.map_or_else(|| files::reading(&self.dir), Ok)?;
        let result = query(&connection);
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(connection);
        }
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
