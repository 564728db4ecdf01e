//! `/api/exams`: the catalogue and its prices.

pub mod queue;

use super::{
    body::Body, identity::Identity, patients::Made, position, problem::Problem, server::State, text,
};
use crate::{commands::exams, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::NaiveDate;
use domain::{
    ExamId, Money,
    exam::{Listed, Priced},
    user::Role,
};
use serde::Deserialize;

/// A new exam.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    code: String,
    name: String,
    category: String,
    #[schema(value_type = i64)]
    price: Money,
}

/// A price from a day on; from today if none is named.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    #[schema(value_type = i64)]
    price: Money,
    from: Option<NaiveDate>,
}

/// Lists an exam.
#[utoipa::path(post, path = "/api/exams", tag = "exams", request_body = Listing,
    responses((status = 201, body = Made), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    who: Identity,
    body: Body<Listing>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let listed = Listed {
        code: text::code("/code", &body.content.code)?.to_uppercase(),
        name: text::name("/name", &body.content.name)?,
        category: text::name("/category", &body.content.category)?,
    };
    let priced = Priced { price: body.content.price, from: state.app.clock.today() };
    let done = exams::list(&state.app, &who.asked(&body.canonical), &listed, &priced).await?;
    let id = done.answer.to_string();
    Ok(position::created(&done, "/api/exams", Made { id: id.clone() }))
}

/// Prices an exam.
#[utoipa::path(post, path = "/api/exams/{id}/prices", tag = "exams", request_body = Pricing,
    params(("id" = String, Path)), responses((status = 200, body = Made), super::openapi::Problems))]
pub async fn price(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<ExamId>,
    body: Body<Pricing>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let from = text::lived("/from", body.content.from.unwrap_or_else(|| state.app.clock.today()))?;
    let priced = Priced { price: body.content.price, from };
    let done = exams::price(&state.app, &who.asked(&body.canonical), *id, &priced).await?;
    Ok(position::done(StatusCode::OK, &done, Made { id: id.to_string() }))
}

/// The catalogue with the prices of today.
#[utoipa::path(get, path = "/api/exams", tag = "exams",
    responses((status = 200, body = Vec<projections::exams::Exam>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    _who: Identity,
) -> Result<HttpResponse, Problem> {
    let position = position::reached(&state, &request).await?;
    let exams = state.app.views.fetch(projections::exams::all(state.app.clock.today())).await;
    Ok(position::read(position, exams.map_err(Failure::from)?))
}
