//! Sessions and servers that die under load. Who has an answer finds his commit once; who has none, or
//! was told that nobody knows, finds it once or not at all and may ask again with the same ids.

use crate::cluster::{self, Cluster};
use crate::commits::{all, commit, stream, told, write};
use crate::order::patience;
use crate::postgres_sharing::{open, session};
use domain::StreamId;
use quittance::store::{AppendError, Commit, Expected, Recorded, Store, StoreError};
use sqlx::Executor;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::timeout;

const WRITERS: usize = 32;
const COMMITS: u64 = 40;
const FAULTS: u64 = 6;

/// Asks until there is an answer. What was said not to be written must not be found as a replay.
async fn insist(store: &Store, commit: Commit) -> Vec<Recorded> {
    let mut may_be_there = false;
    loop {
        match store.append(commit.clone()).await {
            Ok(appended) => return appended.events.to_vec(),
            Err(AppendError::Unanswered(StoreError::Unavailable(_))) => may_be_there = true,
            Err(AppendError::Store(StoreError::Unavailable(_))) => {
                let there = store_read(store, &commit.writes[0].stream).await;
                let ids: HashSet<_> = there.iter().map(|event| event.id).collect();
                let written = commit.drafts().any(|(_, draft)| ids.contains(&draft.id));
                assert!(may_be_there || !written, "it was said that nothing was written");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn store_read(store: &Store, stream: &StreamId) -> Vec<Recorded> {
    loop {
        match store.read(stream, 0).await {
            Ok(events) => return events,
            Err(StoreError::Unavailable(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn write_on(store: Store, writer: usize) -> Vec<Recorded> {
    let (own, mut written) = (format!("payment-{writer}"), vec![]);
    for revision in 0..COMMITS {
        let expected = if revision == 0 { Expected::Empty } else { Expected::At(revision) };
        let both = [write(&own, expected, &["confirmed"]), write("receipts-a", Expected::Tail, &["issued"])];
        written.extend(insist(&store, commit(both)).await);
    }
    written
}

/// Numbers alone, known by their command's key.
async fn number_on(store: Store, writer: usize) -> Vec<Recorded> {
    let mut written = vec![];
    for nth in 0..COMMITS {
        let mut issue = told(0, 0, [write("receipts-b", Expected::Tail, &["issued"])]);
        let key = issue.command.as_mut().unwrap();
        key.key[..16].copy_from_slice(&[(writer as u64).to_be_bytes(), nth.to_be_bytes()].concat());
        written.extend(insist(&store, issue).await);
    }
    written
}

/// Numbers alone that nothing can find again: how many are certain, and of how many nobody knows.
async fn gamble(store: Store) -> (usize, usize) {
    let (mut certain, mut unknown) = (0, 0);
    for _ in 0..COMMITS {
        match store.append(commit([write("receipts-c", Expected::Tail, &["issued"])])).await {
            Ok(_) => certain += 1,
            Err(AppendError::Unanswered(_)) => unknown += 1,
            Err(AppendError::Store(StoreError::Unavailable(_))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    (certain, unknown)
}

/// Runs all of them while `fault` strikes, each time after the log has grown.
async fn under_fault<F: AsyncFnMut()>(store: Store, mut fault: F) {
    let (mut writers, mut gamblers) = (JoinSet::new(), JoinSet::new());
    for writer in 0..WRITERS {
        writers.spawn(write_on(store.clone(), writer));
        writers.spawn(number_on(store.clone(), writer));
        gamblers.spawn(gamble(store.clone()));
    }
    let (mut head, all_in_all) = (store.head(), WRITERS as u64 * COMMITS * 3);
    for nth in 1..=FAULTS {
        let grown = all_in_all * nth / (FAULTS + 1);
        timeout(patience(), head.wait_for(|head| *head >= grown)).await.unwrap().unwrap();
        fault().await;
    }
    let mut written: Vec<Recorded> = writers.join_all().await.into_iter().flatten().collect();
    let (certain, unknown) =
        gamblers.join_all().await.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!(written.len() as u64, all_in_all);
    let events = all(&store).await;
    let drawn = events.iter().filter(|event| event.stream == stream("receipts-c")).count();
    assert!((certain..=certain + unknown).contains(&drawn), "{certain} to {}: {drawn}", certain + unknown);
    written.sort_by_key(|event| event.position);
    let found = events.iter().filter(|event| event.stream != stream("receipts-c"));
    assert!(found.eq(written.iter()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writing_session_is_ended_again_and_again() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let mut administrator = session(&url).await;
    let ended = Arc::new(std::sync::atomic::AtomicI64::new(0));
    under_fault(store, async || {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'quittance'
                AND (query LIKE '%ledger.append(%' OR query IN ('COMMIT') OR query LIKE 'BEGIN%')";
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut administrator).await.unwrap();
        ended.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
    })
    .await;
    assert!(ended.load(std::sync::atomic::Ordering::Relaxed) > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_killed_and_comes_back() {
    let cluster = Arc::new(Cluster::start());
    let store = open(&cluster.database().await).await;
    under_fault(store, async || {
        let cluster = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || (cluster.kill(), cluster.up())).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_is_told_of_and_found_again() {
    let cluster = Cluster::start();
    let store = open(&cluster.database().await).await;
    let first = crate::commits::note(&store, "note-1").await;
    cluster.down();
    // The first to ask may meet the session that was lost, and learn that nobody knows.
    let gamble = store.append(commit([write("note-9", Expected::Empty, &["missed"])])).await;
    assert!(matches!(gamble, Err(AppendError::Unanswered(_) | AppendError::Store(_))), "{gamble:?}");
    let missed = commit([write("note-2", Expected::Empty, &["missed"])]);
    let answer = store.append(missed.clone()).await;
    assert!(matches!(answer, Err(AppendError::Store(StoreError::Unavailable(_)))), "{answer:?}");
    assert!(matches!(store.follow(0, 10).await, Err(StoreError::Unavailable(_))));
    cluster.up();
    // Nothing was kept back to be written later.
    assert_eq!(all(&store).await, [first]);
    assert!(!store.append(missed).await.unwrap().replayed);
    // The tasks that look and listen have found it again too.
    let other = open(&cluster.url("test_0")).await;
    other.append(commit([write("note-3", Expected::Empty, &["new"])])).await.unwrap();
    timeout(patience(), store.head().wait_for(|head| *head == 3)).await.unwrap().unwrap();
    session(&cluster.url("test_0")).await.execute("SELECT 1").await.unwrap();
}
