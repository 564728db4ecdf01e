//! Prepared statements, found by where their static text lies: cheaper than by reading the text.

use super::connect;
use projections::Change;
use rusqlite::{CachedStatement, Connection};
use std::collections::{HashMap, hash_map::Entry};

/// The statements of one run of changes.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    by_text: HashMap<(usize, usize), CachedStatement<'c>>,
}

impl<'c> Statements<'c> {
    pub fn of(connection: &'c Connection) -> Self {
        Self { connection, by_text: HashMap::with_capacity(64) }
    }

    /// Carries out one change.
    pub fn execute(&mut self, change: &Change) -> rusqlite::Result<()> {
        let statement = match self.by_text.entry((change.sql.as_ptr().addr(), change.sql.len())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(self.connection.prepare_cached(change.sql)?),
        };
        connect::bind(statement, &change.args)?;
        statement.raw_execute()?;
        Ok(())
    }

    /// Carries out a statement without arguments.
    pub fn plain(&mut self, sql: &'static str) -> rusqlite::Result<()> {
        self.execute(&Change { sql, args: vec![] })
    }
}
