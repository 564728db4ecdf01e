//! What the simulated provider saw, what it can be made to do, and callbacks that nobody simulates.

use crate::server::{Answer, Provider, Server};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};

/// Where a wallet's callbacks arrive.
pub fn callback_path(wallet: &str) -> String {
    format!("/api/payments/mobile-money/callback/{wallet}")
}

/// The hex HMAC-SHA256 of a body, made here and not by the program under test.
pub fn sign(key: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// A callback's body as the provider writes it.
pub fn report(reference: &str, transaction: &str, status: &str, amount: i64) -> String {
    json!({"reference": reference, "transactionId": transaction, "status": status, "amount": amount,
        "currency": "XOF"})
    .to_string()
}

impl Provider {
    async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.request(method, format!("http://{}/control/{path}", self.running.addr()));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null)
    }

    /// Every payment it was asked for, oldest first.
    pub async fn payments(&self) -> Vec<Value> {
        self.control(Method::GET, "payments", None).await.as_array().unwrap().clone()
    }

    /// The payment with this reference; it must have been asked for.
    pub async fn payment(&self, reference: &str) -> Value {
        let found = self.payments().await.into_iter().find(|payment| payment["reference"] == reference);
        found.unwrap_or_else(|| panic!("the provider was never asked for {reference}"))
    }

    /// Every scenario's name and digits.
    pub async fn scenarios(&self) -> Vec<Value> {
        self.control(Method::GET, "scenarios", None).await.as_array().unwrap().clone()
    }

    /// Every request that it received.
    pub async fn captured(&self) -> Value {
        self.control(Method::GET, "captured", None).await
    }

    /// While it is on, every call is answered 503.
    pub async fn outage(&self, on: bool) {
        self.control(Method::POST, "outage", Some(json!({"on": on}))).await;
    }

    /// Makes it send one callback; how that was answered.
    pub async fn send(&self, callback: Value) -> u64 {
        self.control(Method::POST, "callbacks", Some(callback)).await["answer"].as_u64().unwrap()
    }
}

impl Server {
    /// Posts a callback with exactly these headers.
    pub async fn post_callback(
        &self,
        wallet: &str,
        body: impl Into<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let nobody = self.anonymous();
        let mut request = nobody.request(Method::POST, &callback_path(wallet)).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        nobody.send(request).await
    }

    /// Posts a callback signed as agreed.
    pub async fn tell(&self, wallet: &str, body: impl Into<Vec<u8>>) -> Answer {
        let body = body.into();
        let signature = sign(&self.provider.secret_key, &body);
        self.post_callback(wallet, body, &[("x-signature", &signature)]).await
    }
}
