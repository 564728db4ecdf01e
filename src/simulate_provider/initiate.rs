//! `POST /{wallet}/payment/initiate`: checks token and signature, registers, answers as planned.

use super::books::{Key, Order, Payment};
use super::scenario::Opening;
use super::{Simulator, plan};
use crate::providers::signature::verifies;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::{Money, Msisdn, Wallet};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Initiate {
    merchant_id: String,
    amount: Money,
    currency: String,
    phone_number: String,
    reference: String,
    #[serde(rename = "description")]
    _description: String,
    callback_url: String,
    timestamp: i64,
    signature: String,
}

/// A refusal: the HTTP status and the code.
type Refused = (StatusCode, &'static str);

/// The route.
pub async fn initiate(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    wallet: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    simulator.capture(&request, &body);
    if simulator.outage.load(Ordering::Relaxed) {
        return refusal((StatusCode::SERVICE_UNAVAILABLE, "OUTAGE"));
    }
    let order = match order_in(&simulator, &request, &wallet, &body) {
        Ok(order) => order,
        Err(refused) => return refusal(refused),
    };
    let key = order.key.clone();
    let payment = simulator.books().asked(order);
    match payment.scenario.opening {
        _ if payment.registered => duplicate(&payment),
        Opening::Refuses(code) => refusal((StatusCode::PAYMENT_REQUIRED, code)),
        Opening::Unregistered if payment.initiate_calls == 1 => broken(),
        _ if !simulator.books().register(&key) => duplicate(&payment),
        opening => open(simulator.into_inner(), key, &payment, opening).await,
    }
}

async fn open(simulator: Arc<Simulator>, key: Key, payment: &Payment, opening: Opening) -> HttpResponse {
    let plan = plan::run(Arc::clone(&simulator), key, payment.scenario);
    if opening == Opening::AfterPlan {
        plan.await;
        return registered(payment);
    }
    simulator.spawn(plan);
    let mut stopping = simulator.stopping.subscribe();
    match opening {
        Opening::ServerError => broken(),
        Opening::Html => HttpResponse::Ok().content_type("text/html").body("<html><h1>Bienvenue</h1></html>"),
        Opening::Silence => {
            let _ = stopping.wait_for(|stop| *stop).await;
            broken()
        }
        Opening::Late(ms) => {
            simulator.wait(ms).await;
            registered(payment)
        }
        Opening::Registers | Opening::AfterPlan | Opening::Unregistered | Opening::Refuses(_) => {
            registered(payment)
        }
    }
}

fn order_in(
    simulator: &Simulator,
    request: &HttpRequest,
    wallet: &str,
    body: &[u8],
) -> Result<Order, Refused> {
    let wallet = wallet_in(wallet)?;
    check_token(simulator, request)?;
    let bad_request = |_| (StatusCode::BAD_REQUEST, "BAD_REQUEST");
    let asked: Initiate = serde_json::from_slice(body).map_err(bad_request)?;
    let signed =
        format!("{}{}{}{}", asked.merchant_id, asked.amount.francs(), asked.reference, asked.timestamp);
    let tag = hex::decode(&asked.signature).unwrap_or_default();
    let secret = simulator.options.secret_key.expose().as_bytes();
    if !verifies(secret, &[signed.as_bytes()], &tag) || asked.merchant_id != simulator.options.merchant_id {
        return Err((StatusCode::UNAUTHORIZED, "BAD_SIGNATURE"));
    }
    if asked.amount.is_zero() || asked.currency != "XOF" || asked.reference.is_empty() {
        return Err((StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    }
    let payer_not_found = |_| (StatusCode::BAD_REQUEST, "PAYER_NOT_FOUND");
    let phone = Msisdn::parse(&asked.phone_number).map_err(payer_not_found)?;
    let key = (wallet, asked.reference);
    Ok(Order { key, amount: asked.amount, phone, callback_url: asked.callback_url })
}

/// The wallet that a path names.
pub fn wallet_in(path: &str) -> Result<Wallet, Refused> {
    let found = Wallet::ALL.into_iter().find(|wallet| wallet.code().eq_ignore_ascii_case(path));
    found.ok_or((StatusCode::NOT_FOUND, "NO_SUCH_WALLET"))
}

/// Whether the caller has our token.
pub fn check_token(simulator: &Simulator, request: &HttpRequest) -> Result<(), Refused> {
    let given = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = given.and_then(|text| text.strip_prefix("Bearer "));
    match token == Some(simulator.options.api_key.expose()) {
        true => Ok(()),
        false => Err((StatusCode::UNAUTHORIZED, "BAD_TOKEN")),
    }
}

/// The answer to what is refused.
pub fn refusal((status, code): Refused) -> HttpResponse {
    HttpResponseBuilder::new(status).json(json!({ "code": code, "message": "Demande refusée" }))
}

fn registered(payment: &Payment) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "transactionId": payment.transaction_id,
        "status": "PENDING",
        "message": "En attente de confirmation sur le téléphone",
    }))
}

fn duplicate(payment: &Payment) -> HttpResponse {
    let body = json!({ "code": "DUPLICATE_REFERENCE", "transactionId": payment.transaction_id });
    HttpResponse::Conflict().json(body)
}

fn broken() -> HttpResponse {
    refusal((StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"))
}
