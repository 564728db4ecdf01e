//! `quittance verify`: walks everything, names the first bad position, exits non-zero.

mod postgres;

use super::{progress::bar, say, say_error};
use crate::{
    app::People,
    clock::Clock,
    proof::head::{Head, Origin},
    settings::Settings,
    store::{StoreError, embedded::EmbeddedStore, verify},
    vault::Vault,
    views::{Skips, ViewsError, compare, files, rebuild},
};
use clap::Args;
use std::{ops::ControlFlow, path::PathBuf, process::ExitCode};

/// Contrôle la chaîne, les suites sans trou, les reçus et les écrans ; peut tourner à côté du serveur.
#[derive(Args)]
pub struct Verify {
    /// Une tête signée, gardée hors de la machine (`quittance head`) : le registre doit la contenir.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Seulement le registre, sans refaire les écrans.
    #[arg(long)]
    ledger_only: bool,
}

/// Why the ledger is not in order.
#[derive(Debug, thiserror::Error)]
pub enum NotInOrder {
    /// The log itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    /// The read models could not be made anew.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// Files.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The head is not ours, or not a head.
    #[error("the head can't be used: {0}")]
    Head(#[from] crate::proof::head::BadHead),
    /// The log is shorter than the head kept outside.
    #[error("the log ends at position {here}, but the head has {head}: the tail was cut off at {here}")]
    Cut {
        /// The log's end.
        here: u64,
        /// The head's size.
        head: u64,
    },
    /// The log has another history than the head kept outside.
    #[error("the log differs from the head at or before position {0}: it was rewritten")]
    Rewritten(u64),
    /// A read model shows something else than the log.
    #[error("read model {table}: {unexplained} rows the log does not give, {missing} rows missing")]
    Differs {
        /// The table.
        table: String,
        /// In use, unexplained.
        unexplained: i64,
        /// Explained, not in use.
        missing: i64,
    },
    /// A read model stopped while it was made anew.
    #[error("read model {name} stops at position {position}: {reason}")]
    Stopped {
        /// Which.
        name: &'static str,
        /// Where.
        position: u64,
        /// Why.
        reason: String,
    },
}

impl Verify {
    /// 0 if everything is in order.
    pub fn run(self, settings: &Settings) -> ExitCode {
        match self.verify(settings) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    fn verify(&self, settings: &Settings) -> Result<(), NotInOrder> {
        if let Some(database) = &settings.database {
            return super::runtime()?.block_on(postgres::verify(self, settings, database));
        }
        let dir = settings.data.as_path();
        let head = self.against.as_ref().map(|file| kept_head(settings, file)).transpose()?;
        let live = files::current(dir)?;
        let anew = dir.join(format!("verify-{}.db", std::process::id()));
        let rebuild = match live.exists() && !self.ledger_only {
            true => {
                let reach = compare::reach(&live)?;
                let clock = Clock::new(settings.zone);
                Some((rebuild::Rebuild::begin(&anew, reach.lead, clock, skips(dir)?)?, reach))
            }
            false => None,
        };
        let outcome = self.walk(settings, rebuild, head, &live, anew.clone());
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", anew.display());
            if std::fs::remove_file(&file).is_err() {
                tracing::debug!(file, "nothing to remove");
            }
        }
        outcome
    }

