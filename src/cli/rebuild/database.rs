//! Read models in PostgreSQL, beside the servers that move them, or instead of them where none runs.

use super::{Mover, Opened};
use crate::{
    app::People,
    clock::Clock,
    failure::Failure,
    follow::postgres as follow,
    settings::Database,
    store::{Store, postgres::PostgresStore},
    views::{Skips, Views, ViewsError, postgres::session::Session},
};
use projections::Identities;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a server may keep us waiting that moves the models.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens ledger, keys and read models, and waits until all models are at the end of the log.
pub async fn open(database: &Database, folder: &Path, clock: Clock) -> Result<Opened, Failure> {
    let store: Store = Arc::new(PostgresStore::open_seen(database.url(), folder).await?);
    let vault = crate::serve::vault(database).await?;
    let (views, session) = Views::open_postgres(database.url()).await?;
    follow::agrees(&store, &session).await?;
    drop(session);
    let (mover, people) = (Mover::Database(database.clone()), Arc::new(People(vault)));
    let mut opened = Opened { store, views, mover, clock, people };
    opened.catch_up().await?;
    Ok(opened)
}

/// Moves the models that nobody else moves, and waits for the others, as far as they go.
pub async fn catch_up(
    database: &Database,
    store: &Store,
    views: &Views,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) -> Result<(), Failure> {
    let (head, begun) = (*store.head().borrow(), Instant::now());
    let mut session = Session::open(database.url()).await?;
    session.honour(Skips::recorded(store.as_ref()).await?);
    loop {
        session.take().await?;
        follow::catch_up(store, views, &mut session, head, clock, people).await?;
        while session.behind().is_some() {
            follow::fill(store, views, &mut session, clock, people).await?;
        }
        let stopped = session.stopped();
        let stands = |name| stopped.iter().any(|stopped| stopped.name == name);
        if session.models().iter().all(|model| model.position >= head || stands(model.name)) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(ViewsError::Behind { wanted: head, reached: session.position() }.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
