//! What happens when a provider posts a callback (`POST /api/payments/mobile-money/callback/{provider}`):
//!
//! 1. The raw bytes are judged before they are read: signature, constant time (`providers::callback`).
//! 2. They are read leniently; what is authentic but unreadable is parked (`providers::report`).
//! 3. Our reference names the payment; one we don't know is kept as an orphan (`domain::callback`).
//! 4. The report is booked with prescription and receipt in one commit (`domain::settlement::hear`).
//! 5. Only now, durable, we answer 200; if nothing could be kept, 503, and the provider repeats.

use super::{body, limits, position, problem::Problem, server::State};
use crate::{
    app::purpose,
    commands::mobile_money,
    execute::{Asked, Plan},
    failure::Failure,
    providers::{CallbackHeaders, KeyAge, Rejection, Report, read_report},
    react::watch::{sha256_hex, told},
    store::{Appended, Expected},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{
    PatientId, PaymentId, StreamId, Wallet,
    callback::{Event, Orphaned, Parked, Rejected},
    payment::Source,
};
use serde::Serialize;
use uuid::Uuid;

/// The largest callback.
const LIMIT: usize = 32 * 1024;

/// It is kept.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Received {
    received: bool,
    /// From here on every reader sees it.
    position: u64,
}

/// Takes in what a provider tells.
#[utoipa::path(post, path = "/api/payments/mobile-money/callback/{provider}", tag = "mobile money",
    params(("provider" = String, Path, description = "TMONEY or FLOOZ"),
        ("x-signature" = String, Header, description = "hex HMAC-SHA256 of the raw body")),
    responses((status = 200, body = Received), super::openapi::Problems))]
pub async fn take_in(
    state: web::Data<State>,
    request: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let wallet = Wallet::ALL.into_iter().find(|wallet| wallet.code().eq_ignore_ascii_case(&provider));
    let wallet = wallet.ok_or_else(|| Problem::not_found("provider"))?;
    let raw = body::raw(&request, &mut payload.into_inner(), LIMIT).await?;
    let (provider, _) = state.app.providers.of(wallet)?;
    let verdict = provider.authenticate(headers(&request), &raw, state.app.clock.now());
    let event_id = match verdict {
        Ok(authentic) => {
            if authentic.key == KeyAge::Previous {
                tracing::warn!(wallet = wallet.code(), "a callback is still signed with the previous secret");
            }
            authentic.event_id
        }
        Err(rejection) => return Err(reject(&state, wallet, &raw, rejection).await),
    };
    // Counted only now: whoever can't sign must not use up the provider's share.
    limits::callbacks(&state.limits, wallet)?;
    let asked = Asked {
        actor: format!("provider:{}", wallet.code()),
        correlation: Uuid::now_v7(),
        request: super::request_id(&request),
        command: None,
    };
    let appended = match read_report(&raw) {
        Ok(report) => hear(&state, &asked, wallet, report, event_id, sha256_hex(&raw)).await?,
        Err(why) => park(&state, &asked, wallet, &raw, &why.to_string()).await?,
    };
    let position = if appended.events.is_empty() { state.app.ledger.head() } else { appended.position() };
    let answer = Received { received: true, position };
    Ok(position::at(HttpResponse::Ok(), position).json(answer))
}

fn headers(request: &HttpRequest) -> CallbackHeaders<'_> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    CallbackHeaders {
        x_signature: text("x-signature"),
        webhook_id: text("webhook-id"),
        webhook_timestamp: text("webhook-timestamp"),
        webhook_signature: text("webhook-signature"),
    }
}

async fn hear(
    state: &State,
    asked: &Asked,
    wallet: Wallet,
    report: Report,
    event_id: Option<String>,
    body_sha256: String,
) -> Result<Appended, Failure> {
    let app = &state.app;
    if let Some(payment) = ours(state, wallet, &report).await? {
        let told = told(report, Source::Callback, event_id, Some(body_sha256));
        let appended = mobile_money::hear(app, asked, payment, &told).await.map_err(to_be_repeated)?;
        app.react.watch(payment);
        return Ok(appended);
    }
    tracing::warn!(wallet = wallet.code(), "a callback names no payment of ours");
    let key = sha256_hex(format!("orphan\n{}\n{body_sha256}", wallet.code()).as_bytes());
    let status = told(report.clone(), Source::Callback, None, None).status.word().to_owned();
    let orphan = Orphaned {
        wallet,
        reference: report.reference,
        provider_ref: report.provider_ref,
        status,
        amount: report.amount,
        body_sha256,
    };
    keep(state, asked, &key, orphan.into()).await
}

/// A provider gives up after 409, but comes again after 503: crowded out is not refused (rule 33).
fn to_be_repeated(failure: Failure) -> Failure {
    if matches!(failure, Failure::Contended) { Failure::Busy } else { failure }
}

/// The payment that a report is about: our reference, and the wallet of the one who signed (fault 23).
async fn ours(state: &State, wallet: Wallet, report: &Report) -> Result<Option<PaymentId>, Failure> {
    let Some(payment) = mobile_money::payment_of(&report.reference) else { return Ok(None) };
    let attempt = state.app.ledger.load_attempt(payment).await?;
    Ok(attempt.filter(|(attempt, _)| attempt.state.terms.wallet == wallet).map(|_| payment))
}

/// Authentic, and not a word of it understood: it may be money, so it is kept as it came.
async fn park(
    state: &State,
    asked: &Asked,
    wallet: Wallet,
    raw: &[u8],
    why: &str,
) -> Result<Appended, Failure> {
    tracing::warn!(wallet = wallet.code(), why, "a callback can't be read");
    let body_sha256 = sha256_hex(raw);
    let key = sha256_hex(format!("parked\n{}\n{body_sha256}", wallet.code()).as_bytes());
    let body = state.app.vault.seal(PatientId(Uuid::nil()), purpose::CALLBACK, raw)?;
    keep(state, asked, &key, Parked { wallet, body, body_sha256 }.into()).await
}

/// Nobody vouches for it: only its hash and the reason are kept, and not without end (rule 25).
async fn reject(state: &State, wallet: Wallet, raw: &[u8], rejection: Rejection) -> Problem {
    let reason = rejection.to_string();
    tracing::warn!(wallet = wallet.code(), reason, "a callback was rejected");
    if limits::may_record_rejection(&state.limits, wallet) {
        let body_sha256 = sha256_hex(raw);
        let key = sha256_hex(format!("rejected\n{}\n{reason}\n{body_sha256}", wallet.code()).as_bytes());
        let asked = Asked { actor: "nobody".into(), ..Asked::by_ourselves(Uuid::now_v7()) };
        let rejected = Rejected { wallet, reason, body_sha256 };
        if let Err(failure) = keep(state, &asked, &key, rejected.into()).await {
            return failure.into();
        }
    }
    Problem::new(StatusCode::UNAUTHORIZED, "callback_not_authentic", "Signature absente ou invalide.")
}

/// Keeps what names no payment, once for each content.
async fn keep(state: &State, asked: &Asked, key: &str, event: Event) -> Result<Appended, Failure> {
    let ledger = &state.app.ledger;
    let stream = StreamId::callback(key);
    let decide = async || {
        let kept = !ledger.store.read(&stream, 0).await?.is_empty();
        let events = if kept { vec![] } else { vec![event.clone()] };
        Ok(Plan::default().write(stream.clone(), Expected::Empty, events))
    };
    ledger.execute(asked, decide).await.map_err(to_be_repeated)
}
