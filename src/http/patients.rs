//! `/api/patients`: register, find, erase.

use super::{
    body::Body,
    identity::Identity,
    position,
    problem::Problem,
    server::{State, to_the_end},
    text,
};
use crate::{commands::patients, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::{Msisdn, PatientId, patient::Identity as Person, user::Role};
use serde::{Deserialize, Serialize};

/// A new patient.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registration {
    first_name: String,
    last_name: String,
    birth_date: Option<NaiveDate>,
    phone: Option<String>,
}

/// What was made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Made {
    /// Its id.
    pub id: String,
}

/// A search.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Search {
    q: Option<String>,
}

/// Registers a patient; his data is sealed with a key of his own.
#[utoipa::path(post, path = "/api/patients", tag = "patients", request_body = Registration,
    responses((status = 201, body = Made), super::openapi::Problems))]
pub async fn register(
    state: web::Data<State>,
    who: Identity,
    body: Body<Registration>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let person = body.content.person()?;
    let done = patients::register(&state.app, &who.asked(&body.canonical), &person).await?;
    let id = done.answer.to_string();
    Ok(position::created(&done, &format!("/api/patients/{id}"), Made { id: id.clone() }))
}

impl Registration {
    fn person(&self) -> Result<Person, Problem> {
        let phone = self.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty());
        let phone = phone.map(|phone| Msisdn::parse(phone).map_err(|why| text::phone("/phone", why)));
        Ok(Person {
            first_name: text::name("/firstName", &self.first_name)?,
            last_name: text::name("/lastName", &self.last_name)?,
            birth_date: self.birth_date,
            phone: phone.transpose()?.map(Msisdn::e164),
        })
    }
}

/// Finds patients by name.
#[utoipa::path(get, path = "/api/patients", tag = "patients", params(Search),
    responses((status = 200, body = Vec<projections::patients::Patient>), super::openapi::Problems))]
pub async fn search(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    search: web::Query<Search>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Technician])?;
    let words = text::words("/q", search.q.as_deref())?;
    let position = position::reached(&state, &request).await?;
    let query = projections::patients::search(&words);
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}

/// Shows a patient.
#[utoipa::path(get, path = "/api/patients/{id}", tag = "patients", params(("id" = String, Path)),
    responses((status = 200, body = projections::patients::Patient), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<PatientId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Technician])?;
    let position = position::reached(&state, &request).await?;
    let patient = state.app.views.first(projections::patients::by_id(*id)).await.map_err(Failure::from)?;
    Ok(position::read(position, patient.ok_or_else(|| Problem::not_found("patient"))?))
}

/// Forgets a patient: his key is destroyed, the money stays.
#[utoipa::path(delete, path = "/api/patients/{id}", tag = "patients", params(("id" = String, Path)),
    responses((status = 200, body = Made), super::openapi::Problems))]
pub async fn erase(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<PatientId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let (app, asked, patient) = (state.app.clone(), who.asked(&[]), *id);
    let done = to_the_end(async move { patients::erase(&app, &asked, patient).await }).await?;
    Ok(position::done(actix_web::http::StatusCode::OK, &done, Made { id: id.to_string() }))
}