    fn walk(
        &self,
        settings: &Settings,
        mut rebuild: Option<(rebuild::Rebuild, compare::Reach)>,
        head: Option<Head>,
        live: &std::path::Path,
        anew: PathBuf,
    ) -> Result<(), NotInOrder> {
        let dir = settings.data.as_path();
        let master = settings.master_key.as_ref().map(|key| key.expose());
        let people = People(Vault::open_read_only(dir, master)?);
        let bar = bar("registre");
        let (mut tree, mut seen, mut failed) = (crate::store::tree::Tree::default(), None, None);
        let walk = verify::walk(
            dir,
            &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            },
            &mut |event| {
                if let Some(head) = &head
                    && event.position <= head.size
                {
                    tree.push(crate::store::chain::leaf(event));
                    seen = (event.position == head.size).then(|| (tree.root(), event.chain)).or(seen);
                }
                if let Some((rebuild, _)) = &mut rebuild
                    && let Err(error) = rebuild.take(event.clone(), &people)
                {
                    failed = Some(error);
                    return Ok(ControlFlow::Break(()));
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        bar.finish_and_clear();
        if let Some(error) = failed {
            return Err(error.into());
        }
        if let Some(head) = head {
            agrees(&head, seen, walk.position)?;
        }
        if let Some((rebuild, reach)) = rebuild {
            equal(rebuild, reach, live, &anew, &people)?;
        }
        told(&walk);
        Ok(())
    }
}

/// What was found in order.
fn told(walk: &verify::Walk) {
    say(format!("Registre en ordre jusqu’à la position {}.", walk.position));
    say(format!("Chaîne {}", hex::encode(walk.chain)));
    say(format!("Racine {}", hex::encode(walk.root)));
}

/// What operators told projectors to leave out. A damaged log is told by the walk, which names the place.
fn skips(dir: &std::path::Path) -> Result<Skips, NotInOrder> {
    let Ok(store) = EmbeddedStore::open_read_only(dir) else { return Ok(Skips::default()) };
    Ok(super::runtime()?.block_on(Skips::recorded(&store))?)
}

/// A head that was signed by this hospital's key.
fn kept_head(settings: &Settings, file: &PathBuf) -> Result<Head, NotInOrder> {
    let text = std::fs::read_to_string(file)?;
    let master = settings.master_key.as_ref().map(|key| key.expose());
    let vault = Vault::open_read_only(&settings.data, master)?;
    let store = EmbeddedStore::open_read_only(&settings.data).map(|store| store.id());
    // A damaged log can still name itself: the head's origin is compared with what can be read of it.
    let id = store.or_else(|_| verify::store_id(&settings.data))?;
    let keys: Vec<_> = vault.public_keys().into_values().collect();
    Ok(Head::check(&text, &Origin::of_store(&hex::encode(id))?, &keys)?)
}

fn agrees(head: &Head, seen: Option<([u8; 32], [u8; 32])>, end: u64) -> Result<(), NotInOrder> {
    match seen {
        None if head.size > end => Err(NotInOrder::Cut { here: end, head: head.size }),
        Some((root, chain)) if (root, chain) != (head.root, head.chain) => {
            Err(NotInOrder::Rewritten(head.size))
        }
        None | Some(_) => {
            say(format!("La tête gardée (position {}) est dans le registre.", head.size));
            Ok(())
        }
    }
}

fn equal(
    rebuild: rebuild::Rebuild,
    reach: compare::Reach,
    live: &std::path::Path,
    anew: &std::path::Path,
    people: &People,
) -> Result<(), NotInOrder> {
    if let Some(stopped) = rebuild.end(people)?.stopped().into_iter().next() {
        let (name, position, reason) = (stopped.name, stopped.position, stopped.reason);
        return Err(NotInOrder::Stopped { name, position, reason });
    }
    if reach.least < reach.lead {
        say("Écrans non comparés : l’un d’eux se remplit encore. Démarrez le serveur, puis recommencez.");
        return Ok(());
    }
    match compare::compare(live, anew, reach.lead) {
        Ok(differences) => match differences.into_iter().next() {
            Some(compare::Difference { table, unexplained, missing, .. }) => {
                Err(NotInOrder::Differs { table, unexplained, missing })
            }
            None => {
                say(format!("Écrans égaux au registre à la position {}.", reach.lead));
                Ok(())
            }
        },
        Err(ViewsError::Behind { .. }) => {
            say("Écrans non comparés : le serveur encaisse en ce moment. Recommencez à l’arrêt.");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
