//! What people do at a desk, in a few words.

use crate::server::{Answer, Caller, Server};
use serde_json::json;

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
        Self { server, cashier, exam, patient }
    }

    /// A fresh prescription of 1,500 francs.
    pub async fn prescription(&self) -> String {
        self.cashier.prescription(&self.patient, &self.exam).await
    }
}
