//! What the writer saw is where he writes, or he does not write.

use crate::commits::{commit, is_conflict, note, revisions, stream, write};
use quittance::store::{AppendError, Expected, Store};
use tokio::task::JoinSet;

pub async fn empty_means_that_nothing_was_ever_written(store: Store) {
    note(&store, "other-1").await;
    assert!(store.append(commit([write("note-1", Expected::Empty, &["first"])])).await.is_ok());
    is_conflict(store.append(commit([write("note-1", Expected::Empty, &["again"])])).await, "note-1", 1);
}

pub async fn at_means_this_revision_and_no_other(store: Store) {
    is_conflict(store.append(commit([write("note-1", Expected::At(1), &["early"])])).await, "note-1", 0);
    store.append(commit([write("note-1", Expected::Empty, &["1", "2"])])).await.unwrap();
    for wrong in [1, 3, u64::MAX] {
        is_conflict(store.append(commit([write("note-1", Expected::At(wrong), &["3"])])).await, "note-1", 2);
    }
    let appended = store.append(commit([write("note-1", Expected::At(2), &["3"])])).await.unwrap();
    assert_eq!(revisions(&appended.events), [3]);
}

pub async fn tail_takes_whatever_the_end_is(store: Store) {
    for revision in 1..=3 {
        assert_eq!(note(&store, "receipts-a-2026").await.revision, revision);
    }
}

pub async fn a_conflict_tells_where_the_stream_is(store: Store) {
    for _ in 0..5 {
        note(&store, "note-1").await;
    }
    let late = commit([write("note-2", Expected::Empty, &["1"]), write("note-1", Expected::At(2), &["3"])]);
    is_conflict(store.append(late).await, "note-1", 5);
}

pub async fn of_a_hundred_who_saw_the_same_one_wins(store: Store) {
    let mut writers = JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        writers.spawn(async move {
            store.append(commit([write("payment-1", Expected::Empty, &["confirmed"])])).await
        });
    }
    let mut won = 0;
    for answer in writers.join_all().await {
        match answer {
            Ok(appended) => won += usize::from(!appended.replayed),
            Err(AppendError::Conflict { actual, .. }) => assert_eq!(actual, 1),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(store.read(&stream("payment-1"), 0).await.unwrap().len(), 1);
}

pub async fn numbers_given_at_the_tail_have_no_gap(store: Store) {
    let mut writers = JoinSet::new();
    for writer in 0..64 {
        let store = store.clone();
        writers.spawn(async move {
            for nth in 0..10 {
                // Every third commit loses, and must not take a number with it.
                let expected = if nth % 3 == 2 { Expected::At(99) } else { Expected::Empty };
                let payment = write(&format!("payment-{writer}-{nth}"), expected, &["confirmed"]);
                let receipt = write("receipts-a-2026", Expected::Tail, &["issued"]);
                let answer = store.append(commit([payment, receipt])).await;
                assert_eq!(answer.is_ok(), nth % 3 != 2, "{answer:?}");
            }
        });
    }
    writers.join_all().await;
    let receipts = store.read(&stream("receipts-a-2026"), 0).await.unwrap();
    assert_eq!(revisions(&receipts), (1..=64 * 7).collect::<Vec<_>>());
}
