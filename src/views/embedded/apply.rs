//! Applies events to the read models: rows and checkpoints in one transaction.
//!
//! Every projector has a checkpoint of its own. One that can't take an event in is stopped there,
//! alone; the others, and the ledger, go on.

use super::{connect, history};
use crate::{recording, store::Recorded, views::ViewsError};
use domain::{Event, patient};
use projections::{Identities, Projector, Seen};
use rusqlite::Connection;
use std::path::Path;

/// The writer's side of the read models.
pub struct Batch {
    writer: Connection,
    projectors: Vec<Running>,
    /// True while names that were erased may still stand in the write-ahead log.
    unclean: bool,
}

struct Running {
    projector: &'static dyn Projector,
    position: u64,
    stopped: Option<String>,
}

/// A projector that can't go on.
#[derive(Clone, Debug, serde::Serialize)]
pub struct StoppedProjector {
    /// Which.
    pub name: &'static str,
    /// The event that it can't take in.
    pub position: u64,
    /// Why.
    pub reason: String,
}

/// An event with its meaning, or the reason why it has none.
type Decoded = Result<recording::Read, recording::Stopped>;

impl Batch {
    /// Opens the file and makes the tables of projectors that are new or of another version.
    pub fn open(file: &Path) -> Result<Self, ViewsError> {
        let writer = connect::writer(file)?;
        writer.execute_batch(
            "create table if not exists checkpoints (
                name text primary key, version integer not null, position integer not null) strict",
        )?;
        writer.execute_batch(history::SCHEMA)?;
        let mut projectors = vec![];
        for projector in projections::ALL {
            let position = prepare(&writer, projector)?;
            projectors.push(Running { projector, position, stopped: None });
        }
        // An end between an erasure and the emptying of the log left names in it.
        let mut batch = Self { writer, projectors, unclean: true };
        batch.clean()?;
        Ok(batch)
    }

    /// True while [`Batch::clean`] has work that a reader kept it from doing.
    pub const fn is_unclean(&self) -> bool {
        self.unclean
    }

    /// Moves the write-ahead log into the file and cuts it to nothing, so that no older version of an
    /// erased row remains in it. A reader may keep us from it: then it is owed, and tried again.
    pub fn clean(&mut self) -> Result<(), ViewsError> {
        self.unclean = !connect::empty_log(&self.writer)?;
        Ok(())
    }

    /// The position up to which every read model is complete.
    pub fn position(&self) -> u64 {
        self.projectors.iter().map(|running| running.position).min().unwrap_or(0)
    }

    /// The furthest event that was applied, in any read model.
    pub fn reached(&self) -> Result<Option<history::Reached>, ViewsError> {
        Ok(history::read(&self.writer)?)
    }

    /// The position from which the running projectors go on: the stopped don't hold them back.
    pub fn next(&self) -> u64 {
        let running = self.projectors.iter().filter(|running| running.stopped.is_none());
        running.map(|running| running.position).min().unwrap_or(u64::MAX)
    }

    /// Those that can't go on.
    pub fn stopped(&self) -> Vec<StoppedProjector> {
        let stopped = |running: &Running| {
            let reason = running.stopped.clone()?;
            Some(StoppedProjector { name: running.projector.name(), position: running.position + 1, reason })
        };
        self.projectors.iter().filter_map(stopped).collect()
    }

    /// Applies events that follow each other. All of it is committed, or nothing.
    pub fn apply(
        &mut self,
        events: &[Recorded],
        clock: crate::clock::Clock,
        people: &dyn Identities,
    ) -> Result<(), ViewsError> {
        let decoded: Vec<Decoded> = events.iter().map(recording::read).collect();
        let transaction = self.writer.transaction()?;
        let mut moved = vec![];
        for running in self.projectors.iter().filter(|running| running.stopped.is_none()) {
            moved.push(run(&transaction, running, events, &decoded, clock, people)?);
        }
        if let Some(last) = events.last() {
            history::keep(&transaction, last)?;
        }
        transaction.commit()?;
        let running = self.projectors.iter_mut().filter(|running| running.stopped.is_none());
        for (running, (position, stopped)) in running.zip(moved) {
            if let Some(reason) = &stopped {
                let (name, at) = (running.projector.name(), position + 1);
                tracing::error!(projector = name, position = at, reason, "projector stopped");
            }
            running.position = position;
            running.stopped = stopped;
        }
        self.unclean |= decoded.iter().any(erases);
        Ok(())
    }
}

