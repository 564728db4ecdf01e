//! `/api/payments/{id}/refunds`, `/api/refunds`: money asked back, decided upon, given back.

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, text};
use crate::{
    commands::refunds::{self, Ask},
    failure::Failure,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::NaiveDate;
use domain::{
    Money, PaymentId, RefundId,
    refund::{Kind, Stage},
    user::Role,
};
use serde::{Deserialize, Serialize};

/// Money asked back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `VOID`: all of it, out of the session that took it; `REFUND`: a part or all.
    kind: String,
    /// May be left out of a void.
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
    /// Why; no name of a patient.
    reason: String,
}

/// Why not.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    reason: String,
}

/// How it went.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Completion {
    /// The provider's reference of the transfer back, for mobile money alone.
    provider_reference: Option<String>,
}

/// A refund that waits for a second person.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    refund_id: String,
    payment_id: String,
    kind: &'static str,
    #[schema(value_type = i64)]
    amount: Money,
    state: &'static str,
}

/// What was decided.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    refund_id: String,
    payment_id: String,
    state: &'static str,
}

/// Money that went back.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GivenBack {
    refund_id: String,
    payment_id: String,
    kind: &'static str,
    state: &'static str,
    /// `B-2026-000001`.
    slip_number: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// Of it due again for the prescription.
    #[schema(value_type = i64)]
    applied: Money,
    /// Of it out of an advance.
    #[schema(value_type = i64)]
    advance: Money,
    /// Out of which drawer.
    till_id: Option<String>,
    day: NaiveDate,
}

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// `REQUESTED`, `APPROVED`, `REJECTED` or `COMPLETED`; any if absent.
    state: Option<String>,
}

/// Asks that money goes back: a cashier of his own payments, an administrator of any.
#[utoipa::path(post, path = "/api/payments/{id}/refunds", tag = "refunds", request_body = Request,
    params(("id" = String, Path)), responses((status = 201, body = Waiting), super::openapi::Problems))]
pub async fn request(
    state: web::Data<State>,
    who: Identity,
    payment: web::Path<PaymentId>,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let content = &body.content;
    let kind = match (content.kind.as_str(), content.amount) {
        ("VOID", _) => Kind::Void,
        ("REFUND", Some(_)) => Kind::Refund,
        ("REFUND", None) => return Err(Problem::invalid("/amount", "Indiquez le montant à rembourser.")),
        _ => return Err(Problem::invalid("/kind", "La demande est VOID ou REFUND.")),
    };
    let ask = Ask {
        payment: *payment,
        kind,
        amount: content.amount,
        reason: text::bounded("/reason", &content.reason, 500)?,
        by: who.user,
        own_only: who.sees_only().is_some(),
    };
    let done = refunds::request(&state.app, &who.asked(&body.canonical), &ask).await?;
    let requested = &done.answer;
    let answer = Waiting {
        refund_id: requested.refund.to_string(),
        payment_id: payment.to_string(),
        kind: requested.kind.code(),
        amount: requested.amount,
        state: Stage::Requested.code(),
    };
    Ok(position::created(&done, &format!("/api/refunds/{}", requested.refund), answer))
}

/// A second person agrees: neither who asked, nor who had received the money.
#[utoipa::path(post, path = "/api/payments/{id}/refunds/{refund}/approve", tag = "refunds",
    params(("id" = String, Path), ("refund" = String, Path)),
    responses((status = 200, body = Decided), super::openapi::Problems))]
pub async fn approve(
    state: web::Data<State>,
    who: Identity,
    ids: web::Path<(PaymentId, RefundId)>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let (payment, refund) = *ids;
    let done = refunds::approve(&state.app, &who.asked(&[]), payment, refund, who.user).await?;
    Ok(position::done(StatusCode::OK, &done, decided(payment, refund, Stage::Approved)))
}

/// A second person does not agree, or takes back an approval before the money went.
#[utoipa::path(post, path = "/api/payments/{id}/refunds/{refund}/reject", tag = "refunds",
    request_body = Rejection, params(("id" = String, Path), ("refund" = String, Path)),
    responses((status = 200, body = Decided), super::openapi::Problems))]
pub async fn reject(
    state: web::Data<State>,
    who: Identity,
    ids: web::Path<(PaymentId, RefundId)>,
    body: Body<Rejection>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let reason = text::bounded("/reason", &body.content.reason, 500)?;
    let ((payment, refund), asked) = (*ids, who.asked(&body.canonical));
    let done = refunds::reject(&state.app, &asked, payment, refund, &reason, who.user).await?;
    Ok(position::done(StatusCode::OK, &done, decided(payment, refund, Stage::Rejected)))
}

/// The money goes: cash out of a cashier's open till, mobile money by the accountancy with the provider's reference.
#[utoipa::path(post, path = "/api/payments/{id}/refunds/{refund}/complete", tag = "refunds",
    request_body = Completion, params(("id" = String, Path), ("refund" = String, Path)),
    responses((status = 200, body = GivenBack), super::openapi::Problems))]
pub async fn complete(
    state: web::Data<State>,
    who: Identity,
    ids: web::Path<(PaymentId, RefundId)>,
    body: Body<Completion>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant])?;
    let reference = body.content.provider_reference.as_deref();
    let reference = reference.map(|text| text::bounded("/providerReference", text, 100)).transpose()?;
    let ((payment, refund), asked) = (*ids, who.asked(&body.canonical));
    match refunds::in_cash(&state.app, payment).await? {
        true => who.must_be(&[Role::Cashier])?,
        false => who.must_be(&[Role::Admin, Role::Accountant])?,
    }
    let done = refunds::complete(&state.app, &asked, payment, refund, reference, who.user).await?;
    let paid = &done.answer.paid;
    let answer = GivenBack {
        refund_id: paid.refund.to_string(),
        payment_id: paid.payment.to_string(),
        kind: paid.kind.code(),
        state: Stage::Completed.code(),
        slip_number: done.answer.slip.to_string(),
        amount: paid.amount,
        applied: paid.applied,
        advance: paid.advance,
        till_id: paid.till.map(|till| till.to_string()),
        day: paid.day,
    };
    Ok(position::done(StatusCode::OK, &done, answer))
}

fn decided(payment: PaymentId, refund: RefundId, stage: Stage) -> Decided {
    Decided { refund_id: refund.to_string(), payment_id: payment.to_string(), state: stage.code() }
}

/// Shows a refund: to a cashier what concerns him, to others any.
#[utoipa::path(get, path = "/api/refunds/{id}", tag = "refunds", params(("id" = String, Path)),
    responses((status = 200, body = projections::refunds::Refund), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<RefundId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let query = projections::refunds::by_id(*id, who.sees_only());
    let refund = state.app.views.first(query).await.map_err(Failure::from)?;
    Ok(position::read(position, refund.ok_or_else(|| Problem::not_found("refund"))?))
}

/// The latest two hundred refunds: those that concern a cashier, or all.
#[utoipa::path(get, path = "/api/refunds", tag = "refunds", params(Filter), responses(
    (status = 200, body = Vec<projections::refunds::Refund>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let stages = [Stage::Requested, Stage::Approved, Stage::Rejected, Stage::Completed].map(Stage::code);
    let wanted = filter.state.as_deref();
    if wanted.is_some_and(|wanted| !stages.contains(&wanted)) {
        return Err(Problem::invalid(
            "/state",
            format!("L’état est l’un de\u{202f}: {}.", stages.join(", ")),
        ));
    }
    let position = position::reached(&state, &request).await?;
    let query = projections::refunds::in_state(wanted, who.sees_only());
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}
