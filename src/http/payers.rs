//! `/api/payers`: who pays for patients, and how much of what.

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, text};
use crate::{commands::payers, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::NaiveDate;
use domain::{
    ExamId,
    payer::{Listed, Rate, Rated},
    user::Role,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A new payer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PayerListing)]
pub struct Listing {
    /// Capital letters and digits, such as `INAM`.
    code: String,
    name: String,
}

/// Another rate of a payer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PayerRating)]
pub struct Rating {
    /// Of one exam; of all that have none of their own if absent.
    exam_id: Option<Uuid>,
    /// Whole percents of the price, 0 to 100.
    rate: i64,
    /// The first day; today if absent.
    from: Option<NaiveDate>,
    /// The last day; open if absent.
    to: Option<NaiveDate>,
}

/// A payer that was listed or rated.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PayerNamed)]
pub struct Named {
    code: String,
}

/// A payer with his rates, in the order they were given: of two for one exam and day the later counts.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PayerWithRates)]
pub struct Payer {
    #[serde(flatten)]
    payer: projections::payers::Payer,
    rates: Vec<projections::payers::Rate>,
}

/// Lists a payer.
#[utoipa::path(post, path = "/api/payers", tag = "payers", request_body = Listing,
    responses((status = 201, body = Named), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    who: Identity,
    body: Body<Listing>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let code = code("/code", &body.content.code)?;
    let listed = Listed { code: code.clone(), name: text::name("/name", &body.content.name)? };
    let done = payers::list(&state.app, &who.asked(&body.canonical), &listed).await?;
    Ok(position::created(&done, "/api/payers", Named { code }))
}

/// Gives a payer another rate.
#[utoipa::path(post, path = "/api/payers/{code}/rates", tag = "payers", request_body = Rating,
    params(("code" = String, Path)), responses((status = 200, body = Named), super::openapi::Problems))]
pub async fn rate(
    state: web::Data<State>,
    who: Identity,
    payer: web::Path<String>,
    body: Body<Rating>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    // What is no code is nobody's.
    let code = code("/code", &payer).map_err(|_| Problem::not_found("payer"))?;
    let rating = &body.content;
    let rate = u8::try_from(rating.rate).ok().and_then(|percents| Rate::try_from(percents).ok());
    let rated = Rated {
        exam: rating.exam_id.map(ExamId),
        rate: rate.ok_or_else(|| Problem::invalid("/rate", "Le taux est un nombre entier, de 0 à 100 %."))?,
        from: text::lived("/from", rating.from.unwrap_or_else(|| state.app.clock.today()))?,
        to: rating.to.map(|to| text::lived("/to", to)).transpose()?,
    };
    let done = payers::rate(&state.app, &who.asked(&body.canonical), &code, &rated).await?;
    Ok(position::done(StatusCode::OK, &done, Named { code }))
}

/// All payers with all their rates.
#[utoipa::path(get, path = "/api/payers", tag = "payers",
    responses((status = 200, body = Vec<Payer>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let payers = moment.fetch(projections::payers::all()).await.map_err(Failure::from)?;
    let rates = moment.fetch(projections::payers::rates()).await.map_err(Failure::from)?;
    drop(moment);
    let with_rates = |payer: projections::payers::Payer| {
        let rates = rates.iter().filter(|rate| rate.payer == payer.code).cloned().collect();
        Payer { payer, rates }
    };
    Ok(position::read(position, payers.into_iter().map(with_rates).collect::<Vec<_>>()))
}

/// A payer's code in its one spelling: capital letters and digits, at most 20.
pub(super) fn code(pointer: &str, text: &str) -> Result<String, Problem> {
    let code = text::bounded(pointer, text, 20)?.to_uppercase();
    if code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return Ok(code);
    }
    Err(Problem::invalid(pointer, "Le code d’un organisme ne compte que lettres et chiffres."))
}
