//! `quittance replay`: the story of a payment, prescription, till or any stream, event by event.

use super::{say, say_error};
use crate::{
    commands::payments::receipt_number,
    recording,
    settings::Settings,
    store::{Recorded, Store, StoreError, embedded::EmbeddedStore, postgres::PostgresStore},
};
use chrono::{DateTime, Utc};
use clap::Args;
use std::{process::ExitCode, sync::Arc};
use uuid::Uuid;

/// Lit le registre seul, sans le modifier, à côté du serveur s’il le faut.
#[derive(Args)]
pub struct Replay {
    /// L’identifiant d’un paiement, d’une prescription, d’une caisse, ou un nom de flux complet.
    id: String,
    /// S’arrête à cette position du registre.
    #[arg(long)]
    position: Option<u64>,
    /// S’arrête à cet instant (RFC 3339).
    #[arg(long)]
    at: Option<DateTime<Utc>>,
    /// Une ligne JSON par événement.
    #[arg(long)]
    json: bool,
}

impl Replay {
    /// 1 if there is nothing of that name, or the log can't be read.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let told = super::runtime().map_err(StoreError::from).and_then(|runtime| {
            runtime.block_on(async {
                let store: Store = match &settings.database {
                    Some(database) => Arc::new(PostgresStore::open(database.url()).await?),
                    None => Arc::new(EmbeddedStore::open_read_only(&settings.data)?),
                };
                self.tell(&store).await
            })
        });
        match told {
            Ok(0) => {
                say_error(format!("rien dans le registre au nom de {}", self.id));
                ExitCode::FAILURE
            }
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    /// Tells all events that belong to the id: its own stream's, and those of what it set going.
    async fn tell(&self, store: &Store) -> Result<usize, StoreError> {
        let end = *store.head().borrow();
        let upto = self.position.unwrap_or(end).min(end);
        let (mut after, mut told) = (0, 0);
        while after < upto {
            let events = store.follow(after, 1_000).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            for event in events.iter().filter(|event| event.position <= upto) {
                if self.at.is_some_and(|at| event.recorded_at > at) {
                    return Ok(told);
                }
                if self.concerns(event) {
                    self.line(event);
                    told += 1;
                }
            }
        }
        Ok(told)
    }

    /// Its own stream, an event that names it, or one that it set going.
    fn concerns(&self, event: &Recorded) -> bool {
        let parsed = self.id.parse::<Uuid>();
        let id = parsed.as_ref().map_or_else(|_| self.id.clone(), Uuid::to_string);
        let stream = event.stream.as_str();
        // A whole id: part of one would tell other people's stories too.
        if stream == id || stream.split_once('-').is_some_and(|(_, rest)| rest == id) {
            return true;
        }
        if parsed.is_err() {
            return false;
        }
        let quoted = format!("\"{id}\"");
        contains(&event.body, quoted.as_bytes()) || contains(&event.meta, quoted.as_bytes())
    }

    fn line(&self, event: &Recorded) {
        let body = String::from_utf8_lossy(&event.body);
        if self.json {
            say(format!(
                "{{\"position\":{},\"stream\":\"{}\",\"revision\":{},\"name\":\"{}\",\"recordedAt\":\"{}\",\"body\":{body}}}",
                event.position,
                event.stream,
                event.revision,
                event.name,
                event.recorded_at.to_rfc3339(),
            ));
            return;
        }
        let by = recording::read(event).map_or_else(|why| why.to_string(), |read| read.meta.actor);
        let receipt = receipt_number(event.stream.as_str(), event.revision);
        let receipt = receipt.map(|number| format!("  reçu {number}")).unwrap_or_default();
        say(format!(
            "{:>8}  {}  {:<36} {} r{}  par {by}{receipt}",
            event.position,
            event.recorded_at.format("%Y-%m-%d %H:%M:%S%.3f"),
            event.name,
            event.stream,
            event.revision,
        ));
        say(format!("          {body}"));
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