/// True for an event after which a name must be nowhere.
fn erases(decoded: &Decoded) -> bool {
    let event = decoded.as_ref().map(|read| &read.event);
    matches!(event, Ok(Event::Patient(patient::Event::Erased(_))))
}

/// Drops what another version made, makes the tables, and tells where to go on.
fn prepare(writer: &Connection, projector: &dyn Projector) -> Result<u64, ViewsError> {
    let mut seek = writer.prepare("select version, position from checkpoints where name = $1")?;
    let mut rows = seek.query([projector.name()])?;
    if let Some(row) = rows.next()?
        && row.get::<_, i64>(0)? == projector.version()
    {
        return Ok(row.get::<_, i64>(1)?.unsigned_abs());
    }
    drop(rows);
    for table in projector.tables() {
        writer.execute_batch(&format!("drop table if exists {table}"))?;
    }
    writer.execute_batch(projector.schema())?;
    writer.execute(
        "insert or replace into checkpoints (name, version, position) values ($1, $2, 0)",
        (projector.name(), projector.version()),
    )?;
    Ok(0)
}

/// Runs one projector over the events inside a savepoint. Answers its new position, and why it stopped.
fn run(
    transaction: &Connection,
    running: &Running,
    events: &[Recorded],
    decoded: &[Decoded],
    clock: crate::clock::Clock,
    people: &dyn Identities,
) -> Result<(u64, Option<String>), ViewsError> {
    let mut position = running.position;
    let mut stopped = None;
    for (recorded, decoded) in events.iter().zip(decoded) {
        if recorded.position <= position {
            continue;
        }
        // A hole means that an event was lost on the way here: going on would make every sum a guess.
        let outcome = if recorded.position == position + 1 {
            one(transaction, running.projector, recorded, decoded, clock, people)
        } else {
            Err(Trouble::Poison(format!("no event at position {}", position + 1)))
        };
        match outcome {
            Ok(()) => position = recorded.position,
            Err(Trouble::Poison(reason)) => {
                stopped = Some(reason);
                break;
            }
            Err(Trouble::Engine(error)) => return Err(error.into()),
        }
    }
    let moved = transaction
        .prepare_cached("update checkpoints set position = $1 where name = $2")?
        .execute((i64::try_from(position).unwrap_or(i64::MAX), running.projector.name()))?;
    debug_assert_eq!(moved, 1);
    Ok((position, stopped))
}

/// Why an event could not be applied.
enum Trouble {
    /// The event itself: trying again would end the same way.
    Poison(String),
    /// The disk, a lock: the whole batch is undone and tried again.
    Engine(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::ConstraintViolation | Code::TypeMismatch | Code::TooBig) | None => {
                Self::Poison(error.to_string())
            }
            Some(_) => Self::Engine(error),
        }
    }
}

/// Applies one event; an error leaves no trace of it.
fn one(
    transaction: &Connection,
    projector: &dyn Projector,
    recorded: &Recorded,
    decoded: &Decoded,
    clock: crate::clock::Clock,
    people: &dyn Identities,
) -> Result<(), Trouble> {
    let read = decoded.as_ref().map_err(|stopped| Trouble::Poison(stopped.to_string()))?;
    let seen = Seen {
        position: recorded.position,
        stream: &recorded.stream,
        revision: recorded.revision,
        at: recorded.recorded_at,
        day: clock.day(recorded.recorded_at),
        meta: &read.meta,
        event: &read.event,
    };
    let changes = projector.project(&seen, people);
    if changes.len() < 2 {
        // One statement undoes itself; only several need a savepoint to leave no half behind.
        return execute(transaction, &changes);
    }
    transaction.execute_batch("savepoint event")?;
    let outcome = execute(transaction, &changes);
    if outcome.is_err() {
        transaction.execute_batch("rollback to event")?;
    }
    transaction.execute_batch("release event")?;
    outcome
}

fn execute(transaction: &Connection, changes: &[projections::Change]) -> Result<(), Trouble> {
    for change in changes {
        let mut statement = transaction.prepare_cached(change.sql)?;
        connect::bind(&mut statement, &change.args)?;
        statement.raw_execute()?;
    }
    Ok(())
}
