//! All streams of a commit, or none.

use crate::commits::{all, commit, is_conflict, note, positions, revisions, stream, write};
use quittance::store::commit::LONGEST;
use quittance::store::{AppendError, Commit, Expected, Store};

pub async fn all_streams_of_a_commit_are_written_together(store: Store) {
    let paid = commit([
        write("payment-1", Expected::Empty, &["opened", "confirmed"]),
        write("receipts-a-2026", Expected::Tail, &["issued"]),
    ]);
    let appended = store.append(paid).await.unwrap();
    assert!(!appended.replayed);
    assert_eq!(appended.position(), 3);
    assert_eq!(positions(&appended.events), [1, 2, 3]);
    assert_eq!(revisions(&appended.events), [1, 2, 1]);
    assert_eq!(all(&store).await, *appended.events);
    assert_eq!(store.read(&stream("payment-1"), 0).await.unwrap(), appended.events[..2]);
    assert_eq!(store.read(&stream("receipts-a-2026"), 0).await.unwrap(), appended.events[2..]);
}

pub async fn one_conflict_keeps_all_of_the_commit_out(store: Store) {
    let before = note(&store, "payment-2").await;
    let torn = commit([
        write("payment-1", Expected::Empty, &["opened"]),
        write("payment-2", Expected::Empty, &["opened"]),
        write("receipts-a-2026", Expected::Tail, &["issued"]),
    ]);
    is_conflict(store.append(torn).await, "payment-2", 1);
    assert_eq!(all(&store).await, [before]);
    assert_eq!(store.read(&stream("payment-1"), 0).await.unwrap(), []);
    // What was refused has left no number behind.
    assert_eq!(note(&store, "receipts-a-2026").await.revision, 1);
}

pub async fn a_commit_that_is_refused_is_not_to_be(store: Store) {
    let long = |length| {
        let mut write = write("note-1", Expected::Tail, &["long"]);
        write.events[0].body = vec![b' '; length];
        commit([write])
    };
    let twice = [write("note-1", Expected::Empty, &["one"]), write("note-1", Expected::At(1), &["two"])];
    let malformed: [Commit; 4] =
        [commit([]), commit([write("note-1", Expected::Empty, &[])]), commit(twice), long(LONGEST + 1)];
    for commit in malformed {
        let answer = store.append(commit).await;
        assert!(matches!(answer, Err(AppendError::Malformed(_))), "{answer:?}");
    }
    assert_eq!(all(&store).await, []);
    assert_eq!(store.append(long(LONGEST)).await.unwrap().position(), 1);
}
