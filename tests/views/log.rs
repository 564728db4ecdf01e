//! A log of events, and what is asked of the models made of it.

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
};
use std::sync::Arc;
use uuid::Uuid;

/// Everybody is erased.
pub struct Nobody;

impl Identities for Nobody {
    fn identity(&self, _: &Sealed) -> Option<Identity> {
        None
    }
}

/// Everybody has this name.
pub struct Somebody(pub String);

impl Identities for Somebody {
    fn identity(&self, _: &Sealed) -> Option<Identity> {
        let (first_name, last_name) = (self.0.clone(), "MENSAH".into());
        Some(Identity { first_name, last_name, birth_date: None, phone: None })
    }
}

pub fn clock() -> Clock {
    Clock::new(chrono_tz::Tz::Africa__Lome)
}

/// A log in memory, written event by event.
#[derive(Default)]
pub struct Log(pub Arc<MemoryStore>);

impl Log {
    pub async fn write(&self, stream: StreamId, event: impl Into<Event>) {
        let meta = Meta { actor: "test".into(), correlation: Uuid::nil(), causation: None, request: None };
        let events = vec![draft(&event.into(), &meta)];
        let write = Write { stream, expected: Expected::Tail, events };
        self.0.append(Commit { writes: vec![write], command: None }).await.unwrap();
    }

    pub async fn user(&self, username: &str) {
        self.named(username, "A").await;
    }

    /// A user whose id is always the same.
    pub async fn named(&self, username: &str, first_name: &str) {
        let added = Added {
            username: username.into(),
            first_name: first_name.into(),
            last_name: "B".into(),
            role: Role::Cashier,
        };
        let stream = StreamId::user(UserId::of_username("one"));
        self.write(stream, domain::user::Event::from(added)).await;
    }

    /// A patient whose name is sealed.
    pub async fn patient(&self) -> PatientId {
        let id = PatientId(Uuid::now_v7());
        let identity = Sealed { of: id, text: "sealed".into() };
        let registered = domain::patient::Registered { identity };
        self.write(StreamId::patient(id), domain::patient::Event::from(registered)).await;
        id
    }

    /// A prescription of 1,500 francs, paid in cash with a receipt.
    pub async fn paid_prescription(&self) {
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
            till: None,
            parts: vec![],
            day: "2026-11-24".parse().unwrap(),
        };
        self.write(StreamId::receipts("R", 2026), domain::receipt::Event::from(issued)).await;
    }

    pub async fn all(&self) -> Vec<Recorded> {
        self.0.follow(0, usize::MAX).await.unwrap()
    }
}
