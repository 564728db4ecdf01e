//! `quittance rebuild`: makes the read models anew. On files while no server runs, in a database beside them.

mod database;

use super::{progress::bar, say, say_error};
use crate::{
    app::People,
    clock::Clock,
    failure::Failure,
    follow,
    settings::{Database, Settings},
    store::{EventStore, Store, StoreError, embedded::EmbeddedStore},
    vault::Vault,
    views::{Batch, Skips, Views, ViewsError, beside, history},
};
use clap::Args;
use std::{
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// Refait tous les écrans depuis le registre, les compare, et les met en service s’ils sont égaux.
///
/// Sur le registre intégré, le serveur doit être arrêté ; s’il tourne, passez par POST /api/projectors/rebuild.
/// Sur PostgreSQL, les serveurs peuvent tourner.
#[derive(Args)]
pub struct Rebuild {}

/// How long a server may take to do what a projector was told.
const OBEYED: Duration = Duration::from_secs(5);

/// Everything open that the read models need, without a server.
pub(super) struct Opened {
    pub store: Store,
    pub views: Views,
    mover: Mover,
    pub clock: Clock,
    pub people: beside::People,
}

/// Who moves the models.
enum Mover {
    /// We, for nobody else has the files.
    Files(Box<Batch>),
    /// We or a server, in this database.
    Database(Database),
}

/// Opens the ledger: files alone, with [`StoreError::InUse`] while a server runs.
pub(super) async fn open(settings: &Settings) -> Result<Opened, Failure> {
    if let Some(database) = &settings.database {
        return database::open(database, &settings.data, Clock::new(settings.zone)).await;
    }
    let dir = settings.data.as_path();
    let store = EmbeddedStore::open(dir)?;
    let vault = Vault::open(dir, settings.master_key.as_ref().map(|key| key.expose()))?;
    let (views, mut batch) = Views::open(dir)?;
    if let Some(reached) = batch.reached()? {
        history::agrees(reached, store.chain_at(reached.position)?, *store.head().borrow())?;
    }
    batch.honour(Skips::recorded(&store).await?);
    let (clock, people) = (Clock::new(settings.zone), Arc::new(People(vault)));
    let mut opened =
        Opened { store: Arc::new(store), views, mover: Mover::Files(Box::new(batch)), clock, people };
    opened.catch_up().await?;
    Ok(opened)
}

impl Opened {
    /// Moves every model as far as it can go.
    pub async fn catch_up(&mut self) -> Result<(), Failure> {
        let head = *self.store.head().borrow();
        let Self { store, views, mover, clock, people } = self;
        let batch = match mover {
            Mover::Files(batch) => batch,
            Mover::Database(database) => {
                return database::catch_up(database, store, views, *clock, people.as_ref()).await;
            }
        };
        follow::catch_up(store, views, batch, head, *clock, people.as_ref()).await?;
        while batch.behind().is_some() {
            follow::fill(store, views, batch, *clock, people.as_ref()).await?;
        }
        Ok(())
    }
}

impl Opened {
    /// Moves on after a projector was told something; where a server moves it, that takes a moment.
    pub async fn obeyed(&mut self, name: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            self.catch_up().await?;
            let stands = self.views.stopped().iter().any(|stopped| stopped.name == name);
            if !stands || matches!(self.mover, Mover::Files(_)) || begun.elapsed() > OBEYED {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// What to do when a server has the ledger.
pub(super) fn told(error: Failure, route: &str) -> ExitCode {
    say_error(&error);
    if matches!(error, Failure::Store(StoreError::InUse(_))) {
        say(format!("Un serveur tourne sur ce registre : passez par {route}, ou arrêtez-le d’abord."));
    }
    ExitCode::FAILURE
}

impl Rebuild {
    /// 0 if the rebuilt models are in use.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let ended = super::runtime()
            .map_err(|error| Failure::from(ViewsError::from(error)))
            .and_then(|runtime| runtime.block_on(rebuild(settings)));
        match ended {
            Ok(report) => tell(&report, settings.database.is_none()),
            Err(error) => told(error, "POST /api/projectors/rebuild"),
        }
    }
}

async fn rebuild(settings: &Settings) -> Result<beside::Report, Failure> {
    let mut opened = open(settings).await?;
    let Opened { store, views, mover, clock, people } = &mut opened;
    views.beside().start(store.clone(), views.clone(), *clock, people.clone())?;
    let bar = bar("écrans");
    while views.beside().runs() {
        let progress = views.beside().report().progress;
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        // An offer wakes us; the bar wants to move now and then.
        let moved = tokio::time::timeout(Duration::from_millis(200), views.beside().woken()).await;
        if let (Ok(()), Mover::Files(batch)) = (moved, &mut *mover) {
            beside::swap(store, views, batch, *clock, people.as_ref()).await;
        }
    }
    bar.finish_and_clear();
    Ok(views.beside().report())
}

fn tell(report: &beside::Report, files: bool) -> ExitCode {
    let beside::Report { state, progress, differences, reason } = report;
    match state {
        beside::Stage::Swapped => {
            let (done, speed) = (progress.total, progress.per_second);
            say(format!("Écrans refaits, égaux et en service : {done} événements, {speed} par seconde."));
            return ExitCode::SUCCESS;
        }
        beside::Stage::Differs => {
            for one in differences {
                say_error(format!(
                    "read model {}: {} rows the log does not give, {} rows missing; first keys: {}",
                    one.table,
                    one.unexplained,
                    one.missing,
                    one.keys.join(", ")
                ));
            }
            say(match files {
                true => "Les écrans en service restent ; ceux refaits sont gardés dans views-differ.db.",
                false => "Les écrans en service restent.",
            });
        }
        other => say_error(format!("{other:?}: {}", reason.as_deref().unwrap_or("interrupted"))),
    }
    ExitCode::FAILURE
}
