//! The only read path: takes the log in order, from the checkpoint, and moves the read models.
//!
//! 1. Read the events after the checkpoint; the store answers them dense and in commit order.
//! 2. Apply them with the checkpoint in one transaction (`views`).
//! 3. Tell those who wait for their own write.
//! 4. Models that are further behind get a slice; models that were rebuilt beside are put to use.
//! 5. Nothing new: wait for the store's head to move.

pub mod postgres;

use crate::{
    clock::Clock,
    store::Store,
    views::{Batch, Views, beside},
};
use projections::Identities;
use std::{sync::Arc, time::Duration};

/// How many events one transaction takes at most.
const BATCH: usize = 2_000;

/// Starts the thread that moves the read models.
pub fn start(
    store: Store,
    views: Views,
    batch: Batch,
    clock: Clock,
    people: Arc<dyn Identities + Send + Sync>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let follow = move || runtime.block_on(follow(store, views, batch, clock, people));
    std::thread::Builder::new().name("follow".into()).spawn(follow)?;
    Ok(())
}

/// Follows the log until the store's writer is gone.
async fn follow(
    store: Store,
    views: Views,
    mut batch: Batch,
    clock: Clock,
    people: Arc<dyn Identities + Send + Sync>,
) {
    let mut head = store.head();
    loop {
        let wanted = *head.borrow_and_update();
        let caught_up = catch_up(&store, &views, &mut batch, wanted, clock, people.as_ref()).await;
        beside::swap(&store, &views, &mut batch, clock, people.as_ref()).await;
        match caught_up {
            Ok(()) if batch.behind().is_some() => {
                if let Err(error) = fill(&store, &views, &mut batch, clock, people.as_ref()).await {
                    tracing::error!(%error, "a read model could not be filled");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            Ok(()) if batch.is_unclean() => {
                // Somebody reads the log in which an erased name may stand: again in a moment.
                if let Ok(Err(_)) = tokio::time::timeout(Duration::from_secs(1), head.changed()).await {
                    return;
                }
                if let Err(error) = batch.clean() {
                    tracing::error!(%error, "the log of the read models could not be emptied");
                }
            }
            Ok(()) => tokio::select! {
                () = views.beside().woken() => {}
                moved = head.changed() => {
                    if moved.is_err() {
                        return;
                    }
                }
            },
            Err(error) => {
                // The disk may be full or busy: nothing is lost, the same events come again.
                tracing::error!(%error, "read models could not be moved");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// Gives the models that are furthest behind the next slice of their way to the others.
pub async fn fill(
    store: &Store,
    views: &Views,
    batch: &mut Batch,
    clock: Clock,
    people: &dyn Identities,
) -> Result<(), crate::failure::Failure> {
    let Some(behind) = batch.behind() else { return Ok(()) };
    let slice = usize::try_from(batch.next() - behind).unwrap_or(BATCH).min(BATCH);
    batch.apply(&store.follow(behind, slice).await?, clock, people)?;
    views.publish(batch);
    Ok(())
}

/// Moves the read models up to `wanted`.
pub async fn catch_up(
    store: &Store,
    views: &Views,
    batch: &mut Batch,
    wanted: u64,
    clock: Clock,
    people: &dyn Identities,
) -> Result<(), crate::failure::Failure> {
    while batch.next() < wanted {
        let events = store.follow(batch.next(), BATCH).await?;
        if events.is_empty() {
            break;
        }
        batch.apply(&events, clock, people)?;
        views.publish(batch);
        if batch.is_unclean() {
            batch.clean()?;
        }
    }
    Ok(())
}
