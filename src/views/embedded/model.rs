//! One read model as its writer knows it: how far it is, and why it stands.

use super::{
    apply::StoppedProjector,
    skips::Skips,
    statements::Statements,
    work::{Step, Work},
};
use crate::views::ViewsError;
use projections::Projector;
use rusqlite::{Connection, OptionalExtension};

/// One projector and its checkpoint.
pub(super) struct Model {
    pub projector: &'static dyn Projector,
    /// Its place among all projectors.
    pub nth: usize,
    /// The last event that it took in.
    pub position: u64,
    /// False while it is new or of another version, and has not caught up with the others yet.
    pub ready: bool,
    /// Why it can't go on.
    pub stopped: Option<String>,
}

/// Where a run of work has led.
pub(super) struct Moved {
    pub position: u64,
    pub stopped: Option<String>,
}

/// Why a run of work was not carried out.
pub(super) enum Trouble {
    /// An event can't be taken in, and a part of it is in the transaction already.
    Half,
    /// The disk, a lock: the whole batch is undone and tried again.
    Engine(rusqlite::Error),
}

/// Which indexes of its tables a model gets at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Indexes {
    /// All.
    Now,
    /// Only those that its own changes need; [`Model::index`] makes the others when the rows are there.
    Later,
}

pub(super) const SCHEMA: &str = "create table if not exists checkpoints (
    name text primary key, version integer not null, position integer not null,
    ready integer not null default 1) strict";

impl Model {
    /// Finds a model, or makes its tables anew if it is new or of another version.
    pub fn open(
        writer: &Connection,
        nth: usize,
        projector: &'static dyn Projector,
        fresh: bool,
        indexes: Indexes,
    ) -> Result<Self, ViewsError> {
        let sql = "select position, ready from checkpoints where name = $1 and version = $2";
        let known = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
        let known = writer.query_row(sql, (projector.name(), projector.version()), known).optional()?;
        let (position, ready) = match known {
            Some(known) => known,
            None => {
                make(writer, projector, fresh, indexes)?;
                (0, fresh)
            }
        };
        Ok(Self { projector, nth, position, ready, stopped: None })
    }

    /// Makes the indexes that were left for later.
    pub fn index(&self, writer: &Connection) -> Result<(), ViewsError> {
        for statement in later(self.projector) {
            writer.execute_batch(&statement.replacen("create index", "create index if not exists", 1))?;
        }
        Ok(())
    }

    pub fn runs(&self) -> bool {
        self.stopped.is_none()
    }

    /// What people are told when it stands.
    pub fn told(&self) -> Option<StoppedProjector> {
        let reason = self.stopped.clone()?;
        Some(StoppedProjector { name: self.projector.name(), position: self.position + 1, reason })
    }

    /// Carries out its part of the work. With `careful`, a poison event leaves nothing half done.
    pub fn run(
        &self,
        statements: &mut Statements<'_>,
        work: &Work,
        skips: &Skips,
        careful: bool,
    ) -> Result<Moved, Trouble> {
        let end = work.hole.map_or(work.last, |hole| hole - 1);
        let steps = work.steps[self.nth].iter();
        let mut unreadable = work.unreadable.iter().filter(|(at, _)| *at > self.position).peekable();
        for step in steps.filter(|step| step.position > self.position) {
            while let Some((at, reason)) = unreadable.next_if(|(at, _)| *at < step.position) {
                if !skips.contains(self.projector.name(), *at) {
                    return Ok(Moved { position: at - 1, stopped: Some(reason.clone()) });
                }
            }
            if let Err(reason) = step.take(statements, careful)?
                && !skips.contains(self.projector.name(), step.position)
            {
                return Ok(Moved { position: step.position - 1, stopped: Some(reason) });
            }
        }
        for (at, reason) in unreadable {
            if !skips.contains(self.projector.name(), *at) {
                return Ok(Moved { position: at - 1, stopped: Some(reason.clone()) });
            }
        }
        let stopped = work.hole.map(|hole| format!("no event at position {hole}"));
        Ok(Moved { position: end.max(self.position), stopped })
    }
}

impl Step {
    /// Takes the event in, or says why it can't be.
    fn take(&self, statements: &mut Statements<'_>, careful: bool) -> Result<Result<(), String>, Trouble> {
        // One statement undoes itself; only several need a savepoint to leave no half behind.
        let guarded = careful && self.changes.len() > 1;
        if guarded {
            statements.plain("savepoint event").map_err(Trouble::Engine)?;
        }
        let mut outcome = Ok(());
        for (nth, change) in self.changes.iter().enumerate() {
            if let Err(error) = statements.execute(change) {
                outcome = Err(poison(error)?);
                if nth > 0 && !guarded {
                    return Err(Trouble::Half);
                }
                break;
            }
        }
        if guarded {
            if outcome.is_err() {
                statements.plain("rollback to event").map_err(Trouble::Engine)?;
            }
            statements.plain("release event").map_err(Trouble::Engine)?;
        }
        Ok(outcome)
    }
}

/// The reason if the event itself is the trouble: trying again would end the same way.
fn poison(error: rusqlite::Error) -> Result<String, Trouble> {
    use rusqlite::ErrorCode as Code;
    match error.sqlite_error_code() {
        Some(Code::ConstraintViolation | Code::TypeMismatch | Code::TooBig) | None => Ok(error.to_string()),
        Some(_) => Err(Trouble::Engine(error)),
    }
}

/// Drops what another version made, and makes the tables.
fn make(
    writer: &Connection,
    projector: &dyn Projector,
    fresh: bool,
    indexes: Indexes,
) -> rusqlite::Result<()> {
    for table in projector.tables() {
        writer.execute_batch(&format!("drop table if exists {table}"))?;
    }
    match indexes {
        Indexes::Now => writer.execute_batch(projector.schema())?,
        Indexes::Later => {
            let later: Vec<_> = later(projector).collect();
            for statement in statements(projector).filter(|statement| !later.contains(statement)) {
                writer.execute_batch(statement)?;
            }
        }
    }
    writer.execute(
        "insert or replace into checkpoints (name, version, position, ready) values ($1, $2, 0, $3)",
        (projector.name(), projector.version(), fresh),
    )?;
    Ok(())
}

fn statements(projector: &dyn Projector) -> impl Iterator<Item = &'static str> {
    projector.schema().split(';').map(str::trim).filter(|statement| !statement.is_empty())
}

/// The indexes that only queries need.
fn later(projector: &dyn Projector) -> impl Iterator<Item = &'static str> {
    let needed = projector.seeks_by_index();
    statements(projector).filter(move |statement| !needed && statement.starts_with("create index"))
}
