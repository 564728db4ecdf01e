//! The connection is cut at each step of an append: also after the server has committed, before its reply
//! arrives. A proxy stands between the store and the server and drops what the server says.

use crate::cluster;
use crate::commits::{all, commit, note, positions, stream, told, write};
use crate::postgres_sharing::{open, session};
use quittance::store::{AppendError, Expected, Store, StoreError};
use sqlx::Executor;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;

/// More than the replies that the longest way of an append waits for.
const STEPS: i64 = 12;
/// What only the writing session asks for.
const LOCKED: &[u8] = b"ledger.log_head";

struct Proxy {
    url: String,
    /// How many replies to the writing session still pass before it is cut; below zero all do.
    passing: Arc<AtomicI64>,
    /// Nothing that the server says arrives.
    away: Arc<AtomicBool>,
}

/// Before the server of this database.
fn proxy(database: &str) -> Proxy {
    let (before, after) = database.rsplit_once('@').unwrap();
    let (server, name) = after.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{before}@{}/{name}", listener.local_addr().unwrap());
    let (server, passing) = (server.to_owned(), Arc::new(AtomicI64::new(-1)));
    let (counter, away) = (Arc::clone(&passing), Arc::new(AtomicBool::new(false)));
    let is_away = Arc::clone(&away);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (server, counter) = (TcpStream::connect(&server).unwrap(), Arc::clone(&counter));
            let is_away = Arc::clone(&is_away);
            let (asking, answering) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            // The sessions that read and look use up no replies.
            let writes = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&writes);
            let ask = move |asked: &[u8]| {
                let about_the_head = asked.windows(LOCKED.len()).any(|word| word == LOCKED);
                seen.fetch_or(about_the_head, Ordering::SeqCst);
                true
            };
            let answer = move |_: &[u8]| {
                !is_away.load(Ordering::SeqCst)
                    && (!writes.load(Ordering::SeqCst) || counter.fetch_sub(1, Ordering::SeqCst) != 0)
            };
            thread::spawn(move || pass(asking, server, ask));
            thread::spawn(move || pass(answering, client, answer));
        }
    });
    Proxy { url, passing, away }
}

/// Hands on what comes, as long as it may and both ends are there.
fn pass(mut from: TcpStream, mut to: TcpStream, may: impl Fn(&[u8]) -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes)
        && count > 0
        && may(&bytes[..count])
        && to.write_all(&bytes[..count]).is_ok()
    {}
    _ = from.shutdown(Shutdown::Both);
    _ = to.shutdown(Shutdown::Both);
}

async fn at_each_step(careful: bool) {
    let url = cluster::fresh().await;
    let proxy = proxy(&url);
    let (store, other) = (open(&proxy.url).await, open(&url).await);
    let mut written = vec![note(&store, "other-1").await, note(&store, "other-1").await];
    for step in 0..STEPS {
        for (name, key) in [("payment", None), ("numbered", Some(step as u8))] {
            if careful {
                written.push(note(&other, "other-1").await);
            }
            let own = write(&format!("{name}-{step}"), Expected::Empty, &["confirmed"]);
            let issue = write("receipts-a", Expected::Tail, &["issued"]);
            let asked =
                key.map_or_else(|| commit([own.clone(), issue.clone()]), |key| told(key, 1, [issue.clone()]));
            proxy.passing.store(step, Ordering::SeqCst);
            let appended = store.append(asked).await.unwrap();
            proxy.passing.store(-1, Ordering::SeqCst);
            written.extend_from_slice(&appended.events);
        }
    }
    let events = all(&other).await;
    assert!(positions(&events).into_iter().eq(1..=written.len() as u64));
    assert_eq!(events, written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_lost_at_any_step_of_the_quick_way_writes_once() {
    at_each_step(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_lost_at_any_step_of_the_careful_way_writes_once() {
    at_each_step(true).await;
}

/// The server has committed, and is away for longer than anybody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_given_up_after_its_reply_was_lost_is_said_to_be_unknown() {
    let url = cluster::fresh().await;
    let proxy = proxy(&url);
    let (store, other) = (open(&proxy.url).await, open(&url).await);
    for key in 0..5 {
        // So that nothing is looked up before the commit is sent.
        note(&store, "receipts-a").await;
        let (issue, before) =
            (told(key, 1, [write("receipts-a", Expected::Tail, &["issued"])]), all(&other).await.len());
        proxy.away.store(true, Ordering::SeqCst);
        let given_up = store.append(issue.clone()).await;
        let there = all(&other).await.len() - before;
        proxy.away.store(false, Ordering::SeqCst);
        if there == 0 {
            // The session had rested, and was found to be lost before anything was sent on it.
            assert!(matches!(given_up, Err(AppendError::Store(StoreError::Unavailable(_)))), "{given_up:?}");
            continue;
        }
        assert!(matches!(given_up, Err(AppendError::Unanswered(_))), "it is there: {given_up:?}");
        assert!(store.append(issue).await.unwrap().replayed);
        return;
    }
    panic!("no reply was lost");
}

/// Where the server itself dies: before the events, after them, with the command, and in COMMIT.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_dies_at_any_step_writes_once() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let mut owner = session(&url).await;
    owner
        .execute(
            "CREATE SEQUENCE deaths; GRANT ALL ON SEQUENCE deaths TO PUBLIC;
             CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                IF nextval('deaths') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN NEW; END $$",
        )
        .await
        .unwrap();
    let steps = [
        "CREATE TRIGGER step BEFORE INSERT ON ledger.events FOR EACH ROW EXECUTE FUNCTION die()",
        "CREATE TRIGGER step AFTER INSERT ON ledger.events FOR EACH STATEMENT EXECUTE FUNCTION die()",
        "CREATE TRIGGER step BEFORE INSERT ON ledger.commands FOR EACH ROW EXECUTE FUNCTION die()",
        "CREATE CONSTRAINT TRIGGER step AFTER INSERT ON ledger.events DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die()",
    ];
    let mut asked = 0;
    for step in steps {
        let table = if step.contains("commands") { "ledger.commands" } else { "ledger.events" };
        for _ in 0..2 {
            asked += 1;
            owner.execute("SELECT setval('deaths', 1, false)").await.unwrap();
            owner.execute(step).await.unwrap();
            let issue = told(asked, 1, [write("receipts-a", Expected::Tail, &["issued"])]);
            assert_eq!(store.append(issue).await.unwrap().position(), u64::from(asked));
            let died: i64 =
                sqlx::query_scalar("SELECT last_value FROM deaths").fetch_one(&mut owner).await.unwrap();
            assert!(died > 1, "nobody died: {step}");
            owner.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER step ON {table}"))).await.unwrap();
        }
    }
    assert_eq!(all(&store).await.len(), usize::from(asked));
}

/// Nothing tells such a commit from another of its kind, so it is not tried again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_whose_reply_is_lost_is_said_to_be_unknown() {
    let url = cluster::fresh().await;
    let proxy = proxy(&url);
    let (store, direct): (Store, Store) = (open(&proxy.url).await, open(&url).await);
    note(&store, "receipts-a").await;
    let mut unknown = 0;
    for _ in 0..20 {
        proxy.passing.store(0, Ordering::SeqCst);
        match store.append(commit([write("receipts-a", Expected::Tail, &["issued"])])).await {
            Ok(_) => {}
            Err(AppendError::Unanswered(_)) => unknown += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(unknown > 0);
    let issued = direct.read(&stream("receipts-a"), 0).await.unwrap().len();
    assert!((21 - unknown..=21).contains(&issued), "{unknown} unknown, {issued} issued");
}
