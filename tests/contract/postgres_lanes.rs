//! Two batches on their way at once: the second was decided as if the first were written.

use crate::cluster;
use crate::commits::{Waiting, all, commit, is_conflict, note, positions, queued, stream, told, write};
use crate::order::patience;
use crate::postgres_sharing::{holding, open, session};
use quittance::store::end::{End, now};
use quittance::store::{AppendError, Appended, Commit, Expected, Recorded, Store, StoreError};
use sqlx::{Executor, PgConnection};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// So many that wait together go by halves.
const MANY: u8 = 80;
const HALF: usize = MANY as usize / 2;
const ON_THEIR_WAY: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock' AND query LIKE '%ledger.append(%'";
const END_THE_FIRST: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'SELECT ledger.append(%' ORDER BY query_start LIMIT 1";

/// Each with a key, to the end of one stream.
fn issue(nth: u8) -> Commit {
    told(nth, 0, [write("receipts-a", Expected::Tail, &["issued"])])
}

/// Until so many batches wait at the head.
async fn sent(watcher: &mut PgConnection, batches: i64) {
    let begun = Instant::now();
    loop {
        let waiting: i64 = sqlx::query_scalar(ON_THEIR_WAY).fetch_one(&mut *watcher).await.unwrap();
        if waiting == batches {
            return;
        }
        assert!(begun.elapsed() < patience(), "{waiting} instead of {batches} wait at the head");
        tokio::task::yield_now().await;
    }
}

async fn answers(appends: Vec<Waiting<'_>>) -> Vec<Result<Appended, AppendError>> {
    let mut answers = vec![];
    for append in appends {
        answers.push(append.await);
    }
    answers
}

fn places(answers: &[Result<Appended, AppendError>]) -> Vec<u64> {
    answers.iter().map(|answer| answer.as_ref().unwrap().position()).collect()
}

/// A store that has written, a session that holds its head, and one that looks on.
async fn held() -> (Store, PgConnection, PgConnection) {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    note(&store, "receipts-a").await;
    (store, holding(&url).await, session(&url).await)
}

/// What another process writes in the transaction in which it holds the head.
async fn write_elsewhere(holder: &mut PgConnection, before: &Recorded, events: usize) {
    let (mut end, name) = (End::after(before), stream("receipts-a"));
    for nth in 0..events {
        let (at, chain) = (end.position as i64, end.chain);
        let event =
            end.record(&name, before.revision + 1 + nth as u64, &crate::commits::fact("other"), now());
        let sql = "SELECT ledger.append($1, $2, $3, ARRAY['receipts-a'], ARRAY[$4::bigint], ARRAY[$5::bytea],
            ARRAY['noted.v1'], ARRAY[$6::bytea], ARRAY[$7::bytea], ARRAY[$8::bytea], '{}', '{}', '{}', '{}')";
        let written: bool = sqlx::query_scalar(sql)
            .bind(at)
            .bind(&chain[..])
            .bind(event.recorded_at.timestamp_micros())
            .bind(event.revision as i64)
            .bind(&event.id.as_bytes()[..])
            .bind(&event.meta[..])
            .bind(&event.body[..])
            .bind(&event.chain[..])
            .fetch_one(&mut *holder)
            .await
            .unwrap();
        assert!(written);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_are_written_in_the_order_of_the_queue() {
    let (store, mut holder, mut watcher) = held().await;
    let appends = queued(&store, (0..MANY).map(issue));
    sent(&mut watcher, 2).await;
    holder.execute("ROLLBACK").await.unwrap();
    let answers = answers(appends).await;
    assert_eq!(places(&answers), (2..=u64::from(MANY) + 1).collect::<Vec<_>>());
    assert_eq!(all(&store).await.len(), 1 + usize::from(MANY));
}

/// The log then is as long as the second batch expects, and holds something else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_events_of_another_are_not_taken_for_the_batch_ahead() {
    let (store, mut holder, mut watcher) = held().await;
    let first = all(&store).await.remove(0);
    let appends = queued(&store, (0..MANY).map(issue));
    sent(&mut watcher, 2).await;
    write_elsewhere(&mut holder, &first, HALF).await;
    holder.execute("COMMIT").await.unwrap();
    let answers = answers(appends).await;
    let (events, first) = (all(&store).await, HALF as u64 + 2);
    assert_eq!(places(&answers), (first..first + u64::from(MANY)).collect::<Vec<_>>());
    assert_eq!(positions(&events), (1..first + u64::from(MANY)).collect::<Vec<_>>());
    assert!(events[1..=HALF].iter().all(|event| event.body == b"other"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_writes_nothing_when_the_first_is_cut_off() {
    let (store, mut holder, mut watcher) = held().await;
    let appends = queued(&store, (0..MANY).map(issue));
    sent(&mut watcher, 2).await;
    let ended: bool = sqlx::query_scalar(END_THE_FIRST).fetch_one(&mut watcher).await.unwrap();
    assert!(ended);
    sent(&mut watcher, 1).await;
    holder.execute("ROLLBACK").await.unwrap();
    let answers = answers(appends).await;
    let mut places = places(&answers);
    places.sort_unstable();
    assert_eq!(places, (2..=u64::from(MANY) + 1).collect::<Vec<_>>());
    assert_eq!(all(&store).await.len(), 1 + usize::from(MANY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_loses_to_a_commit_on_its_way_is_told_so_once_that_is_written() {
    let (store, mut holder, mut watcher) = held().await;
    let wanted = |nth| told(nth, 0, [write("note-1", Expected::Empty, &["mine"])]);
    let winner = wanted(100);
    let others = (0..MANY - 3).map(issue);
    let queue = [winner.clone()].into_iter().chain(others).chain([wanted(101), winner]);
    let appends = queued(&store, queue);
    // The second can't be decided before the first is there, however long that takes.
    sent(&mut watcher, 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    sent(&mut watcher, 1).await;
    holder.execute("ROLLBACK").await.unwrap();
    let mut answers = answers(appends).await;
    let again = answers.pop().unwrap().unwrap();
    assert!(again.replayed && again.position() == 2);
    is_conflict(answers.pop().unwrap(), "note-1", 1);
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|appended| !appended.replayed)));
    assert_eq!(all(&store).await.len(), 1 + answers.len());
}

/// The session that is lost is not the one that writes, so what was remembered is still true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_lost_beside_a_batch_on_its_way_makes_no_false_conflict() {
    let url = cluster::fresh().await;
    let (store, mut watcher) = (open(&url).await, session(&url).await);
    note(&store, "note-1").await;
    for answer in answers(queued(&store, (0..MANY).map(issue))).await {
        answer.unwrap();
    }
    let mut holder = holding(&url).await;
    let ahead = queued(&store, [commit([write("note-1", Expected::At(1), &["second"])])]);
    sent(&mut watcher, 1).await;
    // Longer than a session is trusted without being asked.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let idle =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'quittance' AND state = 'idle' AND query LIKE 'SELECT ledger.append(%'";
    let ended: i64 = sqlx::query_scalar(idle).fetch_one(&mut watcher).await.unwrap();
    assert_eq!(ended, 1, "the second lane's session");
    let behind = [commit([write("note-1", Expected::At(2), &["third"])])];
    let behind = queued(&store, behind.into_iter().chain((100..120).map(issue)));
    sent(&mut watcher, 2).await;
    holder.execute("ROLLBACK").await.unwrap();
    assert!(answers(ahead).await.iter().chain(&answers(behind).await).all(Result::is_ok));
    assert_eq!(note(&store, "note-1").await.revision, 4);
}

/// The server process behind the session is stopped; nobody has closed the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_falls_silent_while_a_stream_is_looked_up_holds_nobody_up_for_long() {
    let url = cluster::fresh().await;
    let (store, mut watcher) = (open(&url).await, session(&url).await);
    for _ in 0..4 {
        note(&store, "note-1").await;
    }
    let writing = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
        AND query LIKE 'SELECT ledger.append(%'";
    let pid: i32 = sqlx::query_scalar(writing).fetch_one(&mut watcher).await.unwrap();
    let signal = |name: &str| Command::new("kill").args([name, &pid.to_string()]).status().unwrap();
    assert!(signal("-STOP").success());
    let unknown = timeout(patience(), store.append(commit([write("note-2", Expected::Tail, &["x"])]))).await;
    assert!(signal("-CONT").success());
    let unknown = unknown.expect("an answer in time");
    assert!(
        matches!(unknown, Ok(_) | Err(AppendError::Store(StoreError::Unavailable(_)))),
        "it was not sent, so its outcome is known: {unknown:?}"
    );
    assert_eq!(note(&store, "note-1").await.revision, 5);
}
