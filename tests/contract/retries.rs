//! A commit that is tried again after an unknown outcome, with the ids it had.

use crate::commits::{all, commit, fact, is_conflict, note, write};
use quittance::store::{Commit, Expected, Store};

fn confirmed() -> Commit {
    commit([
        write("receipts-a-2026", Expected::Tail, &["issued"]),
        write("payment-1", Expected::At(1), &["heard", "confirmed"]),
        write("prescription-1", Expected::Empty, &["paid"]),
    ])
}

pub async fn a_retry_is_answered_with_what_was_written(store: Store) {
    note(&store, "payment-1").await;
    let commit = confirmed();
    let first = store.append(commit.clone()).await.unwrap();
    let second = store.append(commit).await.unwrap();
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(second.events, first.events);
    assert_eq!(all(&store).await.len(), 5);
}

pub async fn a_retry_is_known_after_others_have_gone_on(store: Store) {
    note(&store, "payment-1").await;
    let commit = confirmed();
    let first = store.append(commit.clone()).await.unwrap();
    for name in ["payment-1", "receipts-a-2026", "prescription-1", "payment-1"] {
        note(&store, name).await;
    }
    let second = store.append(commit).await.unwrap();
    assert!(second.replayed);
    assert_eq!(second.events, first.events);
    assert_eq!(all(&store).await.len(), 9);
}

pub async fn other_events_at_the_same_place_are_a_conflict(store: Store) {
    note(&store, "payment-1").await;
    let first = confirmed();
    store.append(first.clone()).await.unwrap();
    is_conflict(store.append(confirmed()).await, "payment-1", 3);
    let mut last_differs = first.clone();
    last_differs.writes[2].events[0] = fact("paid");
    is_conflict(store.append(last_differs).await, "payment-1", 3);
    let mut longer = first.clone();
    longer.writes[2].events.push(fact("and more"));
    is_conflict(store.append(longer).await, "payment-1", 3);
    let mut elsewhere = first;
    elsewhere.writes[0].stream = crate::commits::stream("receipts-b-2026");
    is_conflict(store.append(elsewhere).await, "payment-1", 3);
    assert_eq!(all(&store).await.len(), 5);
}
