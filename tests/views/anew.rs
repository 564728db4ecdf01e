//! Models made anew from the log end with the same rows, and tell a row that was changed by hand.

use crate::{
    engines::leased,
    log::{Log, Nobody, clock},
    postgres,
};
use quittance::views::{Skips, Views, compare, postgres::anew::Anew, rebuild};
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

#[tokio::test]
async fn a_rebuild_ends_with_the_same_rows_and_tells_a_changed_one() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.user("one").await;
    for _ in 0..20 {
        log.paid_prescription().await;
    }
    let events = log.all().await;
    let (_, mut batch) = crate::open(&dir);
    for part in events.chunks(7) {
        batch.apply(part, clock(), &Nobody).unwrap();
    }
    drop(batch);
    let (live, anew) = (dir.path().join("views.db"), dir.path().join("anew.db"));
    let upto = compare::reach(&live).unwrap().lead;
    let mut rebuilding = rebuild::Rebuild::begin(&anew, upto, clock(), Skips::default()).unwrap();
    for event in &events {
        rebuilding.take(event.clone(), &Nobody).unwrap();
    }
    assert!(rebuilding.end(&Nobody).unwrap().stopped().is_empty());
    assert!(compare::compare(&live, &anew, upto).unwrap().is_empty());
    let by_hand = rusqlite::Connection::open(&live).unwrap();
    by_hand.execute("update receipts set amount = amount + 1 where number = 7", []).unwrap();
    let differences = compare::compare(&live, &anew, upto).unwrap();
    assert_eq!(differences.len(), 1);
    let found = &differences[0];
    assert_eq!((found.table.as_str(), found.unexplained, found.missing), ("receipts", 1, 1));
    assert_eq!(found.keys, ["R/2026/7"], "whoever looks for it knows where");
}

#[tokio::test]
async fn models_in_postgresql_are_made_anew_beside_those_in_use() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.user("one").await;
    for _ in 0..20 {
        log.paid_prescription().await;
    }
    let events = log.all().await;
    let (_, session) = Views::open_postgres(&url).await.unwrap();
    let mut session = leased(session).await;
    for part in events.chunks(7) {
        session.apply(part, clock(), &Nobody).await.unwrap();
    }
    let mut anew = Anew::begin(&url, clock()).await.unwrap();
    for event in &events {
        anew.take(event, &Nobody).await.unwrap();
    }
    assert!(anew.end(&Nobody).await.unwrap().is_empty());
    assert!(anew.compare().await.unwrap().is_empty());
    let mut by_hand = PgConnection::connect(&url).await.unwrap();
    by_hand
        .execute("update views_receipts_v1.receipts set amount = amount + 1 where number = 7")
        .await
        .unwrap();
    let differences = anew.compare().await.unwrap();
    assert_eq!(differences.len(), 1);
    let found = &differences[0];
    assert_eq!((found.table.as_str(), found.unexplained, found.missing), ("receipts", 1, 1));
    anew.remove().await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from pg_namespace where nspname like 'views_anew%'")
        .fetch_one(&mut by_hand)
        .await
        .unwrap();
    assert_eq!(left, 0, "nothing of it is left behind");
}
