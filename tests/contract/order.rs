//! One order for all: dense positions, the same for every reader, and none of them missed.

use crate::commits::{all, commit, fact, note, positions, queued, revisions, stream, write};
use quittance::store::chain::{GENESIS, Hash, leaf, link};
use quittance::store::{Expected, Store};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

pub const WRITERS: u64 = 64;
/// A store that loses events would let a follower wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many events are written, by `QUITTANCE_EVENTS`: `make test-long` wants a million.
pub fn wanted() -> u64 {
    let asked = std::env::var("QUITTANCE_EVENTS").map_or(20_000, |events| events.parse().unwrap());
    WRITERS * 2 * (asked / WRITERS / 2).max(1)
}

/// Everyone's patience, which grows with what is to be done.
pub fn patience() -> Duration {
    PATIENCE + Duration::from_millis(wanted())
}

pub async fn a_stream_never_written_is_empty(store: Store) {
    assert_eq!(store.read(&stream("note-1"), 0).await.unwrap(), []);
    assert_eq!(store.read(&stream("note-1"), 7).await.unwrap(), []);
    assert_eq!(all(&store).await, []);
    assert_eq!(*store.head().borrow(), 0);
}

pub async fn what_is_answered_is_there(store: Store) {
    let mut head = store.head();
    let appended = store.append(commit([write("note-1", Expected::Empty, &["1", "2"])])).await.unwrap();
    assert_eq!(store.read(&stream("note-1"), 0).await.unwrap(), *appended.events);
    assert_eq!(all(&store).await, *appended.events);
    timeout(PATIENCE, head.wait_for(|head| *head == 2)).await.unwrap().unwrap();
}

pub async fn reading_starts_after_what_was_seen(store: Store) {
    let facts: Vec<String> = (1..=1500).map(|n| n.to_string()).collect();
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let appended = store.append(commit([write("note-1", Expected::Empty, &facts)])).await.unwrap();
    let note_1 = stream("note-1");
    assert_eq!(store.read(&note_1, 1000).await.unwrap(), appended.events[1000..]);
    assert_eq!(store.read(&note_1, 1500).await.unwrap(), []);
    for (after, limit) in [(0, 1), (0, 64), (3, 700), (1490, 1000), (0, 1500), (1499, 1)] {
        let expected = &appended.events[after..appended.events.len().min(after + limit)];
        assert_eq!(store.follow(after as u64, limit).await.unwrap(), expected);
    }
    for beyond in [1500, 1501, u64::MAX] {
        assert_eq!(store.follow(beyond, 10).await.unwrap(), []);
        assert_eq!(store.read(&note_1, beyond).await.unwrap(), []);
    }
    assert_eq!(store.follow(0, 0).await.unwrap(), []);
}

pub async fn every_follower_sees_every_position_once_and_in_order(store: Store) {
    writers_and_followers(&[store]).await;
}

/// Writers and followers spread over all of `stores`, which are doors to one log.
pub async fn writers_and_followers(stores: &[Store]) {
    let (mut followers, mut writers) = (JoinSet::new(), JoinSet::new());
    let mut door = stores.iter().cycle().cloned();
    for limit in [1, 50, 1000] {
        followers.spawn(timeout(patience(), follow(door.next().unwrap(), limit)));
    }
    for writer in 0..WRITERS {
        writers.spawn(write_along(door.next().unwrap(), writer));
    }
    let mut acknowledged: Vec<(u64, Hash)> = writers.join_all().await.into_iter().flatten().collect();
    acknowledged.sort_unstable();
    assert!(acknowledged.iter().map(|(position, _)| *position).eq(1..=wanted()));
    for seen in followers.join_all().await {
        assert!(seen.expect("a follower waits for what never comes") == acknowledged);
    }
}

