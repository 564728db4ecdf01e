//! `/control/...`: the hands and eyes of a test or a demonstration.

use super::callback::{Letter, send};
use super::scenario::{SCENARIOS, Signing, named};
use super::{Simulator, initiate};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use domain::{Money, Msisdn};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// A scenario for a number, a reference, or (with neither) for all whose digits say nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    phone: Option<String>,
    reference: Option<String>,
    scenario: String,
}

/// A callback made by hand. What is left out is taken from the payment with this reference.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HandMade {
    reference: String,
    callback_url: Option<String>,
    transaction_id: Option<String>,
    status: Option<String>,
    amount: Option<Money>,
    currency: Option<String>,
    code: Option<String>,
    /// `right` (the default), `wrong`, `missing`, `altered` or `stale`.
    signing: Option<String>,
    /// Sent as it stands, instead of a body made of the fields above.
    raw_body: Option<String>,
    /// The event's id under the timestamped scheme.
    event_id: Option<String>,
}

/// Whether the provider is down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outage {
    on: bool,
}

/// `GET /control/scenarios`: the table.
pub async fn scenarios() -> HttpResponse {
    let rows = SCENARIOS.iter();
    let rows = rows.map(|row| json!({ "scenario": row.name, "digits": row.digits, "story": row.story }));
    HttpResponse::Ok().json(rows.collect::<Vec<Value>>())
}

/// `POST /control/scenarios`: chooses what will happen.
pub async fn choose(simulator: web::Data<Simulator>, choice: web::Json<Choice>) -> HttpResponse {
    let choice = choice.into_inner();
    let Some(scenario) = named(&choice.scenario) else {
        return initiate::refusal((StatusCode::UNPROCESSABLE_ENTITY, "NO_SUCH_SCENARIO"));
    };
    let Ok(phone) = choice.phone.as_deref().map(Msisdn::parse).transpose() else {
        return initiate::refusal((StatusCode::UNPROCESSABLE_ENTITY, "NOT_A_MOBILE"));
    };
    simulator.books().choose(phone, choice.reference, scenario);
    HttpResponse::NoContent().finish()
}

/// `GET /control/payments`: every payment, with the counts of calls and the answers to callbacks.
pub async fn payments(simulator: web::Data<Simulator>) -> HttpResponse {
    HttpResponse::Ok().json(simulator.books().all())
}

/// `GET /control/captured`: the requests received, their tokens struck out.
pub async fn captured(simulator: web::Data<Simulator>) -> HttpResponse {
    HttpResponse::Ok().json(simulator.books().captured())
}

/// `POST /control/callbacks`: sends one callback now, and tells how it was answered.
pub async fn send_callback(simulator: web::Data<Simulator>, made: web::Json<HandMade>) -> HttpResponse {
    let made = made.into_inner();
    let payment = simulator.books().find(&made.reference);
    let known_url = payment.as_ref().map(|payment| payment.callback_url.clone());
    let Some(url) = made.callback_url.clone().or(known_url) else {
        return initiate::refusal((StatusCode::UNPROCESSABLE_ENTITY, "CALLBACK_URL_NEEDED"));
    };
    let Some(signing) = signing_in(made.signing.as_deref()) else {
        return initiate::refusal((StatusCode::UNPROCESSABLE_ENTITY, "NO_SUCH_SIGNING"));
    };
    let payment = payment.map(|payment| json!(payment)).unwrap_or_default();
    let or = |given: Option<Value>, name: &str| given.unwrap_or_else(|| payment[name].clone());
    let mut body = json!({
        "reference": made.reference,
        "transactionId": or(made.transaction_id.map(Value::from), "transactionId"),
        "status": or(made.status.map(Value::from), "status"),
        "amount": or(made.amount.map(|amount| json!(amount)), "amount"),
        "currency": or(made.currency.map(Value::from), "currency"),
    });
    if let Some(code) = made.code {
        body["code"] = code.into();
    }
    let letter = Letter {
        url,
        id: made.event_id.unwrap_or_else(|| format!("evt_hand_{}", made.reference)),
        body: made.raw_body.unwrap_or_else(|| body.to_string()).into_bytes(),
        signing,
    };
    HttpResponse::Ok().json(json!({ "answer": send(&simulator, &letter).await }))
}

/// `POST /control/outage`: while it is on, every payment route answers 503.
pub async fn set_outage(simulator: web::Data<Simulator>, outage: web::Json<Outage>) -> HttpResponse {
    simulator.outage.store(outage.on, Ordering::Relaxed);
    HttpResponse::NoContent().finish()
}

fn signing_in(name: Option<&str>) -> Option<Signing> {
    match name.unwrap_or("right") {
        "right" => Some(Signing::Right),
        "wrong" => Some(Signing::Wrong),
        "missing" => Some(Signing::Missing),
        "altered" => Some(Signing::AlteredAfter),
        "stale" => Some(Signing::Stale),
        _ => None,
    }
}
