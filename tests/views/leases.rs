//! Several processes on one PostgreSQL: one moves a model, the others see how far it is, and one of them
//! goes on when it is gone.

use crate::{
    engines::leased,
    eventually,
    log::{Log, Nobody, clock},
    postgres,
};
use domain::{StreamId, projector::Skipped};
use quittance::{
    failure::Failure,
    follow::postgres::{Follower, agrees},
    store::Store,
    views::{Skips, Views, ViewsError, postgres::session::Session},
};
use sqlx::{Connection, Executor, PgConnection};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

#[tokio::test]
async fn a_lease_is_held_by_one_and_passes_to_another_when_he_ends() {
    let url = postgres::fresh().await;
    let one = leased(Session::open(&url).await.unwrap()).await;
    let mut two = Session::open(&url).await.unwrap();
    assert!(!two.take().await.unwrap(), "nothing is free");
    assert_eq!((one.next(), two.next()), (0, u64::MAX));
    drop(one);
    leased(two).await;
}

#[tokio::test]
async fn who_lost_his_lease_unnoticed_writes_nothing_more() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.paid_prescription().await;
    let mut one = leased(Session::open(&url).await.unwrap()).await;
    one.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    // What another process does when it takes the lease: the lock is gone, and we were not told.
    let mut other = PgConnection::connect(&url).await.unwrap();
    other.execute("update views.checkpoints set epoch = epoch + 1 where name = 'takings'").await.unwrap();
    log.paid_prescription().await;
    let lost = one.apply(&log.all().await, clock(), &Nobody).await;
    assert!(matches!(lost, Err(ViewsError::Lost(_))), "{lost:?}");
    drop(one);
    let (views, session) = Views::open_postgres(&url).await.unwrap();
    let mut session = leased(session).await;
    assert_eq!((session.position(), session.stopped().len()), (3, 0), "no model took that for poison");
    session.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    let day = "2026-11-24".parse().unwrap();
    assert_eq!(views.fetch(projections::takings::of_day(day, None)).await.unwrap()[0].amount(), 3_000);
}

#[tokio::test]
async fn of_two_who_move_one_model_at_once_one_fails_before_he_touches_a_row() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.paid_prescription().await;
    let mut one = leased(Session::open(&url).await.unwrap()).await;
    let mut other = PgConnection::connect(&url).await.unwrap();
    // The other one's transaction has moved the checkpoint and is not yet at its end.
    let mut moving = other.begin().await.unwrap();
    moving.execute("update views.checkpoints set position = 3 where name = 'takings'").await.unwrap();
    let events = log.all().await;
    let waiting = tokio::spawn(async move { one.apply(&events, clock(), &Nobody).await });
    let mut watch = PgConnection::connect(&url).await.unwrap();
    eventually("he waits for the row", async || {
        let waits = "select count(*) from pg_stat_activity where datname = current_database()
                     and application_name = 'quittance mover' and wait_event_type = 'Lock'";
        let waits: i64 = sqlx::query_scalar(waits).fetch_one(&mut watch).await.unwrap();
        (waits == 1).then_some(())
    })
    .await;
    moving.commit().await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(ViewsError::Lost(_))));
    let rows: i64 = sqlx::query_scalar("select count(*) from views_receipts_v1.receipts")
        .fetch_one(&mut watch)
        .await
        .unwrap();
    assert_eq!(rows, 0, "his other models were undone with it");
}

#[tokio::test]
async fn a_process_that_falls_silent_loses_its_leases_within_five_seconds() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.paid_prescription().await;
    let mut stopped = leased(Session::open(&url).await.unwrap()).await;
    let (silent_since, other) = (Instant::now(), Session::open(&url).await.unwrap());
    let mut other = other;
    eventually("the leases pass on", async || {
        other.take().await.unwrap();
        (!other.has_others()).then_some(())
    })
    .await;
    assert!(silent_since.elapsed() < Duration::from_secs(5), "{:?}", silent_since.elapsed());
    stopped.apply(&log.all().await, clock(), &Nobody).await.unwrap_err();
    other.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    assert_eq!(other.position(), 3);
}

