//! What someone does to the files who can do anything to them, and what `verify` says to that.

use crate::commits::{all, commit, queued, write};
use crate::tampered::Tampered;
use quittance::store::chain::{GENESIS, Hash, leaf, link};
use quittance::store::embedded::EmbeddedStore;
use quittance::store::tree::Tree;
use quittance::store::verify::{Walk, verify, walk};
use quittance::store::{Expected, Recorded, Store, StoreError};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// More than a start looks at, and more than a page.
const COMMITS: u64 = 1200;
const EVENTS: u64 = COMMITS * 2;

/// Event 2n-1 is the only one of `note-n`, event 2n is number n of `all`.
async fn ledger() -> TempDir {
    let dir = TempDir::new().unwrap();
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    let both = |nth| {
        let note = write(&format!("note-{nth}"), Expected::Empty, &["noted"]);
        commit([note, write("all", Expected::Tail, &["counted"])])
    };
    for append in queued(&store, (1..=COMMITS).map(both)) {
        append.await.unwrap();
    }
    dir
}

fn tamper(dir: &Path, sql: &str) -> Tampered {
    let ledger = Tampered::open(dir);
    ledger.execute_batch(sql).unwrap();
    ledger
}

fn sound(dir: &Path) -> Walk {
    verify(dir, &mut |_, _| {}).unwrap()
}

#[track_caller]
fn is_damaged(dir: &Path, at: u64, because: &str) {
    match verify(dir, &mut |_, _| {}) {
        Err(StoreError::Damaged { position, what }) => {
            assert_eq!(position, at, "{what}");
            assert!(what.contains(because), "{what}");
        }
        other => panic!("damage at {at} was due, not {other:?}"),
    }
}

#[tokio::test]
async fn a_sound_ledger_is_walked_to_its_head() {
    let dir = ledger().await;
    let mut progress = vec![];
    let walked = verify(dir.path(), &mut |done, total| progress.push((done, total))).unwrap();
    assert_eq!(progress.last(), Some(&(EVENTS, EVENTS)));
    assert!(progress.is_sorted() && progress.len() > 2);
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    let events = all(&store).await;
    let mut tree = Tree::default();
    events.iter().for_each(|event| tree.push(leaf(event)));
    let last = events.last().unwrap();
    assert_eq!(walked, Walk { position: EVENTS, chain: last.chain, root: tree.root() });
    // It also walks beside the store that writes.
    assert_eq!(sound(dir.path()), walked);
}

#[tokio::test]
async fn an_empty_ledger_is_sound() {
    let dir = TempDir::new().unwrap();
    drop(EmbeddedStore::open(dir.path()).unwrap());
    assert_eq!(sound(dir.path()), Walk { position: 0, chain: GENESIS, root: Tree::default().root() });
}

