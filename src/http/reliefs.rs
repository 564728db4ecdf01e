//! `/api/reliefs`: exemptions and discounts, asked for by one and granted by another.

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, text};
use crate::{
    commands::reliefs::{self, Request},
    failure::Failure,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{Money, PrescriptionId, ReliefId, relief::Kind, user::Role};
use serde::{Deserialize, Serialize};

/// What a patient shall not have to pay.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReliefWish)]
pub struct Wish {
    /// `EXEMPTION` or `DISCOUNT`.
    kind: String,
    /// A part of what is due; all of it if absent.
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
    /// Why, 1 to 200 characters; no name of a patient.
    reason: String,
}

/// What waits for a second person.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReliefRequested)]
pub struct Requested {
    relief_id: String,
    kind: &'static str,
    #[schema(value_type = i64)]
    amount: Money,
    state: &'static str,
}

/// What a second person decided.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReliefDecided)]
pub struct Decided {
    relief_id: String,
    /// `GRANTED`, `REJECTED`, `WITHDRAWN`.
    state: &'static str,
    /// What need not be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    amount: Option<Money>,
    /// The voucher that stands where a receipt would.
    #[serde(skip_serializing_if = "Option::is_none")]
    voucher_number: Option<String>,
}

/// Why not.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReliefRejection)]
pub struct Rejection {
    /// 1 to 200 characters.
    reason: String,
}

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// `REQUESTED` (if absent), `GRANTED`, `REJECTED`, `WITHDRAWN`.
    state: Option<String>,
}

/// Asks that a patient need not pay.
#[utoipa::path(post, path = "/api/prescriptions/{id}/reliefs", tag = "reliefs", request_body = Wish,
    params(("id" = String, Path)), responses((status = 201, body = Requested), super::openapi::Problems))]
pub async fn request(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PrescriptionId>,
    body: Body<Wish>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let kind = match body.content.kind.as_str() {
        "EXEMPTION" => Kind::Exemption,
        "DISCOUNT" => Kind::Discount,
        _ => return Err(Problem::invalid("/kind", "La demande est EXEMPTION ou DISCOUNT.")),
    };
    let reason = text::bounded("/reason", &body.content.reason, 200)?;
    let ask = Request { prescription: *id, kind, amount: body.content.amount, reason, by: who.user };
    let done = reliefs::request(&state.app, &who.asked(&body.canonical), ask).await?;
    let (relief, amount) = done.answer;
    let answer = Requested { relief_id: relief.to_string(), kind: kind.code(), amount, state: "REQUESTED" };
    Ok(position::created(&done, "/api/reliefs", answer))
}

/// A second person agrees; never the one who asked.
#[utoipa::path(post, path = "/api/reliefs/{id}/grant", tag = "reliefs", params(("id" = String, Path)),
    responses((status = 200, body = Decided), super::openapi::Problems))]
pub async fn grant(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<ReliefId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let done = reliefs::grant(&state.app, &who.asked(&[]), *id, who.user).await?;
    let answer = Decided {
        relief_id: id.to_string(),
        state: "GRANTED",
        amount: Some(done.answer.amount),
        voucher_number: Some(done.answer.voucher.to_string()),
    };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// A second person does not agree; never the one who asked.
#[utoipa::path(post, path = "/api/reliefs/{id}/reject", tag = "reliefs", request_body = Rejection,
    params(("id" = String, Path)), responses((status = 200, body = Decided), super::openapi::Problems))]
pub async fn reject(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<ReliefId>,
    body: Body<Rejection>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let reason = text::bounded("/reason", &body.content.reason, 200)?;
    let done = reliefs::reject(&state.app, &who.asked(&body.canonical), *id, who.user, &reason).await?;
    let answer = Decided { relief_id: id.to_string(), state: "REJECTED", amount: None, voucher_number: None };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// Who asked asks no more; nobody else does that, and not once it is decided.
#[utoipa::path(post, path = "/api/reliefs/{id}/withdraw", tag = "reliefs", params(("id" = String, Path)),
    responses((status = 200, body = Decided), super::openapi::Problems))]
pub async fn withdraw(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<ReliefId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let done = reliefs::withdraw(&state.app, &who.asked(&[]), *id, who.user).await?;
    let answer =
        Decided { relief_id: id.to_string(), state: "WITHDRAWN", amount: None, voucher_number: None };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// The latest hundred in a state: what a cashier asked for himself, or all.
#[utoipa::path(get, path = "/api/reliefs", tag = "reliefs", params(Filter), responses(
    (status = 200, body = Vec<projections::reliefs::Relief>), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let wanted = filter.state.as_deref().unwrap_or("REQUESTED");
    if !["REQUESTED", "GRANTED", "REJECTED", "WITHDRAWN"].contains(&wanted) {
        return Err(Problem::invalid("/state", "L’état est REQUESTED, GRANTED, REJECTED ou WITHDRAWN."));
    }
    let position = position::reached(&state, &request).await?;
    let query = projections::reliefs::in_state(wanted, who.sees_only());
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}
