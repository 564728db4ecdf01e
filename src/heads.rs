//! The ledger's head as it grows, for papers that print it: the tree is kept and only what came since is read.
//!
//! The first paper after a start would wait for the whole log, so a thread of low priority walks it once.

use crate::{
    background,
    proof::head::{Head, Origin},
    store::{Store, StoreError, end::End, tree::Tree},
};
use std::{io, sync::Arc};
use tokio::sync::Mutex;

const PAGE: usize = 1_000;

/// The head up to where somebody last asked.
pub struct Heads {
    store: Store,
    origin: Origin,
    walked: Mutex<(End, Tree)>,
}

impl Heads {
    /// Of a ledger, with nothing walked yet.
    pub fn new(store: Store, origin: Origin) -> Self {
        Self { store, origin, walked: Mutex::new((End::EMPTY, Tree::default())) }
    }

    /// The head at `position`, or a later one where a later one was asked for already. Every event is checked on
    /// the way.
    pub async fn at_least(&self, position: u64) -> Result<Head, StoreError> {
        loop {
            // Let go between two pages: a short way to go is not behind a long one.
            let mut walked = self.walked.lock().await;
            let (end, tree) = &mut *walked;
            if end.position >= position {
                let (origin, root, chain) = (self.origin.clone(), tree.root(), end.chain);
                return Ok(Head { origin, size: tree.size(), root, chain });
            }
            let left = usize::try_from(position - end.position).unwrap_or(PAGE);
            let events = self.store.follow(end.position, left.min(PAGE)).await?;
            if events.is_empty() {
                let what = "it is missing, and nothing comes after".to_owned();
                return Err(StoreError::Damaged { position: end.position + 1, what });
            }
            for event in &events {
                tree.push(end.pass(event)?);
            }
        }
    }

    /// Walks what is there now, beside everything else.
    pub fn walk_ahead(self: &Arc<Self>) -> io::Result<()> {
        let (heads, runtime) = (self.clone(), tokio::runtime::Handle::current());
        background::start("heads", move || {
            let there = *heads.store.head().borrow();
            if let Err(error) = runtime.block_on(heads.at_least(there)) {
                // Whoever wants a head asks again, and is told.
                tracing::error!(%error, "the log could not be walked for its head");
            }
        })?;
        Ok(())
    }
}
