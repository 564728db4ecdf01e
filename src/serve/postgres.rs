//! The ledger in PostgreSQL, beside other processes. Whatever breaks off there begins again by itself.

use super::{CannotStart, Opened};
use crate::{
    app::People,
    clock::Clock,
    follow::postgres::{Follower, agrees},
    proof::head::Origin,
    settings::Database,
    store::{Store, postgres::PostgresStore},
    vault::{Vault, VaultError},
    views::Views,
};
use std::{path::Path, sync::Arc};

/// Opens ledger, keys and read models in one database, or makes them.
pub async fn open(database: &Database, folder: &Path, clock: Clock) -> Result<Opened, CannotStart> {
    let url = database.url().to_owned();
    let store = PostgresStore::open_seen(&url, folder).await?;
    let origin = Origin::of_store(&hex::encode(store.id()))?;
    let store: Store = Arc::new(store);
    let vault = vault(database).await?;
    let (views, session) = Views::open_postgres(&url).await?;
    agrees(&store, &session).await?;
    let (people, views_of) = (Arc::new(People(vault.clone())), views.clone());
    Follower { url, store: store.clone(), views: views_of, clock, people }.start()?;
    Ok(Opened { store, origin, vault, views, copy: None, failed: None })
}

/// The keys in a database. They wait for it in the thread that asks.
pub async fn vault(database: &Database) -> Result<Vault, VaultError> {
    let database = database.clone();
    let open = move || Vault::open_postgres(database.url(), database.master().expose());
    let opened = tokio::task::spawn_blocking(open).await;
    opened.map_err(std::io::Error::other)?
}
