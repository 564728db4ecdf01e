//! What commands have written, read for a copy of the ledger: no event says it.

use super::{EmbeddedStore, files, rows};
use crate::store::StoreError;
use crate::store::chain::Hash;
use crate::store::end::End;
use crate::store::{CommandKey, Recorded};
use rusqlite::{Connection, Params, Row};
use std::path::Path;

const BY_KEY: &str = "SELECT key, request, first_position, last_position FROM commands
    WHERE key > ?1 ORDER BY key LIMIT ?2";

const BY_PLACE: &str = "SELECT key, request, first_position, last_position FROM commands
    WHERE last_position > ?1 AND last_position <= ?2 ORDER BY last_position";

/// A command that was carried out, and the positions of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Who asked what.
    pub command: CommandKey,
    /// Its first event.
    pub first: u64,
    /// Its last event.
    pub last: u64,
}

impl EmbeddedStore {
    /// At most `limit` events after `end`, which moves on over them. One short read transaction.
    pub fn page(&self, end: &mut End, limit: u64) -> Result<Vec<Recorded>, StoreError> {
        self.readers.with(|connection| rows::after(connection, end, limit))
    }

    /// The end of the log as it was at `position`; none when nothing lies there yet.
    pub fn end_at(&self, position: u64) -> Result<Option<End>, StoreError> {
        self.readers.with(|connection| rows::end_at(connection, position))
    }

    /// At most `limit` commands in the order of their keys, which says nothing about their place.
    pub fn commands_after_key(&self, key: &[u8], limit: u64) -> Result<Vec<Carried>, StoreError> {
        self.readers.with(|connection| select(connection, BY_KEY, (key, rows::signed(limit))))
    }

    /// The commands whose last event lies after `after` and up to `upto`, in that order.
    pub fn commands_between(&self, after: u64, upto: u64) -> Result<Vec<Carried>, StoreError> {
        let places = (rows::signed(after), rows::signed(upto));
        self.readers.with(|connection| select(connection, BY_PLACE, places))
    }

    /// Makes [`EmbeddedStore::commands_between`] cheap, once for this ledger.
    pub fn index_commands(&self, dir: &Path) -> Result<(), StoreError> {
        Ok(files::writing(dir)?.execute_batch(files::FOR_A_COPY)?)
    }
}

fn select(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<Carried>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, carried)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn carried(row: &Row<'_>) -> rusqlite::Result<Carried> {
    let (key, request): (Hash, Hash) = (row.get(0)?, row.get(1)?);
    let command = CommandKey { key, request };
    Ok(Carried { command, first: rows::unsigned(row, 2)?, last: rows::unsigned(row, 3)? })
}
