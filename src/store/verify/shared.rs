//! The same walk over a log that answers by the port, such as one in PostgreSQL beside its writers.

use super::Walk;
use crate::store::{Recorded, Store, StoreError, end::End, tree::Tree};
use domain::StreamId;
use std::collections::HashMap;

const PAGE: usize = 2_000;

/// A walk from the first event to the head that was found at its start.
pub struct Walker {
    store: Store,
    total: u64,
    end: End,
    tree: Tree,
    revisions: HashMap<StreamId, u64>,
}

impl Walker {
    /// At the first event.
    pub fn new(store: Store) -> Self {
        let total = *store.head().borrow();
        Self { store, total, end: End::EMPTY, tree: Tree::default(), revisions: HashMap::new() }
    }

    /// How many events there are to walk over.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The next events, checked; none at the end.
    pub async fn page(&mut self) -> Result<Vec<Recorded>, StoreError> {
        let left = usize::try_from(self.total - self.end.position).unwrap_or(PAGE);
        if left == 0 {
            return Ok(vec![]);
        }
        let events = self.store.follow(self.end.position, left.min(PAGE)).await?;
        if events.is_empty() {
            return damaged(self.end.position + 1, "it is missing, and nothing comes after");
        }
        for event in &events {
            self.tree.push(self.end.pass(event)?);
            let revision = self.revisions.entry(event.stream.clone()).or_default();
            *revision += 1;
            if *revision != event.revision {
                return damaged(event.position, "its stream does not go on from where it was");
            }
        }
        Ok(events)
    }

    /// What the walk has come to.
    pub fn walked(&self) -> Walk {
        Walk { position: self.end.position, chain: self.end.chain, root: self.tree.root() }
    }
}

fn damaged<T>(position: u64, what: &str) -> Result<T, StoreError> {
    Err(StoreError::Damaged { position, what: what.to_owned() })
}
