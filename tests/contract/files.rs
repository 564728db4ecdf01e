//! The embedded engine's files: who may open them, what they refuse, and what a new start finds.

use crate::commits::{all, command, commit, note, told, write};
use quittance::store::embedded::EmbeddedStore;
use quittance::store::{AppendError, Expected, Store, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

fn open(dir: &Path) -> Store {
    Arc::new(EmbeddedStore::open(dir).unwrap())
}

#[tokio::test]
async fn a_new_start_goes_on_where_the_last_one_ended() {
    let dir = TempDir::new().unwrap();
    let before = {
        let store = open(dir.path());
        note(&store, "till-1").await;
        store.append(told(1, 1, [write("till-1", Expected::At(1), &["closed"])])).await.unwrap();
        all(&store).await
    };
    let store = open(dir.path());
    assert_eq!(*store.head().borrow(), 2);
    assert_eq!(all(&store).await, before);
    let again = store.append(told(1, 1, [write("till-1", Expected::At(1), &["closed"])])).await.unwrap();
    assert!(again.replayed);
    assert_eq!(*again.events, before[1..]);
    assert_eq!(store.carried_out(&command(1, 1)).await.unwrap().as_deref(), Some(&before[1..]));
    let next = note(&store, "till-1").await;
    assert_eq!((next.position, next.revision), (3, 3));
}

#[tokio::test]
async fn the_ledger_keeps_its_name() {
    let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let id = EmbeddedStore::open(dir.path()).unwrap().id();
    assert_eq!(EmbeddedStore::open(dir.path()).unwrap().id(), id);
    assert_ne!(EmbeddedStore::open(other.path()).unwrap().id(), id);
}

#[tokio::test]
async fn rows_are_neither_changed_nor_deleted() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    store.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap();
    let other = Connection::open(dir.path().join("ledger.db")).unwrap();
    for (sql, refusal) in [
        ("UPDATE events SET body = x'00'", "events are never changed"),
        ("DELETE FROM events", "events are never deleted"),
        ("UPDATE commands SET last_position = 9", "commands are never changed"),
        ("DELETE FROM commands", "commands are never deleted"),
        ("UPDATE streams SET name = 'x'", "streams are never changed"),
        ("DELETE FROM streams", "streams are never deleted"),
        ("UPDATE log_head SET position = 0", "the head only advances"),
        ("DELETE FROM log_head", "the head is never deleted"),
    ] {
        let error = other.execute(sql, []).expect_err(sql);
        assert!(error.to_string().contains(refusal), "{sql}: {error}");
    }
    assert_eq!(all(&store).await.len(), 1);
}

#[test]
fn a_second_store_over_the_same_files_is_refused() {
    let dir = TempDir::new().unwrap();
    let first = EmbeddedStore::open(dir.path()).unwrap();
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StoreError::InUse(path)) if path == dir.path()));
    drop(first);
    assert!(EmbeddedStore::open(dir.path()).is_ok());
}

const NAMED: &str = "QUITTANCE_TEST_LEDGER";

/// Opens a ledger of its own, unless it runs as the second process of the next test.
#[test]
fn a_process_opens_a_ledger() {
    let own = TempDir::new().unwrap();
    let dir = std::env::var_os(NAMED).map_or(own.path().to_owned(), PathBuf::from);
    if let Err(error) = EmbeddedStore::open(&dir) {
        panic!("{error}");
    }
}

#[test]
fn a_second_process_over_the_same_files_is_refused() {
    let dir = TempDir::new().unwrap();
    let second_process = || {
        let mut test = Command::new(std::env::current_exe().unwrap());
        test.args(["--exact", "files::a_process_opens_a_ledger", "--nocapture"]).env(NAMED, dir.path());
        test.output().unwrap()
    };
    let first = EmbeddedStore::open(dir.path()).unwrap();
    let refused = second_process();
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("another process uses the ledger"), "{said}");
    drop(first);
    assert!(second_process().status.success());
}

#[tokio::test]
async fn a_reader_beside_the_server_reads_and_does_not_write() {
    let dir = TempDir::new().unwrap();
    assert!(EmbeddedStore::open_read_only(dir.path()).is_err(), "there is nothing to read yet");
    let store = open(dir.path());
    note(&store, "till-1").await;
    let reader: Store = Arc::new(EmbeddedStore::open_read_only(dir.path()).unwrap());
    note(&store, "till-1").await;
    assert_eq!(all(&reader).await, all(&store).await);
    let refused = reader.append(commit([write("till-1", Expected::Tail, &["noted"])])).await;
    assert!(matches!(refused, Err(AppendError::Store(StoreError::Stopped))), "{refused:?}");
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let dir = TempDir::new().unwrap();
    let other = Connection::open(dir.path().join("ledger.db")).unwrap();
    other.execute_batch("CREATE TABLE t (x); PRAGMA user_version = 1;").unwrap();
    assert!(matches!(EmbeddedStore::open(dir.path()), Err(StoreError::Unsafe(_))));
}
