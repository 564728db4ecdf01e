//! Applies events to the read models: rows and checkpoints in one transaction.
//!
//! Every projector has a checkpoint of its own. One that can't take an event in is stopped there,
//! alone; the others, and the ledger, go on. Those that are further behind than the others (new, of
//! another version, told to go on) are filled in slices and hold nobody back.

use super::{
    connect, history,
    model::{self, Indexes, Model, Moved, Trouble},
    skips::{Order, Skips},
    statements::Statements,
    work::{Wanted, Work},
};
use crate::{clock::Clock, store::Recorded, views::ViewsError};
use projections::{Change, Identities, Projector as _};
use rusqlite::Connection;
use std::path::Path;

/// The writer's side of the read models.
pub struct Batch {
    writer: Connection,
    models: Vec<Model>,
    skips: Skips,
    /// The furthest event that was looked at, in any read model.
    lead: u64,
    /// True while names that were erased may still stand in the write-ahead log.
    unclean: bool,
}

/// A projector that can't go on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StoppedProjector {
    /// Which.
    pub name: &'static str,
    /// The event that it can't take in.
    pub position: u64,
    /// Why.
    pub reason: String,
}

/// How a projector stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub name: &'static str,
    /// Of its rows.
    pub version: i64,
    /// The last event that it took in.
    pub position: u64,
    /// May it be read?
    pub ready: bool,
}

/// A projector that is new or of another version, and is being filled behind the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillingProjector {
    /// Which.
    pub name: &'static str,
    /// Its tables: nobody reads them yet.
    pub tables: &'static [&'static str],
    /// The last event that it took in.
    pub position: u64,
}

impl FillingProjector {
    /// This one, after this event.
    pub fn of(projector: &dyn projections::Projector, position: u64) -> Self {
        Self { name: projector.name(), tables: projector.tables(), position }
    }
}

impl Batch {
    /// Opens the file and makes the tables of projectors that are new or of another version.
    pub fn open(file: &Path) -> Result<Self, ViewsError> {
        let mut batch = Self::with(connect::writer(file)?, Indexes::Now)?;
        // An end between an erasure and the emptying of the log left names in it.
        batch.clean()?;
        Ok(batch)
    }

    /// Opens a new file to be filled as fast as possible: see [`Batch::settle`].
    pub(super) fn load(file: &Path) -> Result<Self, ViewsError> {
        Self::with(connect::loader(file)?, Indexes::Later)
    }

    fn with(writer: Connection, indexes: Indexes) -> Result<Self, ViewsError> {
        writer.execute_batch(model::SCHEMA)?;
        let columns = "select count(*) from pragma_table_info('checkpoints') where name = 'ready'";
        if writer.query_row(columns, [], |row| row.get::<_, i64>(0))? == 0 {
            writer.execute_batch("alter table checkpoints add column ready integer not null default 1")?;
        }
        writer.execute_batch(history::SCHEMA)?;
        let reached = history::read(&writer)?;
        let mut models = vec![];
        for (nth, projector) in projections::ALL.into_iter().enumerate() {
            models.push(Model::open(&writer, nth, projector, reached.is_none(), indexes)?);
        }
        let lead = models.iter().map(|model| model.position).chain(reached.map(|reached| reached.position));
        let lead = lead.max().unwrap_or(0);
        Ok(Self { writer, models, skips: Skips::default(), lead, unclean: true })
    }

    /// Makes the indexes that were left for later, and the file as safe as one in use.
    pub(super) fn settle(&self) -> Result<(), ViewsError> {
        connect::sort_small(&self.writer)?;
        self.models.iter().try_for_each(|model| model.index(&self.writer))?;
        connect::settle(&self.writer)
    }

    /// Events to leave out, by projector. One that stands before such an event goes on.
    pub fn honour(&mut self, skips: Skips) {
        self.skips = skips;
        for model in &mut self.models {
            if self.skips.contains(model.projector.name(), model.position + 1) {
                model.stopped = None;
            }
        }
    }

    /// Does what operators told projectors, once it is in the log.
    fn obey(&mut self, orders: &[Order]) {
        for order in orders {
            let (told, at) = match order {
                Order::Skip(name, at) => {
                    self.skips.add(name, *at);
                    (name, Some(*at))
                }
                Order::Retry(name) => (name, None),
            };
            for model in self.models.iter_mut().filter(|model| model.projector.name() == told) {
                if at.is_none_or(|at| at == model.position + 1) {
                    model.stopped = None;
                }
            }
        }
    }

    /// Every model as it stands, in the order in which they are run.
    pub fn models(&self) -> Vec<Standing> {
        let standing = |model: &Model| Standing {
            name: model.projector.name(),
            version: model.projector.version(),
            position: model.position,
            ready: model.ready,
        };
        self.models.iter().map(standing).collect()
    }

