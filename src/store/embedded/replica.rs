//! A new ledger made of the events and commands of another: the same id, positions and chain.
//!
//! Backups and restores write it through the same append-only tables that the server writes, and each
//! event is checked against the one before. Nothing counts until [`Replica::commit`].

use super::commands::Carried;
use super::heads::{Head, Heads};
use super::{files, writes};
use crate::store::end::End;
use crate::store::{Recorded, StoreError};
use domain::StreamId;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::Path;

/// Streams whose end is remembered, at most twice over.
const HEADS: usize = 50_000;
/// Commits between two times that the write-ahead log is emptied.
const COMMITS: u32 = 16;

/// A ledger under construction, in a directory of its own.
pub struct Replica {
    connection: Connection,
    known: Heads,
    changed: HashMap<StreamId, Head>,
    end: End,
    committed: End,
    commits: u32,
}

impl Replica {
    /// An empty ledger named `id`. There must be none in `dir`.
    pub fn create(dir: &Path, id: &[u8; 16]) -> Result<Self, StoreError> {
        if files::ledger(dir).try_exists()? {
            return Err(StoreError::Unsafe(format!("there is a ledger in {} already", dir.display())));
        }
        let connection = files::writing(dir)?;
        name(&connection, id)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self {
            connection,
            known: Heads::new(HEADS),
            changed: HashMap::new(),
            end: End::EMPTY,
            committed: End::EMPTY,
            commits: 0,
        })
    }

    /// Adds the next event, if it is the one that must come.
    pub fn take(&mut self, event: &Recorded) -> Result<(), StoreError> {
        self.end.pass(event)?;
        let mut head = self.head(&event.stream)?;
        head.revision += 1;
        if event.revision != head.revision {
            let what =
                format!("{} goes on with {} instead of {}", event.stream, event.revision, head.revision);
            return Err(StoreError::Damaged { position: event.position, what });
        }
        let mut statement = writes::event_statement(&self.connection)?;
        writes::event(&mut statement, head.id, event)?;
        self.changed.insert(event.stream.clone(), head);
        Ok(())
    }

    /// Adds a command; its events must be there.
    pub fn tell(&mut self, carried: &Carried) -> Result<(), StoreError> {
        let Carried { command, first, last } = carried;
        if *first == 0 || first > last || *last > self.end.position {
            let what = format!("a command names the events {first} to {last}");
            return Err(StoreError::Damaged { position: *last, what });
        }
        writes::command(&self.connection, command, *first, *last)?;
        Ok(())
    }

    /// Makes all that was taken part of the ledger.
    pub fn commit(&mut self) -> Result<End, StoreError> {
        for (stream, head) in self.changed.drain() {
            self.known.keep(stream, head);
        }
        if self.end.position > self.committed.position {
            writes::move_head(&self.connection, self.end.position, &self.end.chain)?;
        }
        self.connection.execute_batch("COMMIT")?;
        self.commits += 1;
        if self.commits.is_multiple_of(COMMITS) {
            empty_log(&self.connection)?;
        }
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        self.committed = self.end;
        Ok(self.end)
    }

    /// Leaves one file without a log beside it, that ends with the last commit.
    pub fn finish(self) -> Result<End, StoreError> {
        self.connection.execute_batch("ROLLBACK")?;
        empty_log(&self.connection)?;
        let mode: String =
            self.connection.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))?;
        if mode != "delete" {
            return Err(StoreError::Unsafe(format!("the new ledger keeps its log: {mode}")));
        }
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(self.committed)
    }

    fn head(&mut self, stream: &StreamId) -> rusqlite::Result<Head> {
        if let Some(head) = self.changed.get(stream).copied().or_else(|| self.known.get(stream).copied()) {
            return Ok(head);
        }
        match writes::find_stream(&self.connection, stream)? {
            Some(head) => Ok(head),
            None => writes::open_stream(&self.connection, stream),
        }
    }
}

fn empty_log(connection: &Connection) -> Result<(), StoreError> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    match busy {
        0 => Ok(()),
        _ => Err(StoreError::Unsafe("somebody reads the new ledger".to_owned())),
    }
}

/// A ledger keeps its name for ever, which its triggers see to; one that is a copy takes it over first.
fn name(connection: &Connection, id: &[u8; 16]) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'log_head'")?;
    let triggers: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    connection.execute("UPDATE log_head SET store_id = ?1", [id])?;
    for (_, sql) in &triggers {
        connection.execute_batch(sql)?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}
