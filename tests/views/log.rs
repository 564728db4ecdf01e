//! A log of events, and what is asked of the models made of it.

use domain::{
    DepositId, Event, Meta, Money, PatientId, PaymentId, PrescriptionId, RefundId, Sealed, StreamId, TillId,
    TransferId, UserId,
    cash::{Count, Denomination},
    deposit::{self, Made, SlipIssued},
    patient::Identity,
    payment::{Confirmed, Evidence, Source},
    prescription::{Line, Paid, Registered},
    receipt::{Issued, Method},
    refund::{Approved, Completed, Kind, Paid as GivenBack, Requested},
    till::{
        self, CashTaken, Closed, Counted, Deposited, Opened, TransferAccepted, TransferReceived, TransferSent,
    },
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

    /// A till of 5,000 francs that took 1,500, sent 70 to another one, brought 2,000 to the bank and was counted.
    pub async fn counted_till(&self) -> TillId {
        let [id, other] = [0, 1].map(|_| TillId(Uuid::now_v7()));
        let money = |francs| Money::new(francs).unwrap();
        let (cashier, transfer, deposit) =
            (UserId::of_username("one"), TransferId(Uuid::now_v7()), DepositId(Uuid::now_v7()));
        let count = Count([(Denomination::Note2000, 1)].into());
        let day = "2026-11-24".parse().unwrap();
        let opened = |float| Opened { desk: "Guichet".into(), cashier, float, count: None };
        let at = |till| StreamId::till(till);
        let (by, amount) = (cashier, money(2_000));
        let made = Made { till: id, by, amount, count: count.clone(), carrier: None };
        let facts: [(StreamId, Event); 11] = [
            (at(id), till::Event::from(opened(money(5_000))).into()),
            (at(other), till::Event::from(opened(Money::ZERO)).into()),
            (
                at(id),
                till::Event::from(CashTaken { payment: PaymentId(Uuid::now_v7()), amount: money(1_500) })
                    .into(),
            ),
            (at(id), till::Event::from(TransferSent { transfer, to: other, amount: money(70) }).into()),
            (at(id), till::Event::from(TransferAccepted { transfer }).into()),
            (at(other), till::Event::from(TransferReceived { transfer, from: id, amount: money(70) }).into()),
            (StreamId::deposit(deposit), deposit::Event::from(made).into()),
            (at(id), till::Event::from(Deposited { deposit, amount: money(2_000) }).into()),
            (
                StreamId::deposits("V", 2026),
                deposit::Event::from(SlipIssued { deposit, till: id, amount: money(2_000), day }).into(),
            ),
            (
                at(id),
                till::Event::from(Counted {
                    count,
                    counted: money(2_000),
                    expected: money(4_430),
                    deputy: None,
                })
                .into(),
            ),
            (
                at(id),
                till::Event::from(Closed {
                    expected: money(4_430),
                    counted: money(2_000),
                    signed_by: Some(cashier),
                    note: Some("manque".into()),
                })
                .into(),
            ),
        ];
        for (stream, event) in facts {
            self.write(stream, event).await;
        }
        id
    }

    /// A mobile payment of 1,500 francs by which 2,000 came, with its receipt.
    pub async fn overpaid(&self) -> PaymentId {
        let payment = PaymentId(Uuid::now_v7());
        let [applied, advance, amount] = [1_500, 500, 2_000].map(|francs| Money::new(francs).unwrap());
        let confirmed = Confirmed {
            asked: applied,
            reported: amount,
            applied,
            advance,
            provider_ref: None,
            evidence: Evidence { source: Source::Status, key: "told".into(), body_sha256: None },
            operation_at: None,
        };
        self.write(StreamId::payment(payment), domain::payment::Event::from(confirmed)).await;
        let issued = Issued {
            payment,
            prescription: PrescriptionId(Uuid::now_v7()),
            patient: PatientId(Uuid::now_v7()),
            cashier: UserId::of_username("one"),
            amount,
            applied,
            advance,
            method: Method::Tmoney,
            till: None,
            parts: vec![],
            day: "2026-11-24".parse().unwrap(),
        };
        self.write(StreamId::receipts("R", 2026), domain::receipt::Event::from(issued)).await;
        payment
    }

    /// Asked back, agreed and given.
    pub async fn given_back(&self, payment: PaymentId, applied: i64, advance: i64) -> RefundId {
        let (refund, by) = (RefundId(Uuid::now_v7()), UserId::of_username("one"));
        let [amount, applied, advance] =
            [applied + advance, applied, advance].map(|francs| Money::new(francs).unwrap());
        let requested = Requested { refund, kind: Kind::Refund, amount, reason: "Trop perçu".into(), by };
        let completed = Completed { refund, by, applied, advance, provider_ref: Some("D-1".into()) };
        let approved = Approved { refund, by };
        for fact in [domain::refund::Event::from(requested), approved.into(), completed.into()] {
            self.write(StreamId::refund(payment), fact).await;
        }
        let paid = GivenBack {
            payment,
            refund,
            kind: Kind::Refund,
            prescription: PrescriptionId(Uuid::now_v7()),
            patient: PatientId(Uuid::now_v7()),
            cashier: by,
            till: None,
            amount,
            applied,
            advance,
            method: Method::Tmoney,
            parts: vec![],
            day: "2026-11-25".parse().unwrap(),
        };
        self.write(StreamId::refunds("B", 2026), domain::refund::Event::from(paid)).await;
        refund
    }

    pub async fn all(&self) -> Vec<Recorded> {
        self.0.follow(0, usize::MAX).await.unwrap()
    }
}
