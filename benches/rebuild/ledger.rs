//! A ledger as a hospital's desks write it: cash and mobile money turn about, through the domain's own
//! facts and the embedded engine, many flows to a commit.

use domain::{
    Event, ExamId, Meta, Money, PatientId, PaymentId, PrescriptionId, StreamId, TillId, UserId, Wallet, exam,
    patient, payment,
    payment::{Evidence, Source},
    prescription::{self, Line},
    receipt::{self, Method},
    till, user,
};
use quittance::{
    recording::draft,
    store::{Commit, EventStore, Expected, Write, embedded::EmbeddedStore},
    vault::Vault,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Flows of one commit.
const TOGETHER: usize = 64;
/// One new patient in so many flows, and no more than this: each key waits for the disk.
const VISITS: usize = 10;
const PATIENTS: usize = 2_000;
const CASHIERS: usize = 8;

pub struct Ledger {
    vault: Vault,
    patients: Vec<PatientId>,
    tills: Vec<(UserId, TillId)>,
    flows: usize,
}

/// What one commit writes, by stream.
#[derive(Default)]
struct Writes(BTreeMap<StreamId, Vec<Event>>);

impl Writes {
    fn add(&mut self, stream: StreamId, event: impl Into<Event>) {
        self.0.entry(stream).or_default().push(event.into());
    }

    async fn commit(self, store: &EmbeddedStore) -> u64 {
        let request = Some(Uuid::now_v7().to_string());
        let meta =
            Meta { actor: Uuid::now_v7().to_string(), correlation: Uuid::now_v7(), causation: None, request };
        let write = |(stream, events): (StreamId, Vec<Event>)| Write {
            stream,
            expected: Expected::Tail,
            events: events.iter().map(|event| draft(event, &meta)).collect(),
        };
        let commit = Commit { writes: self.0.into_iter().map(write).collect(), command: None };
        store.append(commit).await.unwrap().position()
    }
}

struct Flow {
    patient: PatientId,
    prescription: PrescriptionId,
    payment: PaymentId,
    cashier: UserId,
    till: TillId,
    amount: Money,
    mobile: bool,
}

impl Ledger {
    pub fn new(vault: Vault) -> Self {
        Self { vault, patients: vec![], tills: vec![], flows: 0 }
    }

    /// Writes flows until there are about so many events.
    pub async fn write(mut self, store: &EmbeddedStore, events: u64) {
        let mut end = self.begin().commit(store).await;
        while end < events {
            let flows: Vec<Flow> = (0..TOGETHER).map(|_| self.flow()).collect();
            let mut writes = Writes::default();
            for flow in &flows {
                self.ask(&mut writes, flow);
            }
            writes.commit(store).await;
            let mut writes = Writes::default();
            flows.iter().for_each(|flow| flow.pay(&mut writes));
            end = writes.commit(store).await;
        }
    }

    fn begin(&mut self) -> Writes {
        let mut writes = Writes::default();
        for nth in 0..CASHIERS {
            let (username, id) = (format!("caisse{nth}"), TillId(Uuid::now_v7()));
            let cashier = UserId::of_username(&username);
            let added = user::Added {
                username,
                first_name: "A".into(),
                last_name: "B".into(),
                role: user::Role::Cashier,
            };
            writes.add(StreamId::user(cashier), user::Event::from(added));
            let opened = till::Opened { desk: format!("Guichet {nth}"), cashier, float: Money::ZERO };
            writes.add(StreamId::till(id), till::Event::from(opened));
            self.tills.push((cashier, id));
        }
        for (code, name) in [("NFS", "Numération"), ("GE", "Goutte épaisse")] {
            let listed =
                exam::Listed { code: code.into(), name: name.into(), category: "Laboratoire".into() };
            writes.add(StreamId::exam(ExamId::of_code(code)), exam::Event::from(listed));
        }
        writes
    }

    fn flow(&mut self) -> Flow {
        let (cashier, till) = self.tills[self.flows % CASHIERS];
        if self.flows.is_multiple_of(VISITS) && self.patients.len() < PATIENTS {
            self.patients.push(PatientId(Uuid::now_v7()));
        }
        // Spread over all patients without a pattern that an index could like.
        let patient = self.patients[self.flows.wrapping_mul(2_654_435_761) % self.patients.len()];
        self.flows += 1;
        Flow {
            patient,
            prescription: PrescriptionId(Uuid::now_v7()),
            payment: PaymentId(Uuid::now_v7()),
            cashier,
            till,
            amount: Money::new(3_500).unwrap(),
            mobile: self.flows % 5 < 2,
        }
    }

    fn ask(&self, writes: &mut Writes, flow: &Flow) {
        let patient = flow.patient;
        if !self.vault.has_key(patient).unwrap() {
            self.vault.new_key(patient).unwrap();
            let who = br#"{"firstName":"Afi","lastName":"EXEMPLE","birthDate":"1990-01-01","phone":"+22890123456"}"#;
            let identity = self.vault.seal(patient, "identity", who).unwrap();
            writes.add(StreamId::patient(patient), patient::Event::from(patient::Registered { identity }));
        }
        let line = |code, francs| Line {
            exam: ExamId::of_code(code),
            price: Money::new(francs).unwrap(),
            listed: None,
        };
        let lines = vec![line("NFS", 2_000), line("GE", 1_500)];
        let registered = prescription::Registered { patient, lines, total: flow.amount };
        writes.add(StreamId::prescription(flow.prescription), prescription::Event::from(registered));
        if flow.mobile {
            let opened = payment::Opened {
                prescription: flow.prescription,
                patient,
                cashier: flow.cashier,
                amount: flow.amount,
                wallet: Wallet::Tmoney,
                driver: "hmac".into(),
                base_url: "https://api.example.tg/v1".into(),
                phone: self.vault.seal(patient, "phone", b"+22890123456").unwrap(),
                reference: format!("QTN{}", flow.payment.0.simple()),
            };
            writes.add(StreamId::payment(flow.payment), payment::Event::from(opened));
            writes.add(
                StreamId::prescription(flow.prescription),
                prescription::Event::from(prescription::AttemptOpened { payment: flow.payment }),
            );
        }
    }
}

impl Flow {
    fn pay(&self, writes: &mut Writes) {
        let (payment, amount) = (self.payment, self.amount);
        if self.mobile {
            self.confirm(writes);
        } else {
            let taken = payment::CashTaken {
                prescription: self.prescription,
                cashier: self.cashier,
                till: self.till,
                amount,
                tendered: amount,
                change: Money::ZERO,
            };
            writes.add(StreamId::payment(payment), payment::Event::from(taken));
            writes.add(StreamId::till(self.till), till::Event::from(till::CashTaken { payment, amount }));
        }
        let paid = prescription::Paid { payment, amount };
        writes.add(StreamId::prescription(self.prescription), prescription::Event::from(paid));
        let issued = receipt::Issued {
            payment,
            prescription: self.prescription,
            patient: self.patient,
            cashier: self.cashier,
            amount,
            applied: amount,
            advance: Money::ZERO,
            method: if self.mobile { Method::Tmoney } else { Method::Cash },
            day: chrono::Utc::now().date_naive(),
        };
        writes.add(StreamId::receipts("R", 2026), receipt::Event::from(issued));
    }

    fn confirm(&self, writes: &mut Writes) {
        let evidence = || Evidence {
            source: Source::Callback,
            key: "0c1f6a3e9d2b4785a6f0".repeat(2),
            body_sha256: Some("9f86d081884c7d659a2feaa0c55ad015".repeat(2)),
        };
        let provider_ref = Some("T622800000006".to_owned());
        let facts: [payment::Event; 4] = [
            payment::Sent {}.into(),
            payment::Registered { provider_ref: provider_ref.clone() }.into(),
            payment::Claimed { amount: Some(self.amount), evidence: evidence() }.into(),
            payment::Confirmed {
                asked: self.amount,
                reported: self.amount,
                applied: self.amount,
                advance: Money::ZERO,
                provider_ref,
                evidence: evidence(),
                operation_at: None,
            }
            .into(),
        ];
        facts.into_iter().for_each(|fact| writes.add(StreamId::payment(self.payment), fact));
    }
}
