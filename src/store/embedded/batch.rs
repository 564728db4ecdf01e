//! One transaction: each commit of a batch is decided in its turn and, if it wins, written.
//!
//! Decisions see what earlier commits of the batch have done: heads in `changed`, all else through
//! the connection itself. So nothing here may be told to anyone before [`Batch::commit`].

use super::heads::{Head, Heads};
use super::{rows, writes};
use crate::store::end::End;
use crate::store::{AppendError, Appended, CommandKey, Commit, Draft, Recorded, StoreError, Write};
use chrono::{DateTime, Utc};
use domain::StreamId;
use rusqlite::{CachedStatement, Connection, ErrorCode};
use std::collections::HashMap;

/// What one commit is told.
pub type Answer = Result<Appended, AppendError>;

/// How a transaction ended that did not commit.
#[derive(Debug)]
pub enum Failure {
    /// It could not begin, whatever its commits are.
    NotBegun(rusqlite::Error),
    /// Nothing of it lies in the log.
    Undone(StoreError),
    /// Nobody knows what lies in the log: the sync failed, and a second one would prove nothing.
    Unknown(rusqlite::Error),
}

pub struct Batch<'a> {
    connection: &'a Connection,
    /// Looked up once for all of the batch.
    insert_event: CachedStatement<'a>,
    known: &'a mut Heads,
    changed: HashMap<StreamId, Head>,
    start: u64,
    end: End,
    now: DateTime<Utc>,
}

impl<'a> Batch<'a> {
    /// Takes SQLite's write lock at once: a later upgrade could fail whatever the time-out.
    pub fn begin(
        connection: &'a Connection,
        known: &'a mut Heads,
        end: End,
        now: DateTime<Utc>,
    ) -> Result<Self, Failure> {
        run(connection, "BEGIN IMMEDIATE").map_err(Failure::NotBegun)?;
        let insert_event = writes::event_statement(connection).map_err(Failure::NotBegun)?;
        Ok(Self {
            connection,
            insert_event,
            known,
            changed: HashMap::default(),
            start: end.position,
            end,
            now,
        })
    }

    /// Decides a commit and writes it if it wins. After an error the batch must be given up.
    pub fn decide(&mut self, commit: &Commit) -> Result<Answer, StoreError> {
        if let Some(command) = &commit.command {
            match carried_out(self.connection, command) {
                Ok(Some(events)) => return Ok(Ok(Appended { events: events.into(), replayed: true })),
                Ok(None) => {}
                Err(AppendError::Store(error)) => return Err(error),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        let mut heads = Vec::with_capacity(commit.writes.len());
        for (nth, write) in commit.writes.iter().enumerate() {
            let head = self.head(&write.stream)?;
            let actual = head.map_or(0, |head| head.revision);
            if !write.fits(actual) {
                let there = self.lying(commit, nth, head)?;
                let replay = there.map(|events| Appended { events: events.into(), replayed: true });
                return Ok(replay.ok_or_else(|| write.conflict(actual)));
            }
            heads.push(head);
        }
        Ok(Ok(Appended { events: self.write(commit, &heads)?.into(), replayed: false }))
    }

    /// Makes all of it durable. The new end of the log and, from now on, of the streams.
    pub fn commit(self) -> Result<End, Failure> {
        if let Err(error) = self.finish() {
            return Err(self.abandon(error.into()));
        }
        if let Err(error) = run(self.connection, "COMMIT") {
            // A full disk shows before the sync: nothing of it is in the log, and SQLite may have taken it back itself.
            let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
            return Err(if full { self.abandon(error.into()) } else { Failure::Unknown(error) });
        }
        for (stream, head) in self.changed {
            self.known.keep(stream, head);
        }
        Ok(self.end)
    }

    /// Takes all of it back, because of this error.
    pub fn abandon(&self, error: StoreError) -> Failure {
        // After some errors SQLite has rolled back by itself.
        if !self.connection.is_autocommit()
            && let Err(error) = run(self.connection, "ROLLBACK")
        {
            return Failure::Unknown(error);
        }
        Failure::Undone(error)
    }

    fn head(&mut self, stream: &StreamId) -> rusqlite::Result<Option<Head>> {
        if let Some(head) = self.changed.get(stream).copied().or_else(|| self.known.get(stream).copied()) {
            return Ok(Some(head));
        }
        writes::find_stream(self.connection, stream)
    }

    /// The commit itself, if the event after the place that its nth write expects is part of it.
    fn lying(
        &self,
        commit: &Commit,
        nth: usize,
        head: Option<Head>,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let (Some(head), Some(seen)) = (head, commit.writes[nth].expected.revision()) else {
            return Ok(None);
        };
        let place = rows::place(self.connection, head.id, seen.saturating_add(1))?;
        let Some(first) = place.and_then(|place| place.checked_sub(commit.offset(nth))) else {
            return Ok(None);
        };
        let lying = rows::range(self.connection, first, commit.offset(commit.writes.len()))?;
        Ok(commit.lies_in(&lying).then_some(lying))
    }

    fn write(&mut self, commit: &Commit, heads: &[Option<Head>]) -> rusqlite::Result<Vec<Recorded>> {
        let mut events = Vec::with_capacity(commit.offset(commit.writes.len()) as usize);
        let first = self.end.position + 1;
        for (write, head) in commit.writes.iter().zip(heads) {
            self.write_stream(write, *head, &mut events)?;
        }
        if let Some(command) = &commit.command {
            writes::command(self.connection, command, first, self.end.position)?;
        }
        Ok(events)
    }

    fn write_stream(
        &mut self,
        write: &Write,
        head: Option<Head>,
        events: &mut Vec<Recorded>,
    ) -> rusqlite::Result<()> {
        let mut head = match head {
            Some(head) => head,
            None => writes::open_stream(self.connection, &write.stream)?,
        };
        for draft in &write.events {
            head.revision += 1;
            events.push(self.write_event(write, head, draft)?);
        }
        self.changed.insert(write.stream.clone(), head);
        Ok(())
    }

    fn write_event(&mut self, write: &Write, head: Head, draft: &Draft) -> rusqlite::Result<Recorded> {
        let event = self.end.record(&write.stream, head.revision, draft, self.now);
        writes::event(&mut self.insert_event, head.id, &event)?;
        Ok(event)
    }

    /// However many commits, the head moves once.
    fn finish(&self) -> rusqlite::Result<()> {
        if self.end.position > self.start {
            writes::move_head(self.connection, self.end.position, &self.end.chain)?;
        }
        Ok(())
    }
}

/// The events of a command that was carried out before.
pub fn carried_out(
    connection: &Connection,
    command: &CommandKey,
) -> Result<Option<Vec<Recorded>>, AppendError> {
    match rows::command(connection, &command.key)? {
        None => Ok(None),
        Some((request, ..)) if request != command.request => Err(AppendError::KeyReused),
        Some((_, first, last)) => Ok(Some(rows::range(connection, first, last + 1 - first)?)),
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
