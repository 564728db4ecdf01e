//! `/api/payments`: cash, giving up on a mobile attempt, ending a review.

use super::{body::Body, identity::Identity, limits, position, problem::Problem, server::State, text};
use crate::{commands::payments, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{Money, PaymentId, PrescriptionId, payment::Outcome, user::Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Cash over the counter.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cash {
    prescription_id: Uuid,
    /// A part of what is due; all of it if absent.
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
    /// What the payer gave.
    #[schema(value_type = i64)]
    amount_tendered: Money,
}

/// Cash taken.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    payment_id: String,
    receipt_number: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// What goes back to the payer.
    #[schema(value_type = i64)]
    change: Money,
}

/// How a review shall end.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `PAID` or `DECLINED`.
    outcome: String,
    /// What came, where it isn't booked yet.
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
    /// Why, and on what evidence.
    note: String,
}

/// What became of a payment.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Became {
    payment_id: String,
    status: &'static str,
    message: &'static str,
}

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// Our finer state, such as `REVIEW` or `REGISTERED`.
    state: Option<String>,
}

/// Takes cash for what is due, or for a part of it.
#[utoipa::path(post, path = "/api/payments/cash", tag = "payments", request_body = Cash,
    responses((status = 201, body = Taken), super::openapi::Problems))]
pub async fn cash(state: web::Data<State>, who: Identity, body: Body<Cash>) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    limits::payments(&state.limits, who.user)?;
    let prescription = PrescriptionId(body.content.prescription_id);
    let tendered = body.content.amount_tendered;
    let asked = who.asked(&body.canonical);
    let done = payments::take_cash(&state.app, &asked, who.user, prescription, body.content.amount, tendered)
        .await?;
    let taken = &done.answer;
    let answer = Taken {
        payment_id: taken.payment.to_string(),
        receipt_number: taken.receipt.to_string(),
        amount: taken.amount,
        change: taken.change,
    };
    Ok(position::created(&done, &format!("/api/receipts/{}", taken.receipt), answer))
}

/// Gives up waiting for a mobile payment. It is still watched: what comes later is booked.
#[utoipa::path(post, path = "/api/payments/{id}/abandon", tag = "payments",
    params(("id" = String, Path)), responses((status = 200, body = Became), super::openapi::Problems))]
pub async fn abandon(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PaymentId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier, Role::Admin])?;
    let done = payments::abandon(&state.app, &who.asked(&[]), *id, who.user).await?;
    let message = "Paiement abandonné. Si le patient a déjà validé, l’argent sera enregistré : sur la \
                   prescription si elle est encore due, sinon comme avance. Prévenez-le avant d’encaisser \
                   autrement.";
    let answer = Became { payment_id: id.to_string(), status: "CANCELLED", message };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// Ends a review: a first person proposes, a second one agrees.
#[utoipa::path(post, path = "/api/payments/{id}/resolve", tag = "payments", request_body = Resolution,
    params(("id" = String, Path)), responses((status = 200, body = Became), super::openapi::Problems))]
pub async fn resolve(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PaymentId>,
    body: Body<Resolution>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Accountant, Role::Admin])?;
    let note = text::bounded("/note", &body.content.note, 500)?;
    let outcome = match body.content.outcome.as_str() {
        "PAID" => Outcome::Paid(body.content.amount.unwrap_or(Money::ZERO)),
        "DECLINED" => Outcome::Declined,
        _ => return Err(Problem::invalid("/outcome", "L’issue est PAID ou DECLINED.")),
    };
    let asked = who.asked(&body.canonical);
    let done = payments::resolve(&state.app, &asked, *id, who.user, outcome, &note).await?;
    let (status, message) = match (done.answer, outcome) {
        (false, _) => ("PROCESSING", "Proposition enregistrée. Une deuxième personne doit la confirmer."),
        (true, Outcome::Paid(_)) => ("SUCCESS", "Vérification close : l’argent est reçu."),
        (true, Outcome::Declined) => ("FAILED", "Vérification close : aucun argent n’est venu."),
    };
    let answer = Became { payment_id: id.to_string(), status, message };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// Shows a payment: a cashier's own, or any.
#[utoipa::path(get, path = "/api/payments/{id}", tag = "payments", params(("id" = String, Path)),
    responses((status = 200, body = projections::payments::Payment), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<PaymentId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let payment = state.app.views.first(projections::payments::by_id(*id)).await.map_err(Failure::from)?;
    let payment = payment.filter(|payment| who.may_see(payment.cashier_id));
    let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(position::read(position, payment))
}

/// The latest hundred payments in a state: a cashier's own, or all.
#[utoipa::path(get, path = "/api/payments", tag = "payments", params(Filter), responses(
    (status = 200, body = Vec<projections::payments::Payment>), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let wanted = filter.state.as_deref().unwrap_or("REGISTERED");
    let query = projections::payments::in_state(wanted, who.sees_only());
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}
