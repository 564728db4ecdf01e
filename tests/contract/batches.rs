//! What happens inside one transaction of the embedded engine.
//!
//! A second connection takes SQLite's write lock, so that the writer waits with what it has taken and
//! everything asked for meanwhile comes to lie in one batch.

use crate::commits::{all, commit, is_conflict, note, queued, revisions, stream, told, write};
use quittance::store::embedded::{EmbeddedStore, QUEUE};
use quittance::store::{AppendError, Appended, Commit, Expected, Store, StoreError};
use rusqlite::Connection;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;

type Answer = Result<Appended, AppendError>;

struct Held {
    store: Store,
    lock: Connection,
    dir: TempDir,
}

fn held() -> Held {
    let dir = TempDir::new().unwrap();
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    let lock = Connection::open(dir.path().join("ledger.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    Held { store, lock, dir }
}

impl Held {
    /// Queues the commits in this order, lets the writer go, and gathers the answers.
    async fn answers(&self, commits: Vec<Commit>) -> Vec<Answer> {
        let waiting = queued(&self.store, commits);
        self.lock.execute_batch("COMMIT").unwrap();
        let mut answers = vec![];
        for append in waiting {
            answers.push(append.await);
        }
        answers
    }
}

#[tokio::test]
async fn later_commits_of_a_batch_see_the_earlier_ones() {
    let held = held();
    let twice = commit([write("note-2", Expected::Empty, &["once"])]);
    let answers = held
        .answers(vec![
            commit([write("note-1", Expected::Empty, &["1"])]),
            commit([write("note-1", Expected::At(1), &["2"])]),
            commit([write("note-1", Expected::At(1), &["too late"])]),
            told(1, 1, [write("note-1", Expected::Tail, &["3"])]),
            told(1, 1, [write("note-1", Expected::Tail, &["3"])]),
            told(1, 2, [write("note-1", Expected::Tail, &["3"])]),
            twice.clone(),
            twice,
        ])
        .await;
    let mut answers = answers.into_iter();
    let mut next = || answers.next().unwrap();
    assert_eq!(revisions(&next().unwrap().events), [1]);
    assert_eq!(revisions(&next().unwrap().events), [2]);
    is_conflict(next(), "note-1", 2);
    let (first, second) = (next().unwrap(), next().unwrap());
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(first.events, second.events);
    assert!(matches!(next(), Err(AppendError::KeyReused)));
    let (first, second) = (next().unwrap(), next().unwrap());
    assert_eq!((first.replayed, second.replayed), (false, true));
    assert_eq!(first.events, second.events);
    assert_eq!(all(&held.store).await.len(), 4);
}

/// The engine itself refuses one event of the batch, in the middle of the transaction.
#[tokio::test]
async fn a_commit_that_spoils_the_transaction_fails_alone() {
    let held = held();
    held.lock
        .execute_batch(
            "CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.body = CAST('poison' AS BLOB)
             BEGIN SELECT RAISE(ABORT, 'poison'); END;",
        )
        .unwrap();
    let mut commits: Vec<Commit> =
        (0..300).map(|nth| commit([write(&format!("note-{nth}"), Expected::Empty, &["1", "2"])])).collect();
    commits[100] = commit([
        write("note-a", Expected::Empty, &["sound"]),
        write("note-b", Expected::Empty, &["sound", "poison"]),
    ]);
    // Right only if the poisoned commit has left nothing behind.
    commits[200] =
        commit([write("note-a", Expected::Empty, &["1"]), write("note-b", Expected::Empty, &["1"])]);
    let answers = held.answers(commits).await;
    for (nth, answer) in answers.iter().enumerate() {
        match answer {
            Err(AppendError::Store(error)) => assert!(nth == 100 && error.to_string().contains("poison")),
            Ok(appended) => assert!(nth != 100 && !appended.replayed),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(all(&held.store).await.len(), 299 * 2);
    assert_eq!(held.store.read(&stream("note-a"), 0).await.unwrap().len(), 1);
}

/// Refused at the door, so the others never learn of it.
#[tokio::test]
async fn an_oversized_event_fails_alone() {
    let dir = TempDir::new().unwrap();
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    let mut writers = JoinSet::new();
    for nth in 0..100 {
        let mut write = write("receipts-a", Expected::Tail, &["issued"]);
        if nth == 50 {
            write.events[0].body = vec![b' '; 1024 * 1024 + 1];
        }
        let store = store.clone();
        writers.spawn(async move { (nth, store.append(commit([write])).await) });
    }
    for (nth, answer) in writers.join_all().await {
        assert_eq!(matches!(answer, Err(AppendError::Malformed(_))), nth == 50);
        assert_eq!(answer.is_ok(), nth != 50);
    }
    let receipts = store.read(&stream("receipts-a"), 0).await.unwrap();
    assert_eq!(revisions(&receipts), (1..=99).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_than_the_queue_holds_is_told_that_the_ledger_is_busy() {
    let held = held();
    let asked = QUEUE * 2;
    let issue = || commit([write("receipts-a", Expected::Tail, &["issued"])]);
    let waiting = queued(&held.store, (0..asked).map(|_| issue()));
    held.lock.execute_batch("COMMIT").unwrap();
    let mut busy = 0;
    for append in waiting {
        match append.await {
            Ok(_) => {}
            Err(AppendError::Busy) => busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    // Beside the queue, the writer holds at most one batch.
    assert!((asked - QUEUE - 512..=asked - QUEUE).contains(&busy), "{busy}");
    assert_eq!(note(&held.store, "receipts-a").await.revision, (asked - busy + 1) as u64);
}

#[tokio::test]
async fn what_is_queued_is_written_before_the_store_is_closed() {
    let Held { store, lock, dir } = held();
    let issue = |_| commit([write("receipts-a", Expected::Tail, &["issued"])]);
    drop(queued(&store, (0..10).map(issue)));
    lock.execute_batch("COMMIT").unwrap();
    drop(store);
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    assert_eq!(all(&store).await.len(), 10);
}

/// A constraint that is looked at in COMMIT makes it fail, as a sync that fails does.
#[tokio::test]
async fn after_a_commit_of_unknown_outcome_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    let embedded = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    let (store, mut failed): (Store, _) = (embedded.clone(), embedded.failed());
    let before = note(&store, "note-1").await;
    let lock = Connection::open(dir.path().join("ledger.db")).unwrap();
    lock.execute_batch(
        "CREATE TABLE debts (stream INTEGER REFERENCES streams (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER debt AFTER INSERT ON events WHEN NEW.body = CAST('debt' AS BLOB)
         BEGIN INSERT INTO debts VALUES (-1); END;
         BEGIN IMMEDIATE;",
    )
    .unwrap();
    let one = |body: &str| commit([write(&format!("note-{body}"), Expected::Tail, &[body])]);
    let waiting = queued(&store, [one("sound"), one("debt"), one("sound")]);
    assert_eq!(*failed.borrow(), None);
    lock.execute_batch("COMMIT").unwrap();
    let mut unknown = 0;
    for append in waiting {
        match append.await {
            Ok(appended) => assert_eq!((appended.position(), unknown), (2, 0)),
            Err(AppendError::Unanswered(_)) => unknown += 1,
            Err(AppendError::Store(StoreError::Stopped)) => assert!(unknown > 0),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(unknown > 0);
    assert!(failed.wait_for(Option::is_some).await.unwrap().is_some());
    let late = store.append(one("sound")).await;
    assert!(matches!(late, Err(AppendError::Store(StoreError::Stopped))), "{late:?}");
    // Reading goes on.
    assert_eq!(all(&store).await[0], before);
    let acknowledged = *store.head().borrow();
    drop((store, embedded));
    lock.execute_batch("DROP TRIGGER debt; DROP TABLE debts").unwrap();
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    assert_eq!(note(&store, "note-1").await.position, acknowledged + 1);
}
