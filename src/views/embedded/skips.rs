//! Events that an operator told one projector to leave out: read from the log itself, so that every
//! rebuild leaves out the same.

use crate::{recording::Read, store::EventStore, store::StoreError};
use domain::{Event, StreamId, projector};
use std::collections::HashSet;

/// Which projector leaves out which position.
#[derive(Clone, Debug, Default)]
pub struct Skips(HashSet<(String, u64)>);

/// What an operator told a projector, as it lies in the log.
pub enum Order {
    /// Leave this one out.
    Skip(String, u64),
    /// Try again.
    Retry(String),
}

impl Skips {
    /// All that the log has.
    pub async fn recorded(store: &dyn EventStore) -> Result<Self, StoreError> {
        let mut skips = Self::default();
        for projector in projections::ALL {
            let name = projector.name();
            for recorded in store.read(&StreamId::projector(name), 0).await? {
                if let Some(Ok(projector::Event::Skipped(fact))) =
                    projector::Event::decode(&recorded.name, &recorded.body)
                {
                    skips.add(name, fact.position);
                }
            }
        }
        Ok(skips)
    }

    /// Remembers one.
    pub fn add(&mut self, projector: &str, position: u64) {
        self.0.insert((projector.to_owned(), position));
    }

    /// Is this event left out there?
    pub fn contains(&self, projector: &str, position: u64) -> bool {
        !self.0.is_empty() && self.0.contains(&(projector.to_owned(), position))
    }
}

impl Order {
    /// An event that is one.
    pub fn of(stream: &StreamId, read: &Read) -> Option<Self> {
        let Event::Projector(event) = &read.event else { return None };
        let (_, name) = stream.as_str().split_once('-')?;
        Some(match event {
            projector::Event::Skipped(fact) => Self::Skip(name.to_owned(), fact.position),
            projector::Event::Retried(_) => Self::Retry(name.to_owned()),
        })
    }
}
