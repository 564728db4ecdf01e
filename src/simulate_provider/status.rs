//! `GET /{wallet}/payment/status/{id}`: how far a payment is, by either reference.

use super::Simulator;
use super::initiate::{check_token, refusal, wallet_in};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use serde_json::json;
use std::sync::atomic::Ordering;

/// The route.
pub async fn status(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    simulator.capture(&request, b"");
    if simulator.outage.load(Ordering::Relaxed) {
        return refusal((StatusCode::SERVICE_UNAVAILABLE, "OUTAGE"));
    }
    let (wallet, id) = path.into_inner();
    let wallet =
        match wallet_in(&wallet).and_then(|wallet| check_token(&simulator, &request).map(|()| wallet)) {
            Ok(wallet) => wallet,
            Err(refused) => return refusal(refused),
        };
    let found = simulator.books().status(wallet, &id, Utc::now());
    let Some(payment) = found else {
        return refusal((StatusCode::NOT_FOUND, "UNKNOWN_REFERENCE"));
    };
    let mut body = json!({
        "status": payment.status,
        "transactionId": payment.transaction_id,
        "reference": payment.reference,
        "amount": payment.amount,
        "currency": payment.currency,
        "completedAt": payment.completed_at,
    });
    if let Some(code) = payment.code {
        body["code"] = code.into();
    }
    HttpResponse::Ok().json(body)
}
