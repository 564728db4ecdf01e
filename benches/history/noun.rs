//! A stream as far as it is known here, and the commits that go on where it ends.

use domain::{Event, Meta, StreamId};
use quittance::{
    execute::load::Folded,
    recording::{draft, read},
    store::{CommandKey, Commit, EventStore, Expected, Write, embedded::EmbeddedStore},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The state of one stream and where it ends.
pub struct Noun<S> {
    pub state: S,
    stream: StreamId,
    revision: u64,
}

impl<S: Folded> Noun<S> {
    /// A stream that nobody has written to.
    pub fn new(stream: StreamId) -> Self {
        Self { state: S::default(), stream, revision: 0 }
    }

    /// What the ledger has of it.
    pub async fn load(store: &EmbeddedStore, stream: StreamId) -> Self {
        let mut noun = Self::new(stream);
        for recorded in store.read(&noun.stream, 0).await.unwrap() {
            noun.state = noun.state.fold(&read(&recorded).unwrap().event);
            noun.revision = recorded.revision;
        }
        noun
    }
}

/// What one command, or one answer of a provider, writes.
pub struct Step {
    meta: Meta,
    commit: Commit,
}

impl Step {
    /// A provider told something.
    pub fn told(correlation: Uuid) -> Self {
        let meta = Meta { actor: "quittance".into(), correlation, causation: None, request: None };
        Self { meta, commit: Commit { writes: vec![], command: None } }
    }

    /// A user asked for it, with an Idempotency-Key.
    pub fn asked(actor: Uuid, correlation: Uuid) -> Self {
        let mut step = Self::told(correlation);
        let request = Uuid::now_v7();
        let hash = |what: &[u8]| Sha256::new().chain_update(request).chain_update(what).finalize().into();
        step.meta.actor = actor.to_string();
        step.meta.request = Some(request.to_string());
        step.commit.command = Some(CommandKey { key: hash(b"key"), request: hash(b"content") });
        step
    }

    /// Adds a noun's events, which are true of it from now on.
    #[must_use]
    pub fn write<S: Folded, E: Into<Event>>(mut self, noun: &mut Noun<S>, events: Vec<E>) -> Self {
        let expected = if noun.revision == 0 { Expected::Empty } else { Expected::At(noun.revision) };
        for event in events {
            let event = event.into();
            noun.state = std::mem::take(&mut noun.state).fold(&event);
            noun.revision += 1;
            self.add(&noun.stream, expected, &event);
        }
        self
    }

    /// Adds an event of a series, wherever that ends.
    #[must_use]
    pub fn number(mut self, series: &StreamId, event: impl Into<Event>) -> Self {
        self.add(series, Expected::Tail, &event.into());
        self
    }

    fn add(&mut self, stream: &StreamId, expected: Expected, event: &Event) {
        let drafted = draft(event, &self.meta);
        match self.commit.writes.last_mut().filter(|write| write.stream == *stream) {
            Some(write) => write.events.push(drafted),
            None => {
                let (stream, events) = (stream.clone(), vec![drafted]);
                self.commit.writes.push(Write { stream, expected, events });
            }
        }
    }

    pub fn commit(self) -> Commit {
        self.commit
    }
}