#[tokio::test]
async fn a_visitor_sees_each_event_and_may_end_the_walk() {
    let dir = ledger().await;
    let mut seen = vec![];
    let walked = walk(dir.path(), &mut |_, _| {}, &mut |event: &Recorded| {
        seen.push(event.position);
        Ok(if event.position == 700 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    assert_eq!(walked.unwrap().position, 700);
    assert_eq!(seen, (1..=700).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_changed_event_is_named() {
    for (column, value) in [
        ("body", "x'00'"),
        ("meta", "x'00'"),
        ("name", "'noted.v2'"),
        ("event_id", "zeroblob(16)"),
        ("recorded_at", "recorded_at + 1"),
        ("chain", "zeroblob(32)"),
    ] {
        let dir = ledger().await;
        tamper(dir.path(), &format!("UPDATE events SET {column} = {value} WHERE position = 77"));
        is_damaged(dir.path(), 77, "do not give its chain");
    }
}

/// Past SQLite, in the file itself.
#[tokio::test]
async fn a_flipped_byte_is_named() {
    let dir = ledger().await;
    let ids = ids(dir.path());
    let file = dir.path().join("ledger.db");
    let sound = std::fs::read(&file).unwrap();
    let place = sound.windows(16).position(|bytes| bytes == ids[76].as_bytes()).unwrap();

    let mut flipped = sound.clone();
    flipped[place + 8] ^= 1;
    std::fs::write(&file, &flipped).unwrap();
    is_damaged(dir.path(), 77, "do not give its chain");

    // The kind of the page: nothing on it can be read.
    let mut flipped = sound.clone();
    flipped[place / 4096 * 4096] ^= 0xff;
    std::fs::write(&file, &flipped).unwrap();
    let Err(StoreError::Damaged { position, what }) = verify(dir.path(), &mut |_, _| {}) else {
        panic!("a page that can't be read went unseen");
    };
    assert!((40..=77).contains(&position) && what.contains("malformed"), "{position}: {what}");
}

fn ids(dir: &Path) -> Vec<uuid::Uuid> {
    let mut ids = vec![];
    let gather = &mut |event: &Recorded| {
        ids.push(event.id);
        Ok(ControlFlow::Continue(()))
    };
    walk(dir, &mut |_, _| {}, gather).unwrap();
    ids
}

#[tokio::test]
async fn a_deleted_event_is_named() {
    for position in [1, 76, 77, 2000] {
        let dir = ledger().await;
        tamper(dir.path(), &format!("DELETE FROM events WHERE position = {position}"));
        is_damaged(dir.path(), position, "missing");
    }
}

#[tokio::test]
async fn swapped_events_are_named() {
    let dir = ledger().await;
    tamper(
        dir.path(),
        "UPDATE events SET position = 999999 WHERE position = 50;
         UPDATE events SET position = 50 WHERE position = 53;
         UPDATE events SET position = 53 WHERE position = 999999;",
    );
    is_damaged(dir.path(), 50, "do not give its chain");
}

#[tokio::test]
async fn a_stream_that_is_renamed_or_miscounted_is_named() {
    let dir = ledger().await;
    tamper(dir.path(), "UPDATE streams SET name = 'note-x' WHERE name = 'note-10'");
    is_damaged(dir.path(), 19, "do not give its chain");
    let dir = ledger().await;
    tamper(dir.path(), "INSERT INTO streams (name) VALUES ('note-x')");
    is_damaged(dir.path(), EVENTS + 1, "note-x has no event");
    let dir = ledger().await;
    tamper(
        dir.path(),
        "UPDATE events SET revision = 9999 WHERE position = 20;
         UPDATE events SET revision = 10 WHERE position = 22;
         UPDATE events SET revision = 11 WHERE position = 20;",
    );
    is_damaged(dir.path(), 20, "all 11 comes after 10");
}

#[tokio::test]
async fn a_guard_that_is_gone_or_changed_is_missed() {
    for sql in [
        "DROP TRIGGER events_are_not_changed",
        "DROP TRIGGER log_head_only_advances;
         CREATE TRIGGER log_head_only_advances BEFORE UPDATE ON log_head BEGIN SELECT 1; END",
        "CREATE TRIGGER quiet BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END",
    ] {
        let dir = ledger().await;
        Connection::open(dir.path().join("ledger.db")).unwrap().execute_batch(sql).unwrap();
        for refusal in [EmbeddedStore::open(dir.path()).err(), verify(dir.path(), &mut |_, _| {}).err()] {
            let refusal = refusal.expect("a ledger without its guards opens").to_string();
            assert!(refusal.contains("not as it was made"), "{refusal}");
        }
    }
}

#[tokio::test]
async fn an_end_that_is_cut_off_is_named() {
    let dir = ledger().await;
    tamper(dir.path(), "DELETE FROM events WHERE position > 2300");
    is_damaged(dir.path(), 2301, "the head is at 2400");
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StoreError::Damaged { position: 2301, .. })));
}

#[tokio::test]
async fn a_start_refuses_what_is_damaged_near_the_end() {
    let dir = ledger().await;
    tamper(dir.path(), "UPDATE events SET body = x'00' WHERE position = 2000");
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StoreError::Damaged { position: 2000, .. })));
    assert!(matches!(
        EmbeddedStore::open_read_only(dir.path()),
        Err(StoreError::Damaged { position: 2000, .. })
    ));
    let dir = ledger().await;
    tamper(dir.path(), "UPDATE log_head SET chain = zeroblob(32)");
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StoreError::Damaged { position: EVENTS, .. })));
    is_damaged(dir.path(), EVENTS, "another chain");
}

