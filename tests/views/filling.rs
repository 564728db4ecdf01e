//! A read model that is new or of another version is filled behind the others, and holds nobody back.

use super::*;
use quittance::{
    follow,
    store::Store,
    views::{Progress, ViewsError, postgres::session::Session},
};
use sqlx::{Connection, Executor};

/// Models that saw `payments` payments; then takings is as good as new.
async fn with_new_takings(log: &Log, dir: &TempDir, payments: usize) -> (Views, Batch, Store) {
    log.user("one").await;
    for _ in 0..payments {
        log.paid_prescription().await;
    }
    let (_, mut batch) = open(dir);
    batch.apply(&log.all().await, clock(), &Nobody).unwrap();
    drop(batch);
    let by_hand = rusqlite::Connection::open(dir.path().join("views.db")).unwrap();
    by_hand.execute("update checkpoints set version = 0 where name = 'takings'", []).unwrap();
    drop(by_hand);
    let (views, batch) = open(dir);
    (views, batch, log.0.clone())
}

#[tokio::test]
async fn a_filling_model_is_not_read_and_all_else_is() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let (views, batch, _) = with_new_takings(&log, &dir, 10).await;
    assert_eq!((batch.position(), batch.next(), batch.behind()), (31, 31, Some(0)), "nobody is held back");
    assert_eq!(views.position(), 31);
    let takings = || projections::takings::of_day("2026-11-24".parse().unwrap(), None);
    let told = views.fetch(takings()).await.unwrap_err();
    let ViewsError::Filling { name: "takings", progress } = told else { panic!("{told}") };
    assert_eq!(progress, Progress { done: 0, total: 31, ..progress });
    assert_eq!(views.fetch(projections::users::all()).await.unwrap().len(), 1);
    let mut moment = views.moment().await.unwrap();
    assert_eq!(moment.position, 31);
    assert!(matches!(moment.fetch(takings()).await, Err(ViewsError::Filling { .. })));
    assert!(moment.fetch(projections::users::all()).await.is_ok());
}

#[tokio::test]
async fn news_come_first_and_the_filled_model_is_read_once_it_is_there() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let (views, mut batch, store) = with_new_takings(&log, &dir, 10).await;
    // Money is taken meanwhile.
    log.paid_prescription().await;
    follow::catch_up(&store, &views, &mut batch, 34, clock(), &Nobody).await.unwrap();
    assert_eq!((views.position(), batch.behind()), (34, Some(0)));
    let old = views.moment().await.unwrap();
    follow::fill(&store, &views, &mut batch, clock(), &Nobody).await.unwrap();
    assert_eq!(batch.behind(), None);
    assert_eq!(taken(&views).await, 11 * 1_500, "each receipt once");
    // A moment that began before must not show half of it.
    let mut old = old;
    let takings = projections::takings::of_day("2026-11-24".parse().unwrap(), None);
    assert!(matches!(old.fetch(takings).await, Err(ViewsError::Filling { .. })));
    drop(batch);
    let (views, batch) = open(&dir);
    assert!(views.fillings().is_empty() && batch.behind().is_none(), "and after a restart");
}

#[tokio::test]
async fn a_filling_that_was_cut_off_goes_on_where_it_was() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let (_, mut batch, store) = with_new_takings(&log, &dir, 10).await;
    batch.apply(&store.follow(0, 7).await.unwrap(), clock(), &Nobody).unwrap();
    drop(batch);
    let (views, mut batch) = open(&dir);
    assert_eq!((batch.behind(), views.fillings().len(), views.position()), (Some(7), 1, 31));
    follow::fill(&store, &views, &mut batch, clock(), &Nobody).await.unwrap();
    assert_eq!(taken(&views).await, 10 * 1_500);
    // Nothing but the version differs from a model that was there from the first event on.
    let anew = dir.path().join("anew.db");
    let mut rebuilding = rebuild::Rebuild::begin(&anew, 31, clock(), Skips::default()).unwrap();
    for event in log.all().await {
        rebuilding.take(event, &Nobody).unwrap();
    }
    drop(rebuilding.end(&Nobody).unwrap());
    assert_eq!(compare::compare(&dir.path().join("views.db"), &anew, 31).unwrap(), []);
}

#[tokio::test]
async fn the_models_of_a_new_folder_are_read_at_once() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.paid_prescription().await;
    let (views, mut batch) = open(&dir);
    assert!(views.fillings().is_empty(), "there is no older state to protect");
    batch.apply(&log.all().await, clock(), &Nobody).unwrap();
    assert_eq!(taken(&views).await, 1_500);
}

#[tokio::test]
async fn in_postgresql_too_a_new_model_is_filled_behind_the_others_and_holds_nobody_back() {
    let (log, url) = (Log::default(), postgres::fresh().await);
    log.user("one").await;
    for _ in 0..10 {
        log.paid_prescription().await;
    }
    let mut before = engines::leased(Session::open(&url).await.unwrap()).await;
    before.apply(&log.all().await, clock(), &Nobody).await.unwrap();
    drop(before);
    let mut by_hand = sqlx::PgConnection::connect(&url).await.unwrap();
    by_hand.execute("drop schema views_takings_v2 cascade").await.unwrap();
    let (views, session) = Views::open_postgres(&url).await.unwrap();
    let mut session = engines::leased(session).await;
    assert_eq!((session.position(), session.next(), session.behind()), (31, 31, Some(0)));
    let takings = || projections::takings::of_day("2026-11-24".parse().unwrap(), None);
    let told = views.fetch(takings()).await.unwrap_err();
    let ViewsError::Filling { name: "takings", progress } = told else { panic!("{told}") };
    assert_eq!(progress, Progress { done: 0, total: 31, ..progress });
    assert_eq!(views.fetch(projections::users::all()).await.unwrap().len(), 1);
    // Money is taken meanwhile.
    log.paid_prescription().await;
    let events = log.all().await;
    session.apply(&events[31..], clock(), &Nobody).await.unwrap();
    views.look(&session);
    assert_eq!((views.position(), session.behind()), (34, Some(0)));
    let mut moment = views.moment().await.unwrap();
    assert_eq!(moment.position, 34);
    assert!(matches!(moment.fetch(takings()).await, Err(ViewsError::Filling { .. })));
    session.fill(0, &events[..20], clock(), &Nobody).await.unwrap();
    views.look(&session);
    assert_eq!(session.behind(), Some(20));
    session.fill(20, &events[20..], clock(), &Nobody).await.unwrap();
    views.look(&session);
    assert_eq!((session.behind(), session.stopped().len()), (None, 0));
    assert_eq!(taken(&views).await, 11 * 1_500, "each receipt once");
    assert!(matches!(moment.fetch(takings()).await, Err(ViewsError::Filling { .. })), "it began before");
}
