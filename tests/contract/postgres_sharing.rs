//! Several processes on one database: here, several stores with sessions of their own.

use crate::cluster;
use crate::commits::{all, commit, is_conflict, note, positions, queued, revisions, stream, told, write};
use crate::order::{patience, writers_and_followers};
use quittance::store::end::{End, now};
use quittance::store::postgres::PostgresStore;
use quittance::store::{AppendError, Expected, Store, StoreError};
use sqlx::{Connection, Executor, PgConnection};
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::timeout;

pub async fn open(url: &str) -> Store {
    Arc::new(PostgresStore::open(url).await.unwrap())
}

pub async fn session(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// A session that holds the head, as a process does that was stopped in the middle of a batch.
pub async fn holding(url: &str) -> PgConnection {
    let mut session = session(url).await;
    session.execute("BEGIN; SELECT FROM ledger.log_head FOR UPDATE").await.unwrap();
    session
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_write_one_dense_log() {
    let url = cluster::fresh().await;
    writers_and_followers(&[open(&url).await, open(&url).await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_may_open_a_new_database_at_once() {
    let url = cluster::fresh().await;
    let mut starts = JoinSet::new();
    for _ in 0..8 {
        let url = url.clone();
        starts.spawn(async move { PostgresStore::open(&url).await.unwrap().id() });
    }
    let ids = starts.join_all().await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_ne!(ids[0], [0; 16]);
}

/// What this store remembers of a stream is worth nothing once another has written to it.
#[tokio::test]
async fn what_another_has_written_is_seen_before_it_is_decided() {
    let url = cluster::fresh().await;
    let (one, other) = (open(&url).await, open(&url).await);
    let first = commit([write("note-1", Expected::Empty, &["1"])]);
    one.append(first.clone()).await.unwrap();
    other.append(commit([write("note-1", Expected::At(1), &["2"])])).await.unwrap();
    is_conflict(one.append(commit([write("note-1", Expected::At(1), &["late"])])).await, "note-1", 2);
    one.append(commit([write("note-1", Expected::At(2), &["3"])])).await.unwrap();
    other.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap();
    let again = one.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap();
    assert!(again.replayed && again.position() == 4);
    let reused = one.append(told(1, 2, [write("till-9", Expected::Empty, &["opened"])])).await;
    assert!(matches!(reused, Err(AppendError::KeyReused)), "{reused:?}");
    assert!(other.append(first).await.unwrap().replayed);
    assert_eq!(note(&other, "note-1").await.revision, 4);
    assert_eq!(positions(&all(&one).await), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn who_can_not_have_the_head_says_that_nothing_was_written() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    note(&store, "note-1").await;
    let mut holder = holding(&url).await;
    let late = commit([write("note-2", Expected::Empty, &["late"])]);
    let answer = store.append(late.clone()).await;
    assert!(matches!(answer, Err(AppendError::Store(StoreError::Unavailable(_)))), "{answer:?}");
    // Reading goes on meanwhile.
    assert_eq!(all(&store).await.len(), 1);
    holder.execute("ROLLBACK").await.unwrap();
    assert_eq!(note(&store, "note-1").await.position, 2);
    assert_eq!(store.read(&stream("note-2"), 0).await.unwrap(), []);
    assert!(!store.append(late).await.unwrap().replayed);
}

#[tokio::test]
async fn when_the_one_who_stalled_has_lost_the_head_the_others_go_on() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    note(&store, "note-1").await;
    let mut stalled = session(&url).await;
    stalled.execute("SET idle_in_transaction_session_timeout = '1s'").await.unwrap();
    stalled.execute("BEGIN; SELECT FROM ledger.log_head FOR UPDATE").await.unwrap();
    assert_eq!(note(&store, "note-1").await.position, 2);
    assert!(stalled.execute("COMMIT").await.is_err());
}

/// It has written, so it holds back every vacuum, and it holds a snapshot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_transaction_elsewhere_holds_nothing_up() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let mut idle = session(&url).await;
    idle.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TABLE mine (); SELECT * FROM ledger.events")
        .await
        .unwrap();
    let mut head = store.head();
    let issue = |_| commit([write("receipts-a", Expected::Tail, &["issued"])]);
    for append in queued(&store, (0..2000).map(issue)) {
        append.await.unwrap();
    }
    timeout(patience(), head.wait_for(|head| *head == 2000)).await.unwrap().unwrap();
    assert_eq!(all(&store).await.len(), 2000);
    idle.execute("ROLLBACK").await.unwrap();
}

/// A process that appends and notifies nobody.
#[tokio::test]
async fn what_nobody_was_told_of_is_found_by_looking() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let (mut end, name) = (End::EMPTY, stream("note-1"));
    let event = end.record(&name, 1, &crate::commits::fact("quiet"), now());
    let none: &[&[u8]] = &[];
    let written: bool =
        sqlx::query_scalar("SELECT ledger.append(0, '', $1, $2, $3, $4, $5, $6, $7, $8, $9, $9, '{}', '{}')")
            .bind(event.recorded_at.timestamp_micros())
            .bind(&[name.as_str()][..])
            .bind(&[1_i64][..])
            .bind(&[&event.id.as_bytes()[..]][..])
            .bind(&[event.name.as_str()][..])
            .bind(&[&event.meta[..]][..])
            .bind(&[&event.body[..]][..])
            .bind(&[&event.chain[..]][..])
            .bind(none)
            .fetch_one(&mut session(&url).await)
            .await
            .unwrap();
    assert!(written);
    timeout(patience(), store.head().wait_for(|head| *head == 1)).await.unwrap().unwrap();
    assert_eq!(all(&store).await, [event]);
    assert_eq!(revisions(&[note(&store, "note-1").await]), [2]);
}