/// Two events in each commit: one in a stream of the writer's own, one in a series that all share.
async fn write_along(store: Store, writer: u64) -> Vec<(u64, Hash)> {
    let (own, mut written) = (format!("payment-{writer}"), vec![]);
    for revision in 0..wanted() / WRITERS / 2 {
        let expected = if revision == 0 { Expected::Empty } else { Expected::At(revision) };
        let both = [write(&own, expected, &["confirmed"]), write("receipts-a", Expected::Tail, &["issued"])];
        let appended = store.append(commit(both)).await.unwrap();
        // His answer is in the log when he has it, not some time later.
        let own_event = &appended.events[0];
        assert_eq!(store.follow(own_event.position - 1, 1).await.unwrap(), std::slice::from_ref(own_event));
        written.extend(appended.events.iter().map(|event| (event.position, event.chain)));
    }
    written
}

/// Positions with the chains that the content of the events gives.
async fn follow(store: Store, limit: usize) -> Vec<(u64, Hash)> {
    let (mut head, mut seen, mut chain) = (store.head(), vec![], GENESIS);
    while (seen.len() as u64) < wanted() {
        let after = seen.len() as u64;
        head.wait_for(|head| *head > after).await.unwrap();
        let page = store.follow(after, limit).await.unwrap();
        assert!(!page.is_empty() && page.len() <= limit);
        let dense: Vec<u64> = (after + 1..).take(page.len()).collect();
        assert_eq!(positions(&page), dense);
        for event in page {
            chain = link(&chain, &leaf(&event));
            seen.push((event.position, chain));
        }
    }
    seen
}

pub async fn each_event_is_chained_to_the_one_before(store: Store) {
    for nth in 1..=20 {
        let both = [
            write(&format!("note-{nth}"), Expected::Empty, &["1", "2"]),
            write("all", Expected::Tail, &["3"]),
        ];
        store.append(commit(both)).await.unwrap();
    }
    let events = all(&store).await;
    assert_eq!(events.len(), 60);
    let (mut chain, mut time) = (GENESIS, None);
    for event in &events {
        chain = link(&chain, &leaf(event));
        assert_eq!(event.chain, chain, "at position {}", event.position);
        assert!(time <= Some(event.recorded_at));
        time = Some(event.recorded_at);
    }
}

pub async fn two_who_queue_for_one_stream_are_served_in_order(store: Store) {
    let mut events = vec![];
    let in_turn = |revision| match revision {
        0 => commit([write("note-1", Expected::Empty, &["first"])]),
        _ => commit([write("note-1", Expected::At(revision), &["next"])]),
    };
    for append in queued(&store, (0..3).map(in_turn)) {
        events.extend_from_slice(&append.await.unwrap().events);
    }
    assert_eq!(revisions(&events), [1, 2, 3]);
    assert_eq!(positions(&events), [1, 2, 3]);
}

pub async fn a_commit_outlives_the_one_who_asked_for_it(store: Store) {
    let mut head = store.head();
    // Asked, and not waited for: the one who asked is gone.
    drop(queued(&store, [commit([write("note-1", Expected::Empty, &["1"])])]));
    timeout(PATIENCE, head.wait_for(|head| *head == 1)).await.unwrap().unwrap();
    assert_eq!(store.read(&stream("note-1"), 0).await.unwrap().len(), 1);
    assert_eq!(note(&store, "note-1").await.revision, 2);
}

pub async fn what_was_drafted_is_kept_to_the_byte(store: Store) {
    let mut draft = fact("");
    draft.meta = r#"{ "actor" : "é" }"#.as_bytes().to_vec();
    draft.body = (0..=255).collect();
    let mut odd = write("note-'1\" — é", Expected::Empty, &[]);
    odd.events = vec![draft.clone(), fact("")];
    store.append(commit([odd.clone()])).await.unwrap();
    let events = store.read(&odd.stream, 0).await.unwrap();
    let event = &events[0];
    assert_eq!((&event.stream, event.id, event.name.as_str()), (&odd.stream, draft.id, draft.name));
    assert_eq!((&event.meta, &event.body), (&draft.meta, &draft.body));
    assert_eq!(events[1].body, b"");
}
