//! Callbacks to the hospital: the body, the signature, the sending and sending again.

use super::Simulator;
use super::books::{Key, Payment};
use super::scenario::{Message, Signing};
use crate::providers::CallbackScheme;
use crate::providers::signature::{hmac_sha256, webhook_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Utc;
use serde_json::{Value, json};
use std::sync::Arc;

/// How often one callback is tried while the answer is not 2xx.
const TRIES: u32 = 3;
const FIRST_BACKOFF_MS: u32 = 1_000;
const STALE_SECONDS: i64 = 600;
/// What a forger without the secret would sign with.
const WRONG_KEY: &[u8] = b"a key that nobody has agreed on";

/// A callback ready to leave.
#[derive(Clone)]
pub struct Letter {
    /// Where to.
    pub url: String,
    /// The event's id: the same for every copy and every try.
    pub id: String,
    /// The raw bytes.
    pub body: Vec<u8>,
    /// How to sign them.
    pub signing: Signing,
}

/// Tells the hospital about a payment, in as many copies as the message wants.
pub async fn tell(simulator: &Arc<Simulator>, key: &Key, step: usize, message: &Message) {
    let Some(payment) = simulator.books().get(key) else { return };
    let letter = Letter {
        url: payment.callback_url.clone(),
        id: format!("evt_{}_{step}", payment.transaction_id),
        body: body_of(&payment, message).to_string().into_bytes(),
        signing: message.signing,
    };
    if !message.at_once {
        for _ in 0..message.copies {
            send_until_taken(simulator, key, &letter).await;
        }
        return;
    }
    for _ in 0..message.copies {
        let (simulator, key, letter) = (Arc::clone(simulator), key.clone(), letter.clone());
        let sending = Arc::clone(&simulator);
        simulator.spawn(async move { send_until_taken(&sending, &key, &letter).await });
    }
}

fn body_of(payment: &Payment, message: &Message) -> Value {
    let transaction_id = match message.other_transaction {
        true => format!("{}X", payment.transaction_id),
        false => payment.transaction_id.clone(),
    };
    let mut body = json!({
        "reference": payment.reference,
        "transactionId": transaction_id,
        "status": message.status.unwrap_or(payment.status),
        "amount": payment.amount,
        "currency": payment.currency,
    });
    if let Some(code) = payment.code {
        body["code"] = code.into();
    }
    body
}

async fn send_until_taken(simulator: &Simulator, key: &Key, letter: &Letter) {
    for tried in 0..TRIES {
        let answer = send(simulator, letter).await;
        simulator.books().called_back(key, answer);
        if (200..300).contains(&answer) {
            return;
        }
        if tried + 1 < TRIES {
            simulator.wait(FIRST_BACKOFF_MS << tried).await;
        }
    }
}

/// Sends a letter once; the HTTP status of the answer, or 0 where none came.
pub async fn send(simulator: &Simulator, letter: &Letter) -> u16 {
    let mut request = simulator.client.post(&letter.url).header("content-type", "application/json");
    for (name, value) in signature_headers(simulator, letter) {
        request = request.header(name, value);
    }
    let body = match letter.signing {
        Signing::AlteredAfter => altered(letter.body.clone()),
        _ => letter.body.clone(),
    };
    request.body(body).send().await.map_or(0, |response| response.status().as_u16())
}

fn signature_headers(simulator: &Simulator, letter: &Letter) -> Vec<(&'static str, String)> {
    let secret = &simulator.options.secret_key;
    let right = match simulator.options.scheme {
        CallbackScheme::XSignature => Some(secret.expose().as_bytes().to_vec()),
        CallbackScheme::StandardWebhooks => webhook_key(secret),
    };
    let key = match letter.signing {
        Signing::Missing => return Vec::new(),
        Signing::Wrong => WRONG_KEY.to_vec(),
        Signing::Right | Signing::AlteredAfter | Signing::Stale => right.unwrap_or_default(),
    };
    match simulator.options.scheme {
        CallbackScheme::XSignature => vec![("x-signature", hex::encode(hmac_sha256(&key, &[&letter.body])))],
        CallbackScheme::StandardWebhooks => webhook_headers(letter, &key),
    }
}

fn webhook_headers(letter: &Letter, key: &[u8]) -> Vec<(&'static str, String)> {
    let age = if letter.signing == Signing::Stale { STALE_SECONDS } else { 0 };
    let timestamp = (Utc::now().timestamp() - age).to_string();
    let signed = [letter.id.as_bytes(), b".", timestamp.as_bytes(), b".", &letter.body];
    let tag = STANDARD.encode(hmac_sha256(key, &signed));
    vec![
        ("webhook-id", letter.id.clone()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", format!("v1,{tag}")),
    ]
}

/// The same JSON with another amount: its first digit goes up by one, nine becomes one.
fn altered(mut body: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"\"amount\":";
    let found = body.windows(NAME.len()).position(|window| window == NAME);
    if let Some(digit) = found.and_then(|at| body.get_mut(at + NAME.len())) {
        *digit = if *digit == b'9' { b'1' } else { *digit + 1 };
    }
    body
}
