//! `/api/tills`: open a cash session, see what its drawer must hold.

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, text};
use crate::{commands::tills, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::{Money, UserId, till::Opened, user::Role};
use serde::{Deserialize, Serialize};

/// An opening.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The desk's name.
    desk: String,
    /// What lies in the drawer; 0 is a float too.
    #[schema(value_type = i64)]
    float: Money,
}

/// An open till.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    till_id: String,
    desk: String,
    #[schema(value_type = i64)]
    float: Money,
}

/// Opens the cashier's till.
#[utoipa::path(post, path = "/api/tills/open", tag = "tills", request_body = Opening,
    responses((status = 201, body = Open), super::openapi::Problems))]
pub async fn open(
    state: web::Data<State>,
    who: Identity,
    body: Body<Opening>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    let desk = text::bounded("/desk", &body.content.desk, 40)?;
    let opened = Opened { desk: desk.clone(), cashier: who.user, float: body.content.float, count: None };
    let done = tills::open(&state.app, &who.asked(&body.canonical), &opened).await?;
    let id = done.answer.to_string();
    let answer = Open { till_id: id.clone(), desk, float: opened.float };
    Ok(position::created(&done, "/api/tills", answer))
}

/// The tills: a cashier's own, or all.
#[utoipa::path(get, path = "/api/tills", tag = "tills",
    responses((status = 200, body = Vec<projections::tills::Till>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let tills = projections::tills::of_cashier(who.sees_only().map(UserId));
    Ok(position::read(position, state.app.views.fetch(tills).await.map_err(Failure::from)?))
}
