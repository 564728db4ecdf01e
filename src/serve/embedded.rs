//! The embedded ledger: files in one folder, one process.

use super::{CannotStart, Opened};
use crate::{
    app::People,
    clock::Clock,
    copy, follow,
    proof::head::Origin,
    settings::Settings,
    store::{EventStore, Store, StoreError, embedded::EmbeddedStore, postgres::SEEN},
    vault::Vault,
    views::{Skips, Views, history},
};
use std::sync::Arc;

/// Opens the files in `settings.data`, or makes them.
pub async fn open(settings: &Settings, clock: Clock) -> Result<Opened, CannotStart> {
    let dir = settings.data.as_path();
    std::fs::create_dir_all(dir)?;
    if dir.join(SEEN).try_exists()? {
        // Money would go into a ledger of this machine's own, and nobody would notice.
        return Err(StoreError::Unsafe(format!(
            "{} belongs to a server on PostgreSQL ({SEEN} is there), and DATABASE_URL is not set",
            dir.display()
        ))
        .into());
    }
    let store = EmbeddedStore::open(dir)?;
    let failed = store.failed();
    let vault = Vault::open(dir, settings.master_key.as_ref().map(|key| key.expose()))?;
    let (views, mut batch) = Views::open(dir)?;
    if let Some(reached) = batch.reached()? {
        history::agrees(reached, store.chain_at(reached.position)?, *store.head().borrow())?;
    }
    batch.honour(Skips::recorded(&store).await?);
    let origin = Origin::of_store(&hex::encode(store.id()))?;
    let store = Arc::new(store);
    let copy = settings.copy.as_deref().map(|to| copy::start(store.clone(), dir, to)).transpose()?;
    let store: Store = store;
    follow::start(store.clone(), views.clone(), batch, clock, Arc::new(People(vault.clone())))?;
    Ok(Opened { store, origin, vault, views, copy, failed: Some(failed) })
}
