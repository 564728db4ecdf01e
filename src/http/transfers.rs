//! `/api/transfers`, `/api/tills/{id}/transfers`: cash from drawer to drawer. `{id}` is the sender's till.

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, tills::READERS};
use crate::{
    commands::{Done, transfers, transfers::Moved},
    failure::Failure,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{Money, TillId, TransferId, UserId, user::Role};
use serde::{Deserialize, Serialize};

/// Cash for another drawer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// The till that shall have it, as `/api/desks` names it.
    #[schema(value_type = String)]
    to: TillId,
    #[schema(value_type = i64)]
    amount: Money,
}

/// How far a transfer is.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moving {
    transfer_id: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// `SENT`, `ACCEPTED`, `RETURNED`.
    state: &'static str,
}

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// `SENT`, `ACCEPTED` or `RETURNED`; all of them if absent.
    state: Option<String>,
}

/// Sends cash out of the cashier's own drawer.
#[utoipa::path(post, path = "/api/tills/{id}/transfers", tag = "tills", request_body = Sending,
    params(("id" = String, Path)), responses((status = 201, body = Moving), super::openapi::Problems))]
pub async fn send(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<TillId>,
    body: Body<Sending>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    let Sending { to, amount } = body.content;
    let done = transfers::send(&state.app, &who.asked(&body.canonical), *id, to, amount, who.user).await?;
    Ok(position::created(&done, &format!("/api/tills/{id}"), moving(&done, "SENT")))
}

/// Takes what was sent into the cashier's own drawer.
#[utoipa::path(post, path = "/api/tills/{id}/transfers/{transfer}/accept", tag = "tills",
    params(("id" = String, Path), ("transfer" = String, Path)),
    responses((status = 200, body = Moving), super::openapi::Problems))]
pub async fn accept(
    state: web::Data<State>,
    who: Identity,
    path: web::Path<(TillId, TransferId)>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    let (from, transfer) = *path;
    let done = transfers::accept(&state.app, &who.asked(&[]), from, transfer, who.user).await?;
    Ok(position::done(StatusCode::OK, &done, moving(&done, "ACCEPTED")))
}

/// Puts what was sent back: the sender takes it back, the receiver won't have it, or the office puts it back
/// for them.
#[utoipa::path(post, path = "/api/tills/{id}/transfers/{transfer}/return", tag = "tills",
    params(("id" = String, Path), ("transfer" = String, Path)),
    responses((status = 200, body = Moving), super::openapi::Problems))]
pub async fn give_back(
    state: web::Data<State>,
    who: Identity,
    path: web::Path<(TillId, TransferId)>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier, Role::Admin, Role::Accountant])?;
    let office = who.role != Role::Cashier;
    let (from, transfer) = *path;
    let done = transfers::give_back(&state.app, &who.asked(&[]), from, transfer, who.user, office).await?;
    Ok(position::done(StatusCode::OK, &done, moving(&done, "RETURNED")))
}

fn moving(done: &Done<Moved>, state: &'static str) -> Moving {
    Moving { transfer_id: done.answer.transfer.to_string(), amount: done.answer.amount, state }
}

/// The latest two hundred: those that a cashier sends or is sent, or all.
#[utoipa::path(get, path = "/api/transfers", tag = "tills", params(Filter),
    responses((status = 200, body = Vec<projections::transfers::Transfer>), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    let wanted = match filter.state.as_deref() {
        wanted @ (None | Some("SENT" | "ACCEPTED" | "RETURNED")) => wanted,
        Some(_) => return Err(Problem::invalid("/state", "L’état est SENT, ACCEPTED ou RETURNED.")),
    };
    let position = position::reached(&state, &request).await?;
    let query = projections::transfers::in_state(wanted, who.sees_only().map(UserId));
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}
