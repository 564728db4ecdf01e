//! `/api/receipts`: a receipt, its QR, its duplicata, and what a scan must show. Pictures are made when asked for.

use super::{body::Body, identity::Identity, limits, position, problem::Problem, server::State};
use crate::{
    commands::receipts,
    failure::Failure,
    proof::{qr, receipt_code, receipt_code::ReceiptCode},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{Money, receipt::ReceiptNumber, user::Role};
use projections::receipts::Receipt;
use serde::{Deserialize, Serialize};

/// A receipt with the text of its QR.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    #[serde(flatten)]
    receipt: Receipt,
    /// How often it was printed again: the next print says "DUPLICATA" and the next figure.
    duplicatas: i64,
    /// What the QR holds: number, amount, date, key and signature; no name, no exam.
    qr_text: String,
}

/// A scanned or typed code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    code: String,
}

/// What a scan must show, to be compared with the paper.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Signed by this hospital, and in its ledger with the same figures.
    valid: bool,
    receipt_number: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// `YYYY-MM-DD`.
    date: String,
    /// `PAID`, `PARTLY_REFUNDED`, `REFUNDED`, `VOIDED`: whether what the paper says is still so.
    state: &'static str,
    /// Francs that went back since.
    #[schema(value_type = i64)]
    refunded: Money,
}

/// A receipt printed again.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duplicata {
    receipt_number: String,
    /// The how many-th it is, from 1.
    duplicata: u64,
}

/// A public key, for checking receipts without a network.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    key_id: String,
    /// Ed25519, in hex.
    public_key: String,
}

/// Shows a receipt: a cashier's own, or any.
#[utoipa::path(get, path = "/api/receipts/{number}", tag = "receipts",
    params(("number" = String, Path)), responses((status = 200, body = Shown), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (position, receipt) = find(&state, &request, &who, &number).await?;
    let qr_text = qr_text(&state, &receipt)?;
    let duplicatas = match receipt.receipt_number.parse() {
        Ok(number) => copies(&state, &number).await?,
        Err(_) => 0,
    };
    Ok(position::read(position, Shown { receipt, duplicatas, qr_text }))
}

/// Counts one more print of a receipt: the paper says "DUPLICATA" and the figure answered, and nothing else
/// in it differs from the first.
#[utoipa::path(post, path = "/api/receipts/{number}/duplicata", tag = "receipts",
    params(("number" = String, Path)),
    responses((status = 201, body = Duplicata), super::openapi::Problems))]
pub async fn duplicate(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant])?;
    let (_, receipt) = find(&state, &request, &who, &number).await?;
    let number: ReceiptNumber = receipt.receipt_number.parse().map_err(|_| Problem::not_found("receipt"))?;
    let done = receipts::duplicate(&state.app, &who.asked(&[]), &number, who.user).await?;
    let answer = Duplicata { receipt_number: number.to_string(), duplicata: done.answer };
    Ok(position::created(&done, &format!("/api/receipts/{number}"), answer))
}

/// The QR of a receipt.
#[utoipa::path(get, path = "/api/receipts/{number}/qr.svg", tag = "receipts",
    params(("number" = String, Path)),
    responses((status = 200, content_type = "image/svg+xml", body = String), super::openapi::Problems))]
pub async fn picture(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (position, receipt) = find(&state, &request, &who, &number).await?;
    let svg = qr_picture(&state, &receipt)?;
    Ok(position::at(HttpResponse::Ok(), position).content_type("image/svg+xml").body(svg))
}

async fn find(
    state: &State,
    request: &HttpRequest,
    who: &Identity,
    number: &str,
) -> Result<(u64, Receipt), Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let number: ReceiptNumber = number.parse().map_err(|_| Problem::not_found("receipt"))?;
    let position = position::reached(state, request).await?;
    Ok((position, seen_by(state, who, &number).await?))
}

/// The receipt of this number, if this user may see it.
pub async fn seen_by(state: &State, who: &Identity, number: &ReceiptNumber) -> Result<Receipt, Problem> {
    let receipt =
        state.app.views.first(projections::receipts::by_number(number)).await.map_err(Failure::from)?;
    let receipt = receipt.filter(|receipt| who.may_see(receipt.cashier_id));
    receipt.ok_or_else(|| Problem::not_found("receipt"))
}

/// How often a receipt was printed again.
pub async fn copies(state: &State, number: &ReceiptNumber) -> Result<i64, Problem> {
    let copies = state.app.views.first(projections::duplicata::copies(number)).await;
    Ok(copies.map_err(Failure::from)?.unwrap_or(0))
}

/// A web address that carries the whole proof: it can be checked without ever being opened.
pub fn qr_text(state: &State, receipt: &Receipt) -> Result<String, Problem> {
    let code = ReceiptCode::new(&receipt.receipt_number, receipt.amount, receipt.day);
    let code = code.map_err(|_| broken())?.sign(&state.app.vault.signer());
    Ok(format!("{}/r/{code}", state.app.house.public_url))
}

/// The picture of it, to stand in a page.
pub fn qr_picture(state: &State, receipt: &Receipt) -> Result<String, Problem> {
    qr::svg(&qr_text(state, receipt)?).map_err(|_| broken())
}

/// The same as a data URL.
pub fn qr_data_url(state: &State, receipt: &Receipt) -> Result<String, Problem> {
    qr::data_url(&qr_text(state, receipt)?).map_err(|_| broken())
}

fn broken() -> Problem {
    let detail = "Le QR de ce reçu ne peut pas être dessiné. Le reçu reste valable par son numéro.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "qr_failed", detail)
}

/// Checks a scanned code; nobody needs to sign in for it.
#[utoipa::path(post, path = "/api/receipts/verify", tag = "receipts", request_body = Scan,
    responses((status = 200, body = Verdict), super::openapi::Problems))]
pub async fn verify(
    state: web::Data<State>,
    request: HttpRequest,
    body: Body<Scan>,
) -> Result<HttpResponse, Problem> {
    limits::anonymous(&state.limits, &request)?;
    let vault = &state.app.vault;
    let code = receipt_code::check(&body.content.code, |key_id| vault.public_key(key_id));
    let code = code.map_err(|_| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "receipt_not_genuine",
            "Ce code n’a pas été signé par cet hôpital. Gardez le papier et prévenez la direction.",
        )
    })?;
    let position = position::reached(&state, &request).await?;
    let number: ReceiptNumber = code.number().parse().map_err(|_| Problem::not_found("receipt"))?;
    let receipt =
        state.app.views.first(projections::receipts::by_number(&number)).await.map_err(Failure::from)?;
    let receipt = receipt.ok_or_else(|| Problem::not_found("receipt"))?;
    let verdict = Verdict {
        valid: receipt.amount == code.amount() && receipt.day == code.day(),
        receipt_number: receipt.receipt_number,
        amount: receipt.amount,
        date: receipt.day.to_string(),
        state: receipt.mark.unwrap_or("PAID"),
        refunded: receipt.refunded,
    };
    Ok(position::read(position, verdict))
}

/// The public keys that receipts are signed with; for printing on the wall.
#[utoipa::path(get, path = "/api/receipts/keys", tag = "receipts",
    responses((status = 200, body = Vec<PublicKey>)))]
pub async fn keys(state: web::Data<State>) -> HttpResponse {
    let keys = state.app.vault.public_keys().into_iter();
    let keys = keys.map(|(key_id, public)| PublicKey { key_id, public_key: hex::encode(public) });
    HttpResponse::Ok().json(keys.collect::<Vec<_>>())
}
