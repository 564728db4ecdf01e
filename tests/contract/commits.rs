//! Short words for commits.

use domain::StreamId;
use quittance::store::{AppendError, Appended, CommandKey, Commit, Draft, Expected, Recorded, Store, Write};
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use uuid::Uuid;

pub fn stream(name: &str) -> StreamId {
    StreamId::named(name)
}

/// An event that no other is equal to.
pub fn fact(body: &str) -> Draft {
    Draft { id: Uuid::now_v7(), name: "noted.v1", meta: b"{}".to_vec(), body: body.as_bytes().to_vec() }
}

pub fn write(name: &str, expected: Expected, facts: &[&str]) -> Write {
    Write { stream: stream(name), expected, events: facts.iter().map(|body| fact(body)).collect() }
}

pub fn commit(writes: impl Into<Vec<Write>>) -> Commit {
    Commit { writes: writes.into(), command: None }
}

pub fn told(key: u8, request: u8, writes: impl Into<Vec<Write>>) -> Commit {
    Commit { writes: writes.into(), command: Some(command(key, request)) }
}

pub fn command(key: u8, request: u8) -> CommandKey {
    CommandKey { key: [key; 32], request: [request; 32] }
}

/// Writes one event to the end of a stream.
pub async fn note(store: &Store, name: &str) -> Recorded {
    let appended = store.append(commit([write(name, Expected::Tail, &["noted"])])).await.unwrap();
    appended.events[0].clone()
}

/// An append that stands in the queue.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Appended, AppendError>> + Send + 'a>>;

/// Asks for the commits in this order, and waits for none of them.
pub fn queued(store: &Store, commits: impl IntoIterator<Item = Commit>) -> Vec<Waiting<'_>> {
    let ask = |commit| {
        let mut append = store.append(commit);
        match append.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => append,
            Poll::Ready(answer) => Box::pin(ready(answer)),
        }
    };
    commits.into_iter().map(ask).collect()
}

/// The whole log.
pub async fn all(store: &Store) -> Vec<Recorded> {
    store.follow(0, usize::MAX).await.unwrap()
}

/// Positions of events, or their revisions: whatever is counted.
pub fn positions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(|event| event.position).collect()
}

pub fn revisions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(|event| event.revision).collect()
}

#[track_caller]
pub fn is_conflict(answer: Result<Appended, AppendError>, name: &str, at: u64) {
    match answer {
        Err(AppendError::Conflict { stream, actual }) => assert_eq!((stream.as_str(), actual), (name, at)),
        other => panic!("a conflict was due, not {other:?}"),
    }
}
