//! Read your own writes: `Ledger-Position` on every answer, honoured on every read.

use super::{problem::Problem, server::State};
use crate::{commands::Done, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::StatusCode, http::header};
use serde::Serialize;
use std::time::Duration;

/// The header's name.
pub const HEADER: &str = "Ledger-Position";

/// How long a reader waits for the position he named.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long one waits who named none: the read models are milliseconds behind.
const COURTESY: Duration = Duration::from_millis(200);

/// Waits until the read models show what the reader has seen before. A position he names must be
/// reached, or 503; without one the answer shows what is there, at the latest after a moment.
pub async fn reached(state: &State, request: &HttpRequest) -> Result<u64, Problem> {
    let named = request.headers().get(HEADER).map(|value| {
        value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
            Problem::invalid("/headers/Ledger-Position", "Ledger-Position est un nombre entier.")
        })
    });
    at_least(state, named.transpose()?).await
}

/// The same for a position that came another way, such as in the address of a page.
pub async fn at_least(state: &State, wanted: Option<u64>) -> Result<u64, Problem> {
    let views = &state.app.views;
    match wanted {
        Some(wanted) => views.reach(wanted, PATIENCE).await.map_err(Failure::from)?,
        None => _ = views.reach(state.app.ledger.head(), COURTESY).await,
    }
    Ok(views.position())
}

/// A read's answer, with the position that it reflects.
pub fn read(position: u64, content: impl Serialize) -> HttpResponse {
    at(HttpResponse::Ok(), position).json(content)
}

/// A response that carries a position and personal data: nobody keeps it.
pub fn at(mut response: HttpResponseBuilder, position: u64) -> HttpResponseBuilder {
    response.insert_header((HEADER, position.to_string()));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// A command's answer.
pub fn done<T>(status: StatusCode, done: &Done<T>, content: impl Serialize) -> HttpResponse {
    let mut response = at(HttpResponse::build(status), done.position);
    if done.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response.json(content)
}

/// A creation's answer, with its address.
pub fn created<T>(done: &Done<T>, location: &str, content: impl Serialize) -> HttpResponse {
    let mut response = at(HttpResponse::Created(), done.position);
    response.insert_header((header::LOCATION, location));
    if done.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response.json(content)
}
