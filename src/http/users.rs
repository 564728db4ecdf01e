//! `/api/users`: add, list, lock out.

use super::{
    body::Body,
    identity::Identity,
    patients::Made,
    position,
    problem::Problem,
    server::{State, to_the_end},
    text,
};
use crate::{commands::users, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use domain::{
    UserId,
    user::{Added, Role},
};
use serde::Deserialize;

/// A new user.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Addition {
    username: String,
    password: String,
    first_name: String,
    last_name: String,
    /// `ADMIN`, `CASHIER`, `TECHNICIAN`, `ACCOUNTANT`, `AUDITOR`.
    #[schema(value_type = String)]
    role: Role,
}

/// Adds a user.
#[utoipa::path(post, path = "/api/users", tag = "users", request_body = Addition,
    responses((status = 201, body = Made), super::openapi::Problems))]
pub async fn add(
    state: web::Data<State>,
    who: Identity,
    body: Body<Addition>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let asked_for = &body.content;
    good_password(&asked_for.password)?;
    let Addition { username, first_name, last_name, role, .. } = asked_for;
    let added = named(username, first_name, last_name, *role)?;
    let asked = who.asked(&body.canonical);
    let (app, password) = (state.app.clone(), asked_for.password.clone());
    let done = to_the_end(async move { users::add(&app, &asked, &added, &password).await }).await?;
    let id = done.answer.to_string();
    Ok(position::created(&done, "/api/users", Made { id: id.clone() }))
}

/// A password that may be set.
pub fn good_password(password: &str) -> Result<&str, Problem> {
    if password.chars().count() < 10 || password.len() > 200 {
        let detail = "Le mot de passe doit compter de 10 à 200 caractères.";
        return Err(Problem::invalid("/password", detail));
    }
    Ok(password)
}

/// A new user, as his names may be.
pub fn named(username: &str, first_name: &str, last_name: &str, role: Role) -> Result<Added, Problem> {
    Ok(Added {
        username: text::code("/username", username)?.to_lowercase(),
        first_name: text::name("/firstName", first_name)?,
        last_name: text::name("/lastName", last_name)?,
        role,
    })
}

/// All users.
#[utoipa::path(get, path = "/api/users", tag = "users",
    responses((status = 200, body = Vec<projections::users::User>), super::openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let users = state.app.views.fetch(projections::users::all()).await.map_err(Failure::from)?;
    Ok(position::read(position, users))
}

/// Locks a user out, at once.
#[utoipa::path(post, path = "/api/users/{id}/disable", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = Made), super::openapi::Problems))]
pub async fn disable(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<UserId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let (app, asked, user) = (state.app.clone(), who.asked(&[]), *id);
    let done = to_the_end(async move { users::disable(&app, &asked, user).await }).await?;
    state.roles.invalidate(&*id);
    Ok(position::done(StatusCode::OK, &done, Made { id: id.to_string() }))
}
