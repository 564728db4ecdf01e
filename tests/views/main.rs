//! The read models: exactly once, in order, each stopping alone, and made anew to the same rows.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]

mod filling;
mod poison;
mod rebuilt;

use domain::{
    Event, Meta, Money, PatientId, PaymentId, PrescriptionId, Sealed, StreamId, UserId,
    patient::Identity,
    prescription::{Line, Paid, Registered},
    receipt::{Issued, Method},
    user::{Added, Role},
};
use projections::Identities;
use quittance::{
    clock::Clock,
    recording::draft,
    store::{Commit, EventStore, Expected, Recorded, Write, memory::MemoryStore},
    views::{Batch, Skips, Views, compare, rebuild},
};
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;

struct Nobody;

impl Identities for Nobody {
    fn identity(&self, _: &Sealed) -> Option<Identity> {
        None
    }
}

fn clock() -> Clock {
    Clock::new(chrono_tz::Tz::Africa__Lome)
}

/// A log in memory, written event by event.
#[derive(Default)]
struct Log(Arc<MemoryStore>);

impl Log {
    async fn write(&self, stream: StreamId, event: impl Into<Event>) {
        let meta = Meta { actor: "test".into(), correlation: Uuid::nil(), causation: None, request: None };
        let events = vec![draft(&event.into(), &meta)];
        let write = Write { stream, expected: Expected::Tail, events };
        self.0.append(Commit { writes: vec![write], command: None }).await.unwrap();
    }

    async fn user(&self, username: &str) {
        let added = Added {
            username: username.into(),
            first_name: "A".into(),
            last_name: "B".into(),
            role: Role::Cashier,
        };
        let stream = StreamId::user(UserId::of_username("one"));
        self.write(stream, domain::user::Event::from(added)).await;
    }

    /// A prescription of 1,500 francs, paid in cash with a receipt.
    async fn paid_prescription(&self) {
        let (id, payment) = (PrescriptionId(Uuid::now_v7()), PaymentId(Uuid::now_v7()));
        let (patient, amount) = (PatientId(Uuid::now_v7()), Money::new(1_500).unwrap());
        let lines = vec![Line { exam: domain::ExamId::of_code("NFS"), price: amount, listed: None }];
        let registered = Registered { patient, lines, total: amount };
        self.write(StreamId::prescription(id), domain::prescription::Event::from(registered)).await;
        let paid = domain::prescription::Event::from(Paid { payment, amount });
        self.write(StreamId::prescription(id), paid).await;
        let issued = Issued {
            payment,
            prescription: id,
            patient,
            cashier: UserId::of_username("one"),
            amount,
            applied: amount,
            advance: Money::ZERO,
            method: Method::Cash,
            day: "2026-11-24".parse().unwrap(),
        };
        self.write(StreamId::receipts("R", 2026), domain::receipt::Event::from(issued)).await;
    }

    async fn all(&self) -> Vec<Recorded> {
        self.0.follow(0, usize::MAX).await.unwrap()
    }
}

async fn taken(views: &Views) -> i64 {
    let day = "2026-11-24".parse().unwrap();
    views.fetch(projections::takings::of_day(day, None)).await.unwrap().iter().map(|t| t.amount).sum()
}

fn open(dir: &TempDir) -> (Views, Batch) {
    Views::open(dir.path()).unwrap()
}

#[tokio::test]
async fn events_told_twice_count_once() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.paid_prescription().await;
    let events = log.all().await;
    let (views, mut batch) = open(&dir);
    batch.apply(&events, clock(), &Nobody).unwrap();
    batch.apply(&events, clock(), &Nobody).unwrap();
    assert_eq!(taken(&views).await, 1_500);
    drop(batch);
    // And after a restart from the checkpoint.
    let (views, mut batch) = open(&dir);
    assert_eq!(batch.next(), 3);
    batch.apply(&events, clock(), &Nobody).unwrap();
    assert_eq!(taken(&views).await, 1_500);
}

#[tokio::test]
async fn a_poison_event_stops_its_projector_alone() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.user("one").await;
    // The same user a second time: no decision writes that, and the table can't take it.
    log.user("two").await;
    log.paid_prescription().await;
    let (views, mut batch) = open(&dir);
    batch.apply(&log.all().await, clock(), &Nobody).unwrap();
    let stopped = batch.stopped();
    assert_eq!(stopped.len(), 1);
    assert_eq!((stopped[0].name, stopped[0].position), ("users", 2));
    assert_eq!(taken(&views).await, 1_500, "the takings go on");
    assert_eq!((batch.position(), batch.next()), (1, 5), "complete up to 1, and not held back");
}

#[tokio::test]
async fn a_hole_stops_every_projector_before_it() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.paid_prescription().await;
    log.paid_prescription().await;
    let mut events = log.all().await;
    events.remove(3);
    let (views, mut batch) = open(&dir);
    batch.apply(&events, clock(), &Nobody).unwrap();
    assert_eq!(batch.stopped().len(), projections::ALL.len());
    assert_eq!((batch.position(), taken(&views).await), (3, 1_500));
}

#[tokio::test]
async fn an_event_that_nobody_can_read_stops_every_projector() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.paid_prescription().await;
    let mut events = log.all().await;
    events[1].name = "prescription-paid.v9".into();
    let (_, mut batch) = open(&dir);
    batch.apply(&events, clock(), &Nobody).unwrap();
    let stopped = batch.stopped();
    assert_eq!(stopped.len(), projections::ALL.len());
    assert!(stopped.iter().all(|s| s.position == 2 && s.reason.contains("prescription-paid.v9")));
}

#[tokio::test]
async fn a_rebuild_ends_with_the_same_rows_and_tells_a_changed_one() {
    let (log, dir) = (Log::default(), TempDir::new().unwrap());
    log.user("one").await;
    for _ in 0..20 {
        log.paid_prescription().await;
    }
    let events = log.all().await;
    let (_, mut batch) = open(&dir);
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
