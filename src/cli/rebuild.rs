//! `quittance rebuild`: makes the read models anew while no server runs.

use super::{progress::bar, say, say_error};
use crate::{
    app::People,
    clock::Clock,
    failure::Failure,
    follow,
    settings::Settings,
    store::{EventStore, Store, StoreError, embedded::EmbeddedStore},
    vault::Vault,
    views::{Batch, Skips, Views, ViewsError, beside, history},
};
use clap::Args;
use std::{process::ExitCode, sync::Arc, time::Duration};

/// Refait tous les écrans depuis le registre, les compare, et les met en service s’ils sont égaux.
///
/// Le serveur doit être arrêté ; s’il tourne, passez par POST /api/projectors/rebuild.
#[derive(Args)]
pub struct Rebuild {}

/// Everything open that the read models need, without a server.
pub(super) struct Opened {
    pub store: Store,
    pub views: Views,
    pub batch: Batch,
    pub clock: Clock,
    pub people: beside::People,
}

/// Opens the ledger alone; [`StoreError::InUse`] while a server runs.
pub(super) async fn open(settings: &Settings) -> Result<Opened, Failure> {
    if settings.database.is_some() {
        return Err(ViewsError::NotHere.into());
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
    let mut opened = Opened { store: Arc::new(store), views, batch, clock, people };
    opened.catch_up().await?;
    Ok(opened)
}

impl Opened {
    /// Moves every model as far as it can go.
    pub async fn catch_up(&mut self) -> Result<(), Failure> {
        let head = *self.store.head().borrow();
        let Self { store, views, batch, clock, people } = self;
        follow::catch_up(store, views, batch, head, *clock, people.as_ref()).await?;
        while batch.behind().is_some() {
            follow::fill(store, views, batch, *clock, people.as_ref()).await?;
        }
        Ok(())
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
            Ok(report) => tell(&report),
            Err(error) => told(error, "POST /api/projectors/rebuild"),
        }
    }
}

async fn rebuild(settings: &Settings) -> Result<beside::Report, Failure> {
    let mut opened = open(settings).await?;
    let Opened { store, views, batch, clock, people } = &mut opened;
    views.beside().start(store.clone(), views.clone(), *clock, people.clone())?;
    let bar = bar("écrans");
    while views.beside().runs() {
        let progress = views.beside().report().progress;
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        // An offer wakes us; the bar wants to move now and then.
        let moved = tokio::time::timeout(Duration::from_millis(200), views.beside().woken()).await;
        if moved.is_ok() {
            beside::swap(store, views, batch, *clock, people.as_ref()).await;
        }
    }
    bar.finish_and_clear();
    Ok(views.beside().report())
}

fn tell(report: &beside::Report) -> ExitCode {
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
            say("Les écrans en service restent ; ceux refaits sont gardés dans views-differ.db.");
        }
        other => say_error(format!("{other:?}: {}", reason.as_deref().unwrap_or("interrupted"))),
    }
    ExitCode::FAILURE
}