#[tokio::test]
async fn every_process_sees_how_far_the_models_are_and_another_goes_on_when_the_mover_is_gone() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    let mut processes = vec![];
    for _ in 0..2 {
        let (views, _) = Views::open_postgres(&url).await.unwrap();
        let (store, people): (Store, _) = (log.0.clone(), Arc::new(Nobody));
        let follower = Follower { url: url.clone(), store, views: views.clone(), clock: clock(), people };
        follower.start().unwrap();
        processes.push(views);
    }
    log.paid_prescription().await;
    for views in &processes {
        views.reach(3, Duration::from_secs(10)).await.unwrap();
    }
    let mut other = PgConnection::connect(&url).await.unwrap();
    for round in 2..=4 {
        // Whoever holds leases now is cut off.
        other
            .execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
                   and database = (select oid from pg_database where datname = current_database())",
            )
            .await
            .unwrap();
        log.paid_prescription().await;
        for views in &processes {
            views.reach(round * 3, Duration::from_secs(5)).await.unwrap();
            assert!(views.stopped().is_empty());
        }
    }
}

#[tokio::test]
async fn models_of_another_version_stay_while_somebody_moves_them() {
    let url = postgres::fresh().await;
    let mut session = Session::open(&url).await.unwrap();
    let mut older = PgConnection::connect(&url).await.unwrap();
    for sql in [
        "create schema views_receipts_v0",
        "create table views_receipts_v0.receipts (amount bigint)",
        "insert into views.checkpoints (name, version, position, epoch) values ('receipts', 0, 7, 1)",
        "select pg_advisory_lock(hashtextextended('views_receipts_v0', 0))",
    ] {
        older.execute(sql).await.unwrap();
    }
    session.drop_left().await.unwrap();
    older.execute("select * from views_receipts_v0.receipts").await.unwrap();
    assert_eq!(session.position(), 0, "another version's checkpoint is not ours");
    older.execute("select pg_advisory_unlock_all()").await.unwrap();
    session.drop_left().await.unwrap();
    older.execute("select * from views_receipts_v0.receipts").await.unwrap_err();
}

#[tokio::test]
async fn models_of_another_ledger_or_beyond_the_log_are_not_taken_for_ours() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.paid_prescription().await;
    let mut session = leased(Session::open(&url).await.unwrap()).await;
    session.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    session.look().await.unwrap();
    let ours: Store = log.0.clone();
    agrees(&ours, &session).await.unwrap();
    let (cut, other) = (Log::default(), Log::default());
    cut.write(StreamId::receipts("R", 2026), domain::user::Event::from(domain::user::Disabled {})).await;
    other.paid_prescription().await;
    let cut = agrees(&(cut.0.clone() as Store), &session).await;
    assert!(matches!(cut, Err(Failure::Views(ViewsError::BeyondTheLog { views: 3, log: 1 }))), "{cut:?}");
    let other = agrees(&(other.0.clone() as Store), &session).await;
    assert!(matches!(other, Err(Failure::Views(ViewsError::OtherHistory(3)))), "{other:?}");
}

#[tokio::test]
async fn a_wrong_address_is_refused_without_being_told() {
    let refused = Views::open_postgres("postgres://x:geheim@[").await.err().unwrap().to_string();
    assert!(!refused.contains("geheim"), "{refused}");
    let refused = Views::open_postgres("postgres://x:geheim@127.0.0.1:1/x").await.err().unwrap().to_string();
    assert!(!refused.contains("geheim"), "{refused}");
}

#[tokio::test]
async fn an_event_that_an_operator_left_out_is_left_out_by_whoever_moves_the_model() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.user("one").await;
    log.user("two").await;
    let mut session = leased(Session::open(&url).await.unwrap()).await;
    session.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    assert_eq!(session.stopped()[0].name, "users");
    let skipped = Skipped { position: 2, reason: "added twice".into(), by: "test".into() };
    let skipped = domain::projector::Event::from(skipped);
    log.write(StreamId::projector("users"), skipped).await;
    session.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    assert!(session.stopped().is_empty(), "told so, it is tried again");
    session.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    session.look().await.unwrap();
    assert_eq!((session.position(), session.stopped().len()), (3, 0));
    drop(session);
    // And another process, from the log alone.
    let mut other = leased(Session::open(&url).await.unwrap()).await;
    other.honour(Skips::recorded(log.0.as_ref()).await.unwrap());
    other.look().await.unwrap();
    assert_eq!((other.position(), other.stopped().len()), (3, 0));
}