    /// Takes the names of patients out of a file that nobody will use.
    pub(super) fn without_names(&self) -> Result<(), ViewsError> {
        for table in projections::patients::Patients.tables() {
            self.writer.execute_batch(&format!("drop table {table}"))?;
        }
        connect::empty_log(&self.writer)?;
        Ok(())
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

    /// The position up to which every read model is complete that is ready to be read.
    pub fn position(&self) -> u64 {
        let ready = self.models.iter().filter(|model| model.ready);
        ready.map(|model| model.position).min().unwrap_or(0)
    }

    /// The furthest event that was applied, in any read model.
    pub fn reached(&self) -> Result<Option<history::Reached>, ViewsError> {
        Ok(history::read(&self.writer)?)
    }

    /// The position from which the foremost go on; the others don't hold them back.
    pub const fn next(&self) -> u64 {
        self.lead
    }

    /// The position from which those go on that are behind the foremost, if there are any.
    pub fn behind(&self) -> Option<u64> {
        let behind = self.models.iter().filter(|model| model.runs() && model.position < self.lead);
        behind.map(|model| model.position).min()
    }

    /// Those that can't go on.
    pub fn stopped(&self) -> Vec<StoppedProjector> {
        self.models.iter().filter_map(Model::told).collect()
    }

    /// Those that nobody reads yet.
    pub fn filling(&self) -> Vec<FillingProjector> {
        let filling = self.models.iter().filter(|model| !model.ready);
        filling.map(|model| FillingProjector::of(model.projector, model.position)).collect()
    }

    /// Applies events that follow each other. All of it is committed, or nothing.
    pub fn apply(
        &mut self,
        events: &[Recorded],
        clock: Clock,
        people: &dyn Identities,
    ) -> Result<(), ViewsError> {
        let wanted = self.wanted(events.first().map_or(0, |event| event.position));
        match Work::plan(events, &wanted, clock, people) {
            Some(work) => self.carry_out(&work),
            None => Ok(()),
        }
    }

    /// Whose part of the work from `first` on must be worked out.
    fn wanted(&self, first: u64) -> Wanted {
        let mut wanted = [false; projections::ALL.len()];
        self.models.iter().for_each(|model| wanted[model.nth] = self.takes(model, first));
        wanted
    }

    /// One that is further behind waits for its own slice; a hole before the foremost is met by them.
    fn takes(&self, model: &Model, first: u64) -> bool {
        model.runs() && (model.position + 1 >= first || model.position >= self.lead)
    }

    /// Carries out what was worked out. All of it is committed, or nothing.
    pub fn carry_out(&mut self, work: &Work) -> Result<(), ViewsError> {
        // Events are poison hardly ever: only then is the same work done again with care.
        let moved = match self.pass(work, false) {
            Err(Trouble::Half) => self.pass(work, true),
            outcome => outcome,
        };
        let moved = match moved {
            Ok(moved) => moved,
            Err(Trouble::Engine(error)) => return Err(error.into()),
            Err(Trouble::Half) => return Ok(()),
        };
        // Only news are obeyed: a model that is filled goes over old orders again.
        let news = work.last > self.lead;
        self.lead = self.lead.max(work.last);
        for (nth, Moved { position, stopped }) in moved {
            let model = &mut self.models[nth];
            if let Some(reason) = &stopped {
                let name = model.projector.name();
                tracing::error!(projector = name, position = position + 1, reason, "projector stopped");
            }
            model.ready |= position >= self.lead;
            (model.position, model.stopped) = (position, stopped);
        }
        if news {
            self.obey(&work.orders);
        }
        self.unclean |= work.erases;
        Ok(())
    }

    fn pass(&mut self, work: &Work, careful: bool) -> Result<Vec<(usize, Moved)>, Trouble> {
        // Rolled back when it is dropped before its commit.
        let transaction = self.writer.unchecked_transaction().map_err(Trouble::Engine)?;
        let mut statements = Statements::of(&transaction);
        let (mut moved, lead) = (vec![], self.lead.max(work.last));
        for model in self.models.iter().filter(|model| self.takes(model, work.first)) {
            let mut part = if model.position + 1 < work.first {
                let reason = format!("no event at position {}", model.position + 1);
                Moved { position: model.position, stopped: Some(reason) }
            } else {
                model.run(&mut statements, work, &self.skips, careful)?
            };
            part.position = part.position.max(model.position);
            let ready = model.ready || part.position >= lead;
            statements.execute(&checkpoint(model, part.position, ready)).map_err(Trouble::Engine)?;
            moved.push((model.nth, part));
        }
        drop(statements);
        history::keep(&transaction, work.last, work.chain).map_err(Trouble::Engine)?;
        transaction.commit().map_err(Trouble::Engine)?;
        Ok(moved)
    }
}

fn checkpoint(model: &Model, position: u64, ready: bool) -> Change {
    Change::new(
        "update checkpoints set position = $1, ready = $2 where name = $3",
        [position.into(), i64::from(ready).into(), model.projector.name().into()],
    )
}
