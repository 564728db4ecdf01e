//! `quittance explain`: the events behind a total, added up again from the ledger.

use super::{say, say_error};
use crate::{
    clock::Clock,
    failure::Failure,
    reports::explain::{Explained, Total},
    settings::Settings,
    store::{Store, StoreError, embedded::EmbeddedStore, postgres::PostgresStore},
};
use chrono::NaiveDate;
use clap::Args;
use projections::takings::Period;
use std::{process::ExitCode, sync::Arc};

/// Lit le registre seul, sans le modifier, à côté du serveur s’il le faut.
#[derive(Args)]
pub struct Explain {
    /// Le premier jour (AAAA-MM-JJ).
    #[arg(long)]
    from: NaiveDate,
    /// Le dernier jour, compris ; le premier seul sans lui.
    #[arg(long)]
    to: Option<NaiveDate>,
    /// total, method:CASH, method:MOBILE_MONEY, provider:FLOOZ, cashier:ID, session:ID, service:ID.
    #[arg(long, default_value = "total", value_parser = total)]
    total: Total,
}

fn total(words: &str) -> Result<Total, String> {
    Total::of(words).ok_or_else(|| format!("« {words} » n’est pas un total"))
}

impl Explain {
    /// 0 if the ledger could be read to its end.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let told = super::runtime().map_err(StoreError::from).map_err(Failure::from).and_then(|runtime| {
            runtime.block_on(async {
                let store: Store = match &settings.database {
                    Some(database) => Arc::new(PostgresStore::open(database.url()).await?),
                    None => Arc::new(EmbeddedStore::open_read_only(&settings.data)?),
                };
                self.tell(store, Clock::new(settings.zone)).await
            })
        });
        match told {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    async fn tell(&self, store: Store, clock: Clock) -> Result<(), Failure> {
        let upto = *store.head().borrow();
        let period = Period { from: self.from, to: self.to.unwrap_or(self.from) };
        let mut explained = Explained::of(store, clock, period, self.total, upto).await?;
        let (mut count, mut sum) = (0_u64, 0_i64);
        while let Some(causes) = explained.next().await? {
            for cause in causes {
                count += 1;
                sum += cause.amount;
                say(format!(
                    "{:>8}  {:<20}  {:<22} {:>14}",
                    cause.position, cause.document, cause.name, cause.amount
                ));
            }
        }
        say(format!("{count} événements jusqu’à la position {upto}, ensemble {sum} FCFA"));
        Ok(())
    }
}
