//! An operator deals with an event that a read model can't take in; a rebuild does as he said.

use super::*;
use domain::projector::{Event as Told, Retried, Skipped};
use quittance::{follow, store::Store};

impl Log {
    async fn told(&self, name: &str, told: impl Into<Told>) {
        self.write(StreamId::projector(name), told.into()).await;
    }

    async fn head(&self) -> u64 {
        *self.0.head().borrow()
    }
}

/// Two facts that add the same user: the second is poison for `users`, at position 2.
async fn poisoned(log: &Log) -> Store {
    log.user("one").await;
    log.user("two").await;
    log.paid_prescription().await;
    log.0.clone()
}

fn skipped() -> Skipped {
    Skipped { position: 2, reason: "added twice".into(), by: "test".into() }
}

/// Moves the models as the server does, until there is nothing more to do.
async fn follow_on(store: &Store, views: &Views, batch: &mut Batch, head: u64) {
    follow::catch_up(store, views, batch, head, clock(), &Nobody).await.unwrap();
    while batch.behind().is_some() {
        follow::fill(store, views, batch, clock(), &Nobody).await.unwrap();
    }
}

#[tokio::test]
async fn a_skip_in_the_log_lets_the_projector_go_on_after_it() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let store = poisoned(&log).await;
    let (views, mut batch) = open(&dir);
    follow_on(&store, &views, &mut batch, 5).await;
    assert_eq!(views.stopped().len(), 1);
    log.told("users", skipped()).await;
    follow_on(&store, &views, &mut batch, 6).await;
    assert_eq!(views.stopped(), []);
    assert_eq!(views.position(), 6, "nobody is behind");
    assert_eq!(views.fetch(projections::users::all()).await.unwrap()[0].username, "one");
}

#[tokio::test]
async fn a_retry_of_the_same_poison_stops_at_the_same_place() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let store = poisoned(&log).await;
    let (views, mut batch) = open(&dir);
    follow_on(&store, &views, &mut batch, 5).await;
    log.told("users", Retried { by: "test".into() }).await;
    follow_on(&store, &views, &mut batch, 6).await;
    assert_eq!(views.stopped()[0].position, 2);
    // Once the table can take it, the same order helps.
    let by_hand = rusqlite::Connection::open(dir.path().join("views.db")).unwrap();
    by_hand.execute("update users set id = 'elsewhere'", []).unwrap();
    log.told("users", Retried { by: "test".into() }).await;
    follow_on(&store, &views, &mut batch, 7).await;
    assert_eq!((views.stopped(), views.position()), (vec![], 7));
}

#[tokio::test]
async fn an_order_for_another_projector_or_place_changes_nothing() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let store = poisoned(&log).await;
    let (views, mut batch) = open(&dir);
    follow_on(&store, &views, &mut batch, 5).await;
    log.told("takings", skipped()).await;
    log.told("users", Skipped { position: 1, ..skipped() }).await;
    follow_on(&store, &views, &mut batch, 7).await;
    assert_eq!(views.stopped()[0].position, 2);
}

#[tokio::test]
async fn a_restart_and_a_rebuild_leave_out_what_the_log_says() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    let store = poisoned(&log).await;
    log.told("users", skipped()).await;
    log.paid_prescription().await;
    let head = log.head().await;
    let skips = Skips::recorded(store.as_ref()).await.unwrap();
    let (views, mut batch) = open(&dir);
    batch.honour(skips.clone());
    follow_on(&store, &views, &mut batch, head).await;
    assert_eq!((views.stopped(), views.position()), (vec![], head));
    let anew = dir.path().join("anew.db");
    let mut rebuilding = rebuild::Rebuild::begin(&anew, head, clock(), skips).unwrap();
    for event in log.all().await {
        rebuilding.take(event, &Nobody).unwrap();
    }
    assert_eq!(rebuilding.end(&Nobody).unwrap().stopped(), []);
    assert_eq!(compare::compare(&dir.path().join("views.db"), &anew, head).unwrap(), []);
}

#[tokio::test]
async fn an_event_that_breaks_in_its_middle_leaves_no_half() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.paid_prescription().await;
    let (views, mut batch) = open(&dir);
    batch.apply(&log.all().await, clock(), &Nobody).unwrap();
    // A line that is in the way of the next prescription: its head and its day go before it.
    log.paid_prescription().await;
    let events = log.all().await;
    let (_, id) = events[3].stream.as_str().split_once('-').unwrap();
    let by_hand = rusqlite::Connection::open(dir.path().join("views.db")).unwrap();
    by_hand.execute("insert into prescription_lines (prescription, line, exam, price, covered, state) values ($1, 1, 'x', 0, 0, '')", [id]).unwrap();
    batch.apply(&events, clock(), &Nobody).unwrap();
    assert_eq!((batch.stopped()[0].name, batch.stopped()[0].position), ("prescriptions", 4));
    let day = clock().day(events[3].recorded_at);
    let registered = views.first(projections::prescriptions::registered_on(day)).await.unwrap();
    assert_eq!(registered, Some(1), "the second was not counted");
    assert_eq!(taken(&views).await, 3_000, "and the takings go on");
}
