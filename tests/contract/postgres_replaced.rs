//! The database is replaced under a store that is open: by an older one, or by one that went on otherwise.

use crate::cluster;
use crate::commits::{all, command, commit, note, stream, write};
use crate::postgres_sharing::session;
use quittance::store::postgres::PostgresStore;
use quittance::store::{AppendError, Expected, Store, StoreError};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

async fn open(url: &str, folder: &Path) -> Result<Store, StoreError> {
    Ok(Arc::new(PostgresStore::open_seen(url, folder).await?))
}

/// A database with three events, a copy of it, and a store that has written two more to the first.
async fn five_events_and_a_copy_of_three(folder: &Path) -> (String, String, Store) {
    let (url, copy) = (cluster::fresh().await, cluster::fresh().await);
    let store = open(&url, folder).await.unwrap();
    for _ in 0..3 {
        note(&store, "note-1").await;
    }
    let (from, into) = (url.clone(), copy.clone());
    tokio::task::spawn_blocking(move || {
        let (cluster, name) = (cluster::shared(), format!("copy_{}", uuid::Uuid::new_v4().simple()));
        cluster::done(cluster.run("pg_dump").args(["--format=custom", "--file", &name, &from]));
        cluster::done(cluster.run("pg_restore").args(["--exit-on-error", "--dbname", &into, &name]));
    })
    .await
    .unwrap();
    for _ in 0..2 {
        note(&store, "note-1").await;
    }
    (url, copy, store)
}

/// The copy takes the database's place, and every session of it ends.
async fn replace(url: &str, copy: &str) {
    let name = |url: &str| url.rsplit_once('/').unwrap().1.to_owned();
    let (url, copy) = (name(url), name(copy));
    let mut admin = PgConnection::connect(&cluster::shared().url("postgres")).await.unwrap();
    for sql in [
        format!("ALTER DATABASE {url} ALLOW_CONNECTIONS false"),
        format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname IN ('{url}', '{copy}')"
        ),
        format!("ALTER DATABASE {url} RENAME TO {url}_gone"),
        format!("ALTER DATABASE {copy} RENAME TO {url}"),
    ] {
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
    }
}

/// Until the store, with nobody asking, has noticed.
async fn noticed(store: &Store) -> StoreError {
    let begun = Instant::now();
    loop {
        if let Err(error) = store.trusted() {
            return error;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing was noticed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_is_noticed_and_nothing_is_read_from_it_or_written_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (url, copy, store) = five_events_and_a_copy_of_three(folder.path()).await;
    replace(&url, &copy).await;
    assert!(matches!(noticed(&store).await, StoreError::Replaced { seen: 5, found: 3 }));
    let next = commit([write("note-1", Expected::At(5), &["noted"])]);
    let refused = store.append(next).await.unwrap_err();
    assert!(matches!(refused, AppendError::Store(StoreError::Replaced { seen: 5, found: 3 })), "{refused:?}");
    assert!(matches!(store.read(&stream("note-1"), 0).await, Err(StoreError::Replaced { .. })));
    assert!(matches!(store.follow(0, 10).await, Err(StoreError::Replaced { .. })));
    let told = store.carried_out(&command(1, 1)).await;
    assert!(matches!(told, Err(AppendError::Store(StoreError::Replaced { .. }))));
    drop(store);
    let again = open(&url, folder.path()).await.err().unwrap();
    assert!(matches!(again, StoreError::Replaced { seen: 5, found: 3 }), "{again:?}");
    let count = "SELECT count(*) FROM ledger.events";
    let count: i64 = sqlx::query_scalar(count).fetch_one(&mut session(&url).await).await.unwrap();
    assert_eq!(count, 3);
    // Somebody has decided that what is lost is lost.
    std::fs::remove_file(folder.path().join("ledger.seen")).unwrap();
    let store = open(&url, folder.path()).await.unwrap();
    assert_eq!(note(&store, "note-1").await.position, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_as_long_and_went_on_otherwise_is_noticed() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (url, copy, store) = five_events_and_a_copy_of_three(folder.path()).await;
    let other = open(&copy, elsewhere.path()).await.unwrap();
    for _ in 0..4 {
        note(&other, "note-1").await;
    }
    drop(other);
    replace(&url, &copy).await;
    assert!(matches!(noticed(&store).await, StoreError::Replaced { seen: 5, found: 7 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_seen_is_kept_over_a_restart_and_the_same_database_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let url = cluster::fresh().await;
    let store = open(&url, folder.path()).await.unwrap();
    note(&store, "note-1").await;
    drop(store);
    let begun = Instant::now();
    let seen = || std::fs::read_to_string(folder.path().join("ledger.seen")).unwrap_or_default();
    while !seen().contains("\"position\":1,") {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", seen());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let store = open(&url, folder.path()).await.unwrap();
    assert_eq!(all(&store).await.len(), 1);
    let other = open(&cluster::fresh().await, folder.path()).await.err().unwrap();
    assert!(matches!(other, StoreError::Unsafe(_)), "the file of another ledger: {other:?}");
    std::fs::write(folder.path().join("ledger.seen"), "{").unwrap();
    assert!(matches!(open(&url, folder.path()).await, Err(StoreError::Unsafe(_))));
}
