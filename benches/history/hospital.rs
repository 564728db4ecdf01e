//! A hospital's history as its desks and its providers write it, decided by the domain itself.
//!
//! Each command and each provider's answer is a commit of its own, and each command has its key, as if
//! they had come over HTTP. Many visits go on at once, so that the store's writer takes the same step of
//! all of them in one transaction: that is where the speed comes from.

use crate::{
    noun::{Noun, Step},
    visit::Visit,
};
use domain::{
    ExamId, Money, PatientId, StreamId, TillId, UserId,
    exam::{Exam, Listed, Priced},
    patient::{Identity, Patient},
    till::{self, Opened, Seat, Till},
    user::{Added, Role, User},
};
use quittance::{
    app::purpose,
    clock::Clock,
    store::{EventStore, embedded::EmbeddedStore},
    vault::Vault,
};
use std::{collections::VecDeque, path::Path, sync::Arc};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Visits that go on at once.
const TOGETHER: usize = 256;
/// One new patient in so many visits, and no more than this: each key waits for the disk.
const VISITS: usize = 10;
const PATIENTS: usize = 2_000;
/// The catalogue: code, name, francs. Everybody's prescription has both.
pub const EXAMS: [(&str, &str, i64); 2] =
    [("NFS", "Numération formule sanguine", 2_000), ("GE", "Goutte épaisse", 1_500)];
const CASHIERS: usize = 8;

/// The ledger and who works there.
pub struct Hospital {
    pub vault: Vault,
    pub clock: Clock,
    store: Arc<EmbeddedStore>,
    patients: Vec<PatientId>,
    desks: Vec<Desk>,
    visits: usize,
}

/// A cashier and the drawer.
pub struct Desk {
    pub cashier: UserId,
    pub till: TillId,
    pub drawer: Noun<Till>,
}

impl Hospital {
    /// Opens the ledger in a folder, or makes one, and sees to it that its staff is there.
    pub async fn open(dir: &Path) -> Self {
        let mut hospital = Self {
            vault: Vault::open(dir, None).unwrap(),
            clock: Clock::new(chrono_tz::Africa::Lome),
            store: Arc::new(EmbeddedStore::open(dir).unwrap()),
            patients: vec![],
            desks: vec![],
            visits: 0,
        };
        for exam in EXAMS {
            hospital.list(exam).await;
        }
        for nth in 0..CASHIERS {
            let desk = hospital.desk(nth).await;
            hospital.desks.push(desk);
        }
        hospital
    }

    /// The last durable position.
    pub fn head(&self) -> u64 {
        *self.store.head().borrow()
    }

    /// Writes so many visits, each with one payment.
    pub async fn receive(&mut self, visits: usize) {
        let mut left = visits;
        while left > 0 {
            let now = left.min(TOGETHER);
            let mut under_way = vec![];
            for _ in 0..now {
                under_way.push(self.visit().await);
            }
            while under_way.iter().any(|steps| !steps.is_empty()) {
                self.append(under_way.iter_mut().filter_map(VecDeque::pop_front)).await;
            }
            left -= now;
        }
    }

    async fn visit(&mut self) -> VecDeque<Step> {
        if self.visits.is_multiple_of(VISITS) && self.patients.len() < PATIENTS {
            let patient = self.register().await;
            self.patients.push(patient);
        }
        // Spread over all patients without a pattern that an index could like.
        let patient = self.patients[self.visits.wrapping_mul(2_654_435_761) % self.patients.len()];
        let desk = self.visits % self.desks.len();
        self.visits += 1;
        let mut visit = Visit::new(patient);
        let first = visit.register(&self.desks[desk]);
        let rest = match self.visits % 5 {
            0 | 1 => visit.pay_by_phone(self, &self.desks[desk]),
            _ => {
                let day = self.clock.today();
                vec![visit.pay_cash(&mut self.desks[desk], day)]
            }
        };
        [first].into_iter().chain(rest).collect()
    }

    /// Appends steps of different visits. On one thread they take their places in the queue in this
    /// order, so that each finds the drawer it shares with others where it saw it.
    async fn append(&self, steps: impl Iterator<Item = Step>) {
        let mut appending = JoinSet::new();
        for step in steps {
            let store = self.store.clone();
            appending.spawn(async move { store.append(step.commit()).await.unwrap() });
        }
        appending.join_all().await;
    }

    async fn list(&self, (code, name, francs): (&str, &str, i64)) {
        let mut exam = Noun::<Exam>::load(&self.store, StreamId::exam(ExamId::of_code(code))).await;
        if exam.state != Exam::Unknown {
            return;
        }
        let listed = Listed { code: code.into(), name: name.into(), category: "Laboratoire".into() };
        let priced = Priced { price: Money::new(francs).unwrap(), from: self.clock.today() };
        let events = exam.state.list(listed, priced).unwrap();
        self.append([Step::told(Uuid::now_v7()).write(&mut exam, events)].into_iter()).await;
    }

    /// A cashier who sits at a desk of the same number.
    async fn desk(&self, nth: usize) -> Desk {
        let (username, name) = (format!("guichet{nth}"), format!("Guichet {nth}"));
        let cashier = UserId::of_username(&username);
        let mut user = Noun::<User>::load(&self.store, StreamId::user(cashier)).await;
        if user.state == User::Unknown {
            let (first_name, last_name) = ("Ama".into(), format!("EXEMPLE {nth}"));
            let events =
                user.state.add(Added { username, first_name, last_name, role: Role::Cashier }).unwrap();
            self.append([Step::told(Uuid::now_v7()).write(&mut user, events)].into_iter()).await;
        }
        let mut seat = Noun::<Seat>::load(&self.store, StreamId::cashier(cashier)).await;
        if let Seat::Taken(till) = seat.state {
            return Desk { cashier, till, drawer: Noun::load(&self.store, StreamId::till(till)).await };
        }
        let mut place = Noun::<Seat>::load(&self.store, StreamId::desk(&name)).await;
        let till = TillId(Uuid::now_v7());
        let opened = Opened { desk: name, cashier, float: Money::new(25_000).unwrap(), count: None };
        let opening = till::open(place.state, seat.state, till, opened).unwrap();
        let mut drawer = Noun::new(StreamId::till(till));
        let step = Step::asked(cashier.0, till.0)
            .write(&mut drawer, opening.till)
            .write(&mut place, opening.desk)
            .write(&mut seat, opening.cashier);
        self.append([step].into_iter()).await;
        Desk { cashier, till, drawer }
    }

    async fn register(&self) -> PatientId {
        let id = PatientId(Uuid::now_v7());
        self.vault.new_key(id).unwrap();
        let identity = Identity {
            first_name: "Afi".into(),
            last_name: "EXEMPLE".into(),
            birth_date: chrono::NaiveDate::from_ymd_opt(1990, 1, 1),
            phone: Some("+22890123456".into()),
        };
        let clear = serde_json::to_vec(&identity).unwrap();
        let sealed = self.vault.seal(id, purpose::IDENTITY, &clear).unwrap();
        let mut patient = Noun::<Patient>::new(StreamId::patient(id));
        let events = patient.state.register(sealed).unwrap();
        let step = Step::asked(self.desks[0].cashier.0, id.0).write(&mut patient, events);
        self.append([step].into_iter()).await;
        id
    }
}
