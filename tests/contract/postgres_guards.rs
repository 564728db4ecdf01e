//! What keeps a ledger in PostgreSQL from being changed, and what shows when it was all the same.

use crate::cluster::{self, Cluster, done};
use crate::commits::{all, commit, is_conflict, note, queued, told, write};
use crate::postgres_sharing::{holding, open, session};
use quittance::store::postgres::PostgresStore;
use quittance::store::{AppendError, Commit, Expected, Store, StoreError};
use sqlx::{AssertSqlSafe, Executor};

const CHANGES: [&str; 8] = [
    "UPDATE ledger.events SET body = ''",
    "DELETE FROM ledger.events",
    "TRUNCATE ledger.events",
    "UPDATE ledger.commands SET last_position = 9",
    "DELETE FROM ledger.commands",
    "TRUNCATE ledger.commands",
    "UPDATE ledger.log_head SET id = 1",
    "DELETE FROM ledger.log_head",
];

#[tokio::test]
async fn nothing_is_changed_or_deleted_by_role_or_by_owner() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    store.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap();
    let before = all(&store).await;
    let mut owner = session(&url).await;
    for change in CHANGES {
        let refused = owner.execute(change).await.unwrap_err();
        assert!(refused.to_string().contains("is never changed"), "{change}: {refused}");
    }
    // Nor by one who says that he only replicates.
    owner.execute("SET session_replication_role = replica").await.unwrap();
    assert!(owner.execute(CHANGES[1]).await.is_err());
    let mut writer = session(&url).await;
    writer.execute("SET ROLE quittance_ledger").await.unwrap();
    for change in CHANGES {
        let refused = writer.execute(change).await.unwrap_err();
        let (code, own) = (refused.as_database_error().unwrap().code().unwrap(), change.contains("SET id"));
        // A row lock asks for the right to update something, so there the trigger is the guard.
        assert_eq!(code, if own { "P0001" } else { "42501" }, "{change}: {refused}");
    }
    assert_eq!(all(&store).await, before);
}

#[tokio::test]
async fn the_store_works_as_the_role_that_may_only_append() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    note(&store, "note-1").await;
    let mut owner = session(&url).await;
    owner.execute("REVOKE INSERT ON ledger.events FROM quittance_ledger").await.unwrap();
    let refused = store.append(commit([write("note-1", Expected::At(1), &["2"])])).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    // A start gives the role what it needs.
    let store = open(&url).await;
    assert_eq!(note(&store, "note-1").await.position, 2);
}

async fn damaged(store: &Store, limit: usize, at: u64) {
    match store.follow(0, limit).await {
        Err(StoreError::Damaged { position, .. }) => assert_eq!(position, at),
        other => panic!("damage at {at} was due, not {other:?}"),
    }
}

#[tokio::test]
async fn a_changed_event_is_named_and_so_is_a_missing_one() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let issue = |_| commit([write("receipts-a", Expected::Tail, &["issued"])]);
    for append in queued(&store, (0..200).map(issue)) {
        append.await.unwrap();
    }
    let mut owner = session(&url).await;
    owner.execute("ALTER TABLE ledger.events DISABLE TRIGGER ALL").await.unwrap();
    for (change, at) in [
        ("UPDATE ledger.events SET body = 'issues' WHERE position = 60", 60),
        ("UPDATE ledger.events SET recorded_at = recorded_at + 1 WHERE position = 50", 50),
        ("UPDATE ledger.events SET stream = 'receipts-b' WHERE position = 40", 40),
        ("DELETE FROM ledger.events WHERE position = 30", 30),
    ] {
        owner.execute(change).await.unwrap();
        // A few events come by rows, many by COPY: both are checked.
        damaged(&store, 64, at).await;
        damaged(&store, 1000, at).await;
        assert!(matches!(PostgresStore::open(&url).await, Err(StoreError::Damaged { .. })));
    }
    assert_eq!(store.follow(0, 29).await.unwrap().len(), 29);
}

