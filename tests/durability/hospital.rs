//! A hospital at work: clerks at several desks who never give a command up until it is answered.

use crate::{
    dice::Dice,
    lifecycle,
    server::{Answer, Caller, Server},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// The price of the one exam.
pub const PRICE: i64 = 1_500;
/// What lies in each till at the start.
pub const FLOAT: i64 = 10_000;
/// Last two digits of phones whose payer pays, whatever else goes wrong on the way.
const PAYERS: [&str; 8] = ["00", "01", "02", "03", "75", "76", "80", "87"];

/// What was acknowledged, and how often it was not.
#[derive(Default)]
pub struct Told {
    /// Cash: payment to receipt number.
    pub cash: Mutex<HashMap<String, String>>,
    /// Mobile: every attempt that was acknowledged.
    pub mobile: Mutex<Vec<String>>,
    /// The highest position that an answer carried.
    pub position: AtomicU64,
    pub unanswered: AtomicU64,
    pub refused: AtomicU64,
    pub repeated: AtomicU64,
}

pub struct Hospital {
    /// Where servers answer: a clerk who gets no answer at one goes to the next.
    pub doors: Vec<String>,
    pub admin: Caller,
    pub cashiers: Vec<Caller>,
    exam: String,
    patient: String,
    pub told: Told,
    /// True once clerks shall end with what they do.
    pub closing: AtomicBool,
    /// How many payments clerks still begin.
    pub quota: AtomicI64,
}

impl Hospital {
    /// A server at an address that it keeps, and `desks` cashiers at open tills.
    pub async fn open(desks: usize) -> (Server, Self) {
        Self::open_with(desks, &[]).await
    }

    /// The same with more environment.
    pub async fn open_with(desks: usize, env: &[(&str, &str)]) -> (Server, Self) {
        let address = lifecycle::address();
        let server = Server::start_with(&[&[("QUITTANCE_LISTEN", address.as_str())], env].concat()).await;
        let hospital = Self::at(&server, desks).await;
        (server, hospital)
    }

    /// The same at a server that is there.
    pub async fn at(server: &Server, desks: usize) -> Self {
        let admin = server.login("admin").await;
        let exam = admin.exam("NFS", PRICE).await;
        let mut cashiers = vec![];
        for desk in 0..desks {
            let cashier = hire(server, &admin, &format!("guichet{desk}")).await;
            let till = json!({"desk": format!("Guichet {desk}"), "float": FLOAT});
            assert_eq!(cashier.post("/api/tills/open", till).await.status, 201);
            cashiers.push(cashier);
        }
        let patient = cashiers[0].patient("Essai", "PREMIER").await;
        let (told, closing) = (Told::default(), AtomicBool::new(false));
        let quota = AtomicI64::new(i64::MAX);
        let doors = vec![server.url.clone()];
        Self { doors, admin, cashiers, exam, patient, told, closing, quota }
    }

    /// So many of them at work, each with dice of his own.
    pub fn clerks(self: &Arc<Self>, count: usize, seed: u64) -> Vec<JoinHandle<()>> {
        let work = |nth: usize| {
            let (hospital, dice) = (Arc::clone(self), Dice::new(seed.wrapping_add(nth as u64)));
            tokio::spawn(async move { hospital.clerk(nth, dice).await })
        };
        (0..count).map(work).collect()
    }

    /// Lets all of them end what they have begun.
    pub async fn close(&self, clerks: Vec<JoinHandle<()>>) {
        self.closing.store(true, Ordering::Relaxed);
        for clerk in clerks {
            clerk.await.unwrap();
        }
    }

    /// One clerk: prescribes, takes money, tells commands twice, asks for what is refused.
    pub async fn clerk(&self, nth: usize, mut dice: Dice) {
        let desk = &self.cashiers[nth % self.cashiers.len()];
        let other = &self.cashiers[(nth + 1) % self.cashiers.len()];
        while !self.closing.load(Ordering::Relaxed) && self.quota.fetch_sub(1, Ordering::Relaxed) > 0 {
            let prescription = self.prescribe(desk).await;
            match dice.below(10) {
                0..3 => self.mobile(desk, &prescription, &mut dice).await,
                3 => self.race(desk, other, &prescription).await,
                _ => self.cash(desk, &prescription, &mut dice).await,
            }
        }
    }

    pub async fn prescribe(&self, desk: &Caller) -> String {
        let body = json!({"patientId": self.patient, "exams": [{"examId": self.exam}]});
        let answer = self.insist(desk, "/api/prescriptions", &key(), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("id")
    }

    /// Cash; sometimes too little first, sometimes told twice, sometimes asked for once more.
    async fn cash(&self, desk: &Caller, prescription: &str, dice: &mut Dice) {
        let given = |tendered: i64| json!({"prescriptionId": prescription, "amountTendered": tendered});
        let path = "/api/payments/cash";
        if dice.below(5) == 0 {
            let poor = self.insist(desk, path, &key(), &given(PRICE - 1)).await;
            self.refused(&poor, 422, "tendered_too_little");
        }
        let key_once = key();
        let taken = self.insist(desk, path, &key_once, &given(2_000)).await;
        self.taken(&taken);
        if dice.below(3) == 0 {
            let again = self.insist(desk, path, &key_once, &given(2_000)).await;
            assert_eq!(
                (again.status, &again.json["receiptNumber"], &again.json["paymentId"]),
                (201, &taken.json["receiptNumber"], &taken.json["paymentId"]),
                "a repeated command is answered as the first time"
            );
            self.told.repeated.fetch_add(1, Ordering::Relaxed);
        }
        if dice.below(5) == 0 {
            let twice = self.insist(desk, path, &key(), &given(2_000)).await;
            self.refused(&twice, 409, "already_paid");
        }
    }

    /// Two desks take cash for one prescription at the same moment: one of them gets it.
    async fn race(&self, desk: &Caller, other: &Caller, prescription: &str) {
        let body = json!({"prescriptionId": prescription, "amountTendered": PRICE});
        let (mine, theirs) = (key(), key());
        let (one, two) = tokio::join!(
            self.insist(desk, "/api/payments/cash", &mine, &body),
            self.insist(other, "/api/payments/cash", &theirs, &body),
        );
        let (won, lost) = if one.status == 201 { (one, two) } else { (two, one) };
        self.taken(&won);
        self.refused(&lost, 409, "already_paid");
    }

    async fn mobile(&self, desk: &Caller, prescription: &str, dice: &mut Dice) {
        let payer = PAYERS[dice.below(PAYERS.len() as u64) as usize];
        let provider = if dice.below(2) == 0 { "TMONEY" } else { "FLOOZ" };
        let body = json!({
            "prescriptionId": prescription, "provider": provider, "phoneNumber": format!("90 12 34 {payer}"),
        });
        let (path, key_once) = ("/api/payments/mobile-money/initiate", key());
        let asked = self.insist(desk, path, &key_once, &body).await;
        assert!(matches!(asked.status, 201 | 202), "{}", asked.text);
        if dice.below(3) == 0 {
            let again = self.insist(desk, path, &key_once, &body).await;
            assert_eq!(again.json["paymentId"], asked.json["paymentId"], "{}", again.text);
            self.told.repeated.fetch_add(1, Ordering::Relaxed);
        }
        self.told.mobile.lock().push(asked.text_of("paymentId"));
    }

    #[track_caller]
    fn taken(&self, answer: &Answer) {
        assert_eq!((answer.status, &answer.json["amount"]), (201, &PRICE.into()), "{}", answer.text);
        let known =
            self.told.cash.lock().insert(answer.text_of("paymentId"), answer.text_of("receiptNumber"));
        assert_eq!(known, None, "a payment is acknowledged to one command");
    }

    #[track_caller]
    fn refused(&self, answer: &Answer, status: u16, code: &str) {
        assert_eq!((answer.status, &answer.json["code"]), (status, &code.into()), "{}", answer.text);
        self.told.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends a command with its key until it is answered. A server that is gone, or says that it
    /// can't tell, is asked again; nothing else is. Under kills all the time it may be cut off again and
    /// again, for as long as a call to the provider is claimed by a life before (two minutes).
    async fn insist(&self, caller: &Caller, path: &str, key: &str, body: &Value) -> Answer {
        let deadline = Instant::now() + Duration::from_secs(300);
        let mut caller = caller.clone();
        let first = key.as_bytes()[0] as usize;
        for door in self.doors.iter().cycle().skip(first % self.doors.len()) {
            caller.url.clone_from(door);
            let request = caller.request(reqwest::Method::POST, path).header("Idempotency-Key", key);
            let why = match caller.try_send(request.json(body)).await {
                Ok(answer) if answer.status != 503 => {
                    if let Some(position) = answer.headers.get("Ledger-Position") {
                        let position = position.to_str().unwrap().parse().unwrap();
                        self.told.position.fetch_max(position, Ordering::Relaxed);
                    }
                    return answer;
                }
                Ok(answer) => answer.text,
                Err(error) => error.to_string(),
            };
            assert!(Instant::now() < deadline, "{path} was never answered: {why}");
            self.told.unanswered.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        unreachable!("there is always another door")
    }
}

/// A cashier made by the administrator, and signed in.
async fn hire(server: &Server, admin: &Caller, username: &str) -> Caller {
    let password = crate::server::random();
    let body = json!({
        "username": username, "password": password, "firstName": "Essai", "lastName": username,
        "role": "CASHIER",
    });
    let added = admin.post("/api/users", body).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let login = json!({"username": username, "password": password});
    let answer = server.anonymous().post("/api/auth/login", login).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    Caller { token: Some(answer.text_of("token")), ..server.anonymous() }
}

fn key() -> String {
    uuid::Uuid::new_v4().to_string()
}
