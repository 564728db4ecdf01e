//! `quittance projector`: a read model stands before an event that it can't take in.

use super::{
    rebuild::{Opened, open, told},
    runtime, say, say_error,
};
use crate::{
    execute::Ledger,
    failure::Failure,
    recording,
    settings::Settings,
    store::{Commit, Expected, Write},
    views::ViewsError,
};
use clap::Subcommand;
use domain::{
    Event, Meta, Refusal, StreamId,
    projector::{self, Projector as State, Retried, Skipped},
};
use std::process::ExitCode;
use uuid::Uuid;

/// Who sat at the machine: nobody signs in there.
const CONSOLE: &str = "console";

/// Projecteurs arrêtés devant un événement (registre intégré : serveur arrêté, sinon /api/projectors).
#[derive(Subcommand)]
pub enum Projector {
    /// Montre où en est chaque projecteur.
    List,
    /// Passe outre l’événement devant lequel un projecteur est arrêté, pour toujours.
    Skip {
        /// Le projecteur.
        name: String,
        /// La position de l’événement.
        #[arg(long)]
        position: u64,
        /// Pourquoi ; sans donnée personnelle, car cela reste au registre.
        #[arg(long)]
        reason: String,
    },
    /// Essaie de nouveau l’événement devant lequel un projecteur est arrêté.
    Retry {
        /// Le projecteur.
        name: String,
    },
}

impl Projector {
    /// 0 if it was done and no projector asked for stands any more.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let ended = runtime()
            .map_err(|error| Failure::from(ViewsError::from(error)))
            .and_then(|runtime| runtime.block_on(self.act(settings)));
        match ended {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => told(error, "/api/projectors"),
        }
    }

    async fn act(self, settings: &Settings) -> Result<bool, Failure> {
        let mut opened = open(settings).await?;
        match self {
            Self::List => list(&opened).await?,
            Self::Skip { name, position, reason } => {
                let decide = |state: State, stands| {
                    let skipped = Skipped { position, reason: reason.clone(), by: CONSOLE.into() };
                    state.skip(stands, skipped)
                };
                return tell(&mut opened, &name, decide).await;
            }
            Self::Retry { name } => {
                let decide = |state: State, stands| state.retry(stands, Retried { by: CONSOLE.into() });
                return tell(&mut opened, &name, decide).await;
            }
        }
        Ok(true)
    }
}

/// A line for each projector.
async fn list(opened: &Opened) -> Result<(), Failure> {
    let stopped = opened.views.stopped();
    for model in opened.views.standing() {
        let Some(stands) = stopped.iter().find(|stopped| stopped.name == model.name) else {
            say(format!("{:<14} {:>10}", model.name, model.position));
            continue;
        };
        let event = opened.store.follow(stands.position.saturating_sub(1), 1).await?.into_iter().next();
        let event = event.map(|event| format!("{} {}", event.name, event.id)).unwrap_or_default();
        let (name, reason) = (model.name, &stands.reason);
        say(format!(
            "{name:<14} {:>10}  ARRÊTÉ devant {} {event} : {reason}",
            model.position, stands.position
        ));
    }
    Ok(())
}

/// Writes the decision down, and lets the projector go on.
async fn tell(
    opened: &mut Opened,
    name: &str,
    decide: impl Fn(State, Option<u64>) -> Result<Vec<projector::Event>, Refusal>,
) -> Result<bool, Failure> {
    if !opened.views.standing().iter().any(|model| model.name == name) {
        return Err(Refusal::NotFound { what: "projector", id: name.to_owned() }.into());
    }
    let stands = |opened: &Opened| opened.views.stopped().into_iter().find(|stopped| stopped.name == name);
    let stream = StreamId::projector(name);
    let ledger = Ledger::new(opened.store.clone(), opened.clock);
    let loaded = ledger.load::<State>(&stream).await?;
    let events = decide(loaded.state, stands(opened).map(|stopped| stopped.position))?;
    append(opened, stream, loaded.expected, events).await?;
    opened.obeyed(name).await?;
    if let Some(stopped) = stands(opened) {
        say_error(format!("{name} stands at {}: {}", stopped.position, stopped.reason));
        return Ok(false);
    }
    say(format!("{name} est à jour."));
    Ok(true)
}

async fn append(
    opened: &Opened,
    stream: StreamId,
    expected: Expected,
    events: Vec<projector::Event>,
) -> Result<(), Failure> {
    if events.is_empty() {
        return Ok(());
    }
    let (actor, correlation) = (CONSOLE.to_owned(), Uuid::now_v7());
    let meta = Meta { actor, correlation, causation: None, request: None };
    let events = events.into_iter().map(|event| recording::draft(&Event::from(event), &meta)).collect();
    let commit = Commit { writes: vec![Write { stream, expected, events }], command: None };
    opened.store.append(commit).await?;
    Ok(())
}
