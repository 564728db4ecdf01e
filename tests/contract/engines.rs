//! The engines under test, each over files of its own that go away with it.

use crate::cluster;
use quittance::store::Store;
use quittance::store::embedded::EmbeddedStore;
use quittance::store::memory::MemoryStore;
use quittance::store::postgres::PostgresStore;
use std::sync::Arc;
use tempfile::TempDir;

/// Fields are dropped in this order: first the store, then what it lies in.
pub struct Opened {
    pub store: Store,
    _dir: Option<TempDir>,
}

pub async fn memory() -> Opened {
    Opened { store: Arc::new(MemoryStore::default()), _dir: None }
}

pub async fn embedded() -> Opened {
    let dir = TempDir::new().unwrap();
    Opened { store: Arc::new(EmbeddedStore::open(dir.path()).unwrap()), _dir: Some(dir) }
}

pub async fn postgres() -> Opened {
    let store = PostgresStore::open(&cluster::fresh().await).await.unwrap();
    Opened { store: Arc::new(store), _dir: None }
}