#[tokio::test]
async fn a_server_that_does_not_sync_is_refused() {
    let cluster = Cluster::start();
    let url = cluster.database().await;
    for setting in ["fsync", "full_page_writes"] {
        let set = |value| AssertSqlSafe(format!("ALTER SYSTEM SET {setting} = {value}"));
        session(&url).await.execute(set("off")).await.unwrap();
        cluster.restart();
        let refused = PostgresStore::open(&url).await.err().unwrap();
        assert!(matches!(&refused, StoreError::Unsafe(why) if why.contains("fsync")), "{refused}");
        session(&url).await.execute(set("on")).await.unwrap();
        cluster.restart();
    }
    note(&open(&url).await, "note-1").await;
}

/// A replay is told what lies in the log; the commit that tells it must be as durable as the first.
#[tokio::test]
async fn a_replay_is_a_transaction_of_its_own() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    let once = commit([write("note-1", Expected::Empty, &["once"])]);
    store.append(once.clone()).await.unwrap();
    let mut session = session(&url).await;
    let mut locker = async || {
        let sql = "SELECT xmax::text FROM ledger.log_head";
        sqlx::query_scalar::<_, String>(sql).fetch_one(&mut session).await.unwrap()
    };
    let before = locker().await;
    assert!(store.append(once).await.unwrap().replayed);
    assert_ne!(locker().await, before);
    let before = locker().await;
    is_conflict(store.append(commit([write("note-1", Expected::Empty, &["2"])])).await, "note-1", 1);
    assert_ne!(locker().await, before);
}

#[tokio::test]
async fn a_commit_that_spoils_the_batch_fails_alone_and_leaves_no_gap() {
    let url = cluster::fresh().await;
    let store = open(&url).await;
    session(&url)
        .await
        .execute(
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
             CREATE TRIGGER poison BEFORE INSERT ON ledger.events
                FOR EACH ROW WHEN (NEW.body = 'poison') EXECUTE FUNCTION poison()",
        )
        .await
        .unwrap();
    let mut commits: Vec<Commit> =
        (0..100).map(|nth| commit([write(&format!("note-{nth}"), Expected::Empty, &["1", "2"])])).collect();
    commits[50] =
        commit([write("note-a", Expected::Empty, &["sound"]), write("note-b", Expected::Empty, &["poison"])]);
    // Right only if the poisoned commit has left nothing behind.
    commits[70] =
        commit([write("note-a", Expected::Empty, &["1"]), write("note-b", Expected::Empty, &["1"])]);
    let mut holder = holding(&url).await;
    let waiting = queued(&store, commits);
    holder.execute("ROLLBACK").await.unwrap();
    for (nth, append) in waiting.into_iter().enumerate() {
        match append.await {
            Ok(appended) => assert!(nth != 50 && !appended.replayed),
            Err(AppendError::Store(error)) => assert!(nth == 50 && error.to_string().contains("poison")),
            other => panic!("{other:?}"),
        }
    }
    let events = all(&store).await;
    assert!(events.iter().map(|event| event.position).eq(1..=198));
}

#[tokio::test]
async fn a_dump_restored_elsewhere_is_the_same_ledger() {
    let cluster = cluster::shared();
    let (from, to) = (cluster.database().await, cluster.database().await);
    let store = PostgresStore::open(&from).await.unwrap();
    let id = store.id();
    let store: Store = std::sync::Arc::new(store);
    store.append(told(1, 1, [write("till-1", Expected::Empty, &["opened", "counted"])])).await.unwrap();
    for _ in 0..100 {
        note(&store, "receipts-a").await;
    }
    let file = cluster.file("dump");
    done(
        cluster
            .run("pg_dump")
            .arg("--format=custom")
            .arg("--file")
            .arg(&file)
            .arg(format!("--dbname={from}")),
    );
    done(cluster.run("pg_restore").arg("--exit-on-error").arg(format!("--dbname={to}")).arg(&file));
    let restored = PostgresStore::open(&to).await.unwrap();
    assert_eq!(restored.id(), id);
    let last = all(&store).await.pop().unwrap();
    assert_eq!(restored.chain_at(last.position).await.unwrap(), Some(last.chain));
    assert_eq!(restored.chain_at(last.position + 1).await.unwrap(), None);
    let restored: Store = std::sync::Arc::new(restored);
    assert_eq!(all(&restored).await, all(&store).await);
    assert!(
        restored.append(told(1, 1, [write("till-1", Expected::Empty, &["opened"])])).await.unwrap().replayed
    );
    assert_eq!(note(&restored, "receipts-a").await.position, 103);
    assert!(session(&to).await.execute(CHANGES[1]).await.is_err());
}