#[tokio::test]
async fn a_follower_stops_at_a_hole_and_at_a_changed_event() {
    let dir = ledger().await;
    tamper(
        dir.path(),
        "DELETE FROM events WHERE position = 40; UPDATE events SET body = x'00' WHERE position = 60",
    );
    let store: Store = Arc::new(EmbeddedStore::open(dir.path()).unwrap());
    assert_eq!(store.follow(0, 39).await.unwrap().len(), 39);
    for (after, bad) in [(0, 40), (39, 40), (40, 40), (41, 60), (59, 60)] {
        let answer = store.follow(after, 1000).await;
        assert!(
            matches!(&answer, Err(StoreError::Damaged { position, .. }) if *position == bad),
            "{answer:?}"
        );
    }
    assert_eq!(store.follow(100, 10).await.unwrap().len(), 10);
    let answer = store.read(&domain::StreamId::named("all"), 0).await;
    assert!(matches!(answer, Err(StoreError::Damaged { position: 42, .. })), "{answer:?}");
}

/// One who rewrites the log with its chain and its head leaves nothing inside to find. A head that
/// was kept elsewhere shows it: it is another, or it lies beyond the end.
#[tokio::test]
async fn a_log_rewritten_whole_differs_from_a_head_kept_elsewhere() {
    let dir = ledger().await;
    let kept = sound(dir.path());
    let at_2300 = chain_at(dir.path(), 2300);
    let cut = tamper(
        dir.path(),
        "DELETE FROM events WHERE position > 2300;
         DELETE FROM streams WHERE id NOT IN (SELECT stream_id FROM events)",
    );
    cut.execute("UPDATE log_head SET position = 2300, chain = ?1", [&at_2300]).unwrap();
    drop(cut);
    let now = sound(dir.path());
    assert_eq!((now.position, now.chain), (2300, at_2300));
    assert!(now.position < kept.position && now.root != kept.root);

    let dir = ledger().await;
    let kept = sound(dir.path());
    rewrite(tamper(dir.path(), "UPDATE events SET body = x'00' WHERE position = 77"), dir.path());
    let now = sound(dir.path());
    assert_eq!(now.position, kept.position);
    assert!(now.root != kept.root && now.chain != kept.chain);
}

fn chain_at(dir: &Path, position: u64) -> Hash {
    let reach = &mut |event: &Recorded| {
        Ok(if event.position == position { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    walk(dir, &mut |_, _| {}, reach).unwrap().chain
}

/// Chains everything anew, as one would who knows how.
fn rewrite(connection: Tampered, dir: &Path) {
    let mut chain = GENESIS;
    let reader = Connection::open(dir.join("ledger.db")).unwrap();
    let mut rows = reader
        .prepare(
            "SELECT e.position, s.name, e.revision, e.event_id, e.name, e.recorded_at, e.meta, e.body
            FROM events e JOIN streams s ON s.id = e.stream_id ORDER BY e.position",
        )
        .unwrap();
    let events: Vec<Recorded> = rows
        .query_map([], |row| {
            Ok(Recorded {
                position: row.get::<_, i64>(0)? as u64,
                stream: domain::StreamId::named(row.get::<_, String>(1)?),
                revision: row.get::<_, i64>(2)? as u64,
                id: uuid::Uuid::from_bytes(row.get(3)?),
                name: row.get(4)?,
                recorded_at: chrono::DateTime::from_timestamp_micros(row.get(5)?).unwrap(),
                meta: row.get(6)?,
                body: row.get(7)?,
                chain: GENESIS,
            })
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for event in &events {
        chain = link(&chain, &leaf(event));
        let row = (event.position as i64, chain);
        connection.execute("UPDATE events SET chain = ?2 WHERE position = ?1", row).unwrap();
    }
    connection.execute("UPDATE log_head SET chain = ?1", [chain]).unwrap();
    connection.execute_batch("COMMIT").unwrap();
}
