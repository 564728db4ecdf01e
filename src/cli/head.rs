//! `quittance head`: the ledger's signed head, to be kept outside the machine.

use super::{progress::bar, say, say_error, verify::NotInOrder};
use crate::{
    proof::head::{self, Origin},
    settings::{Database, Settings},
    store::{
        embedded::EmbeddedStore,
        postgres::PostgresStore,
        verify::{self, Walk, shared::Walker},
    },
    vault::Vault,
};
use clap::Args;
use std::{path::PathBuf, process::ExitCode, sync::Arc};

/// Le texte (checkpoint C2SP) prouve plus tard que rien n’a été coupé ni réécrit : `verify --against`.
#[derive(Args)]
pub struct Head {
    /// Le fichier à écrire ; sinon la tête est affichée.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Head {
    /// 0 if the whole log is in order up to its head.
    pub fn run(self, settings: &Settings) -> ExitCode {
        match self.signed(settings) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    fn signed(&self, settings: &Settings) -> Result<(), NotInOrder> {
        let (vault, id, walk) = match &settings.database {
            Some(database) => super::runtime()?.block_on(walk_shared(database))?,
            None => walk_embedded(settings)?,
        };
        let origin = Origin::of_store(&hex::encode(id))?;
        let head = head::Head { origin, size: walk.position, root: walk.root, chain: walk.chain };
        let text = head.sign(&vault.signer());
        match &self.out {
            Some(file) => std::fs::write(file, text)?,
            None => say(text),
        }
        Ok(())
    }
}

fn walk_embedded(settings: &Settings) -> Result<(Vault, [u8; 16], Walk), NotInOrder> {
    let dir = settings.data.as_path();
    let vault = Vault::open_read_only(dir, settings.master_key.as_ref().map(|key| key.expose()))?;
    let (id, bar) = (EmbeddedStore::open_read_only(dir)?.id(), bar("registre"));
    let walk = verify::verify(dir, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok((vault, id, walk))
}

async fn walk_shared(database: &Database) -> Result<(Vault, [u8; 16], Walk), NotInOrder> {
    let store = PostgresStore::open(database.url()).await?;
    let (vault, id, bar) = (crate::serve::vault(database).await?, store.id(), bar("registre"));
    let mut walker = Walker::new(Arc::new(store));
    bar.set_length(walker.total());
    while !walker.page().await?.is_empty() {
        bar.set_position(walker.walked().position);
    }
    bar.finish_and_clear();
    Ok((vault, id, walker.walked()))
}
