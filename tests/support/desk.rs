//! What people do at a desk, in a few words.

use crate::server::{Answer, Caller, Server};
use serde_json::{Value, json};

impl Caller {
    /// An exam of the catalogue; needs the administrator.
    pub async fn exam(&self, code: &str, price: i64) -> String {
        let body =
            json!({"code": code, "name": format!("Examen {code}"), "category": "Biochimie", "price": price});
        let answer = self.post("/api/exams", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("id")
    }

    /// A patient.
    pub async fn patient(&self, first_name: &str, last_name: &str) -> String {
        let answer =
            self.post("/api/patients", json!({"firstName": first_name, "lastName": last_name})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("id")
    }

    /// A prescription of one exam; its id.
    pub async fn prescription(&self, patient: &str, exam: &str) -> String {
        let body = json!({"patientId": patient, "exams": [{"examId": exam}]});
        let answer = self.post("/api/prescriptions", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("id")
    }

    /// An open till with 10,000 francs.
    pub async fn till(&self, desk: &str) -> String {
        let answer = self.post("/api/tills/open", json!({"desk": desk, "float": 10_000})).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("tillId")
    }

    /// Ends the caller's session with a count of nothing: whatever it is short of waits for a second person.
    pub async fn end_session(&self) {
        let tills = self.get("/api/tills").await.json;
        let open = tills.as_array().unwrap().iter().find(|till| till["state"] == "OPEN").unwrap();
        let path = format!("/api/tills/{}/close", open["id"].as_str().unwrap());
        let closed = self.post(&path, json!({"count": {"COIN1": 1}})).await;
        assert_eq!(closed.status, 200, "{}", closed.text);
    }

    /// Cash over the counter.
    pub async fn cash(&self, prescription: &str, tendered: i64) -> Answer {
        let body = json!({"prescriptionId": prescription, "amountTendered": tendered});
        self.post("/api/payments/cash", body).await
    }

    /// A payer's phone is asked. The phone's last two digits choose what the simulator does.
    pub async fn initiate(&self, prescription: &str, phone: &str) -> Answer {
        let body = json!({"prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": phone});
        self.post("/api/payments/mobile-money/initiate", body).await
    }

    /// Gives up waiting for a payment.
    pub async fn abandon(&self, payment: &str) -> Answer {
        self.send(self.request(reqwest::Method::POST, &format!("/api/payments/{payment}/abandon"))).await
    }

    /// Says how a review ends.
    pub async fn resolve(&self, payment: &str, resolution: Value) -> Answer {
        self.post(&format!("/api/payments/{payment}/resolve"), resolution).await
    }

    /// Today's report, as far as this user may see it.
    pub async fn report(&self) -> Value {
        let answer = self.get("/api/reports/financial/daily").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }

    /// How far a payment is.
    pub async fn status(&self, payment: &str) -> Answer {
        self.get(&format!("/api/payments/mobile-money/{payment}/status")).await
    }

    /// Waits until a payment has this status (the seed's word) or state (ours).
    pub async fn until(&self, payment: &str, wanted: &str) -> Answer {
        crate::server::eventually(&format!("{payment} is {wanted}"), async || {
            let answer = self.status(payment).await;
            let is = answer.json["status"] == wanted || answer.json["state"] == wanted;
            is.then_some(answer)
        })
        .await
    }
}

/// A server with an exam of 1,500 francs, a patient, and `caisse1` at an open till.
pub struct Desk {
    pub server: Server,
    pub admin: Caller,
    pub cashier: Caller,
    pub exam: String,
    pub patient: String,
}

impl Desk {
    pub async fn open() -> Self {
        Self::on(Server::start().await).await
    }

    pub async fn on(server: Server) -> Self {
        let admin = server.login("admin").await;
        let exam = admin.exam("NFS", 1_500).await;
        let cashier = server.login("caisse1").await;
        cashier.till("Guichet 1").await;
        let patient = cashier.patient("Essai", "PREMIER").await;
        Self { server, admin, cashier, exam, patient }
    }

    /// A fresh prescription of 1,500 francs.
    pub async fn prescription(&self) -> String {
        self.cashier.prescription(&self.patient, &self.exam).await
    }

    /// Another cashier at another till.
    pub async fn second_cashier(&self) -> Caller {
        let cashier = self.server.login("caisse2").await;
        cashier.till("Guichet 2").await;
        cashier
    }

    /// The prescription as it is shown.
    pub async fn shown(&self, prescription: &str) -> Value {
        self.cashier.get(&format!("/api/prescriptions/{prescription}")).await.json
    }

    /// The receipts of a payment, as the day's report lists them.
    pub async fn receipts_of(&self, payment: &str) -> Vec<Value> {
        let lines = self.admin.report().await["payments"].as_array().unwrap().clone();
        lines.into_iter().filter(|line| line["paymentId"] == payment && line["kind"] == "RECEIPT").collect()
    }

    /// A receipt in full.
    pub async fn receipt(&self, number: &str) -> Value {
        let answer = self.admin.get(&format!("/api/receipts/{number}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }

    /// Everything that a person must look at.
    pub async fn work_items(&self) -> Vec<Value> {
        self.admin.get("/api/work-items").await.json.as_array().unwrap().clone()
    }

    /// The kinds of work items about a payment, in the order of the alphabet.
    pub async fn kinds(&self, payment: &str) -> Vec<String> {
        let about = self.work_items().await.into_iter().filter(|item| item["paymentId"] == payment);
        let mut kinds: Vec<_> = about.map(|item| item["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    }

    /// After `kill -9`: the program again on the same folder, and everybody signs in anew.
    pub async fn restart(&mut self) {
        self.server.restart();
        self.admin = self.server.login("admin").await;
        self.cashier = self.server.login("caisse1").await;
    }
}

/// A live attempt of a fresh prescription that nothing has answered.
pub struct Open {
    pub prescription: String,
    pub payment: String,
    pub reference: String,
    pub transaction: String,
}

impl Open {
    /// A callback's body about this attempt.
    pub fn report(&self, status: &str, amount: i64) -> String {
        crate::provider::report(&self.reference, &self.transaction, status, amount)
    }
}

impl Desk {
    /// Asks a payer who never reacts.
    pub async fn open_attempt(&self) -> Open {
        let prescription = self.prescription().await;
        self.attempt_on(prescription).await
    }

    /// The same for a prescription that is there.
    pub async fn attempt_on(&self, prescription: String) -> Open {
        let asked = self.cashier.initiate(&prescription, NEVER_ANSWERS).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        let [payment, reference, transaction] =
            ["paymentId", "reference", "transactionId"].map(|field| asked.text_of(field));
        Open { prescription, payment, reference, transaction }
    }
}

/// A payer who never reacts.
pub const NEVER_ANSWERS: &str = "90 12 34 73";

/// Runs requests at the same time; their answers, in no order.
pub async fn at_once(
    requests: impl IntoIterator<Item = (Caller, String, Option<String>, Value)>,
) -> Vec<Answer> {
    let mut running = tokio::task::JoinSet::new();
    for (caller, path, key, body) in requests {
        running.spawn(async move {
            match key {
                Some(key) => caller.post_once(&path, &key, body).await,
                None => caller.post(&path, body).await,
            }
        });
    }
    running.join_all().await
}
