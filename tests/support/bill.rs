//! Who bears what of a prescription, and who performs it, in a few words.

use crate::{
    desk::Desk,
    server::{Answer, Caller},
};
use serde_json::{Value, json};

impl Desk {
    /// A prescription with a line for each price.
    pub async fn bill(&self, prices: &[i64]) -> String {
        let exams: Vec<_> = prices.iter().map(|price| json!({"examId": self.exam, "price": price})).collect();
        let body = json!({"patientId": self.patient, "exams": exams});
        // Prices that are not the catalogue's are for an administrator.
        let answer = self.admin.post("/api/prescriptions", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.text_of("id")
    }

    /// A payer who bears so many percents of every exam from today on.
    pub async fn insurer(&self, code: &str, rate: u8) {
        let listed = self.admin.post("/api/payers", json!({"code": code, "name": code})).await;
        assert_eq!(listed.status, 201, "{}", listed.text);
        self.rate(code, json!({"rate": rate})).await;
    }

    /// Another rate of a payer.
    pub async fn rate(&self, code: &str, rate: Value) {
        let rated = self.admin.post(&format!("/api/payers/{code}/rates"), rate).await;
        assert_eq!(rated.status, 200, "{}", rated.text);
    }

    /// The payer takes over his part.
    pub async fn cover(&self, prescription: &str, payer: &str) -> Answer {
        let body = json!({"payer": payer, "cardNumber": "AMU-4711", "voucher": "BPC-12"});
        self.cashier.post(&format!("/api/prescriptions/{prescription}/coverage"), body).await
    }

    /// Cash for a part, exactly.
    pub async fn part(&self, prescription: &str, amount: i64) -> Answer {
        let body = json!({"prescriptionId": prescription, "amount": amount, "amountTendered": amount});
        self.cashier.post("/api/payments/cash", body).await
    }

    /// A part by Flooz; the phone's last two digits choose what the simulator does.
    pub async fn flooz(&self, prescription: &str, amount: i64, phone: &str) -> String {
        let body = json!({"prescriptionId": prescription, "provider": "FLOOZ", "phoneNumber": phone,
            "amount": amount});
        let asked = self.cashier.post("/api/payments/mobile-money/initiate", body).await;
        assert_eq!((asked.status, &asked.json["amount"]), (201, &amount.into()), "{}", asked.text);
        asked.text_of("paymentId")
    }

    /// The cashier asks for an exemption of so much, or of all.
    pub async fn exemption(&self, prescription: &str, amount: Option<i64>) -> String {
        let body = json!({"kind": "EXEMPTION", "amount": amount, "reason": "Décision du service social"});
        let asked = self.cashier.post(&format!("/api/prescriptions/{prescription}/reliefs"), body).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        asked.text_of("reliefId")
    }

    /// Every row of the screens is what the log gives.
    pub fn verified(&self) {
        let verified = self.server.run(&["verify"]);
        assert!(verified.status.success(), "{verified:?}");
    }

    /// One paper for all.
    pub async fn quittance(&self, prescription: &str) -> Value {
        let answer = self.cashier.get(&format!("/api/prescriptions/{prescription}/quittance")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }
}

impl Caller {
    /// A command without a body.
    pub async fn act(&self, path: &str) -> Answer {
        self.send(self.request(reqwest::Method::POST, path)).await
    }

    /// Agrees to a relief.
    pub async fn grant(&self, relief: &str) -> Answer {
        self.act(&format!("/api/reliefs/{relief}/grant")).await
    }

    /// Begins with a line.
    pub async fn start(&self, prescription: &str, line: u32) -> Answer {
        self.act(&format!("/api/prescriptions/{prescription}/exams/{line}/start")).await
    }

    /// Is done with a line.
    pub async fn complete_exam(&self, prescription: &str, line: u32) -> Answer {
        self.act(&format!("/api/prescriptions/{prescription}/exams/{line}/complete")).await
    }

    /// Begins with a line and is done with it.
    pub async fn perform(&self, prescription: &str, line: u32) {
        for answer in [self.start(prescription, line).await, self.complete_exam(prescription, line).await] {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }

    /// The exams in a state.
    pub async fn queue(&self, state: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/exams/queue?state={state}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json.as_array().unwrap().clone()
    }
}

impl Answer {
    /// Refused with this status and code.
    #[track_caller]
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, &self.json["code"]), (status, &code.into()), "{}", self.text);
    }
}
