//! Between meaning and bytes: [`Event`]s on one side, what the store keeps on the other.

use crate::store::{Draft, Recorded};
use domain::{Event, Meta, event::Unreadable};
use uuid::Uuid;

/// A stored event, read back.
#[derive(Clone, Debug)]
pub struct Read {
    /// The fact.
    pub event: Event,
    /// Who and why.
    pub meta: Meta,
}

/// The reader met an event that it can't read, and stops there.
#[derive(Clone, Debug, thiserror::Error)]
#[error("event {position}: {why}")]
pub struct Stopped {
    /// Where.
    pub position: u64,
    /// What is wrong with it.
    pub why: Unreadable,
}

/// An event about to be written; its id is drawn here, once.
pub fn draft(event: &Event, meta: &Meta) -> Draft {
    Draft {
        id: Uuid::now_v7(),
        name: event.name(),
        // Text, ids: nothing in it can fail to become JSON.
        meta: serde_json::to_vec(meta).unwrap_or_default(),
        body: event.encode(),
    }
}

/// The meaning of a stored event.
pub fn read(recorded: &Recorded) -> Result<Read, Stopped> {
    let stopped = |why| Stopped { position: recorded.position, why };
    let event = Event::decode(&recorded.name, &recorded.body).map_err(stopped)?;
    let meta = serde_json::from_slice(&recorded.meta)
        .map_err(|e| stopped(Unreadable::Shape("meta".into(), e.to_string())))?;
    Ok(Read { event, meta })
}
