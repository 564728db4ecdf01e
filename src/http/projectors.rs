//! `/api/projectors`: how the read models stand; leave an event out, try again, make all anew.

use super::{
    body::Body,
    identity::Identity,
    position,
    problem::Problem,
    server::{State, to_the_end},
    text,
};
use crate::{
    app::{App, People},
    commands::projectors::{Told, tell},
    failure::Failure,
    views::{Progress, ViewsError, beside},
};
use actix_web::{HttpResponse, http::StatusCode, web};
use domain::user::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// All read models.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Projectors {
    /// The last durable position.
    position: u64,
    projectors: Vec<Projector>,
    rebuild: beside::Report,
}

/// One read model.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Projector {
    name: &'static str,
    version: i64,
    /// The last event that it took in.
    position: u64,
    /// False while it is filled: nobody reads it yet.
    ready: bool,
    filling: Option<Progress>,
    stopped: Option<Stopped>,
}

/// Where a projector stands, and before what.
#[derive(Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stopped {
    pub(super) name: &'static str,
    pub(super) position: u64,
    event_id: Option<Uuid>,
    event_name: Option<String>,
    reason: String,
}

/// What to leave out, and why.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Skip {
    position: u64,
    /// For whoever reads the ledger later; no personal data.
    reason: String,
}

/// Those that stand, with the event before which they do.
pub(super) async fn stopped(app: &App) -> Result<Vec<Stopped>, Failure> {
    let mut all = vec![];
    for stopped in app.views.stopped() {
        let event = app.ledger.store.follow(stopped.position.saturating_sub(1), 1).await?.into_iter().next();
        let (event_id, event_name) = event.map(|event| (event.id, event.name)).unzip();
        let (name, position, reason) = (stopped.name, stopped.position, stopped.reason);
        all.push(Stopped { name, position, event_id, event_name, reason });
    }
    Ok(all)
}

/// How every read model stands, and how far a rebuild is.
#[utoipa::path(get, path = "/api/projectors", tag = "projectors",
    responses((status = 200, body = Projectors), super::openapi::Problems))]
pub async fn all(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Auditor])?;
    Ok(position::read(state.app.views.position(), standing(&state.app).await?))
}

async fn standing(app: &App) -> Result<Projectors, Failure> {
    let (stopped, fillings) = (stopped(app).await?, app.views.fillings());
    let projector = |model: crate::views::Standing| Projector {
        name: model.name,
        version: model.version,
        position: model.position,
        ready: model.ready,
        filling: fillings.iter().find(|one| one.name() == model.name).map(|one| one.progress()),
        stopped: stopped.iter().find(|one| one.name == model.name).cloned(),
    };
    Ok(Projectors {
        position: app.ledger.head(),
        projectors: app.views.standing().into_iter().map(projector).collect(),
        rebuild: app.views.beside().report(),
    })
}

/// Makes all read models anew beside those in use, and puts them to use if they are equal.
#[utoipa::path(post, path = "/api/projectors/rebuild", tag = "projectors",
    responses((status = 202, body = Projectors), super::openapi::Problems))]
pub async fn rebuild(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let app = &state.app;
    if let Some(filling) = app.views.fillings().first() {
        let (name, progress) = (filling.name(), filling.progress());
        return Err(Failure::from(ViewsError::Filling { name, progress }).into());
    }
    let people = Arc::new(People(app.vault.clone()));
    let started = app.views.beside().start(app.ledger.store.clone(), app.views.clone(), app.clock, people);
    started.map_err(Failure::from)?;
    Ok(position::at(HttpResponse::Accepted(), app.views.position()).json(standing(app).await?))
}

/// Stops a running rebuild. The models in use stay.
#[utoipa::path(delete, path = "/api/projectors/rebuild", tag = "projectors",
    responses((status = 202, body = Projectors), super::openapi::Problems))]
pub async fn stop(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let app = &state.app;
    if !app.views.beside().stop() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no_rebuild",
            "Aucune reconstruction n’est en cours. Il n’y a rien à arrêter.",
        ));
    }
    Ok(position::at(HttpResponse::Accepted(), app.views.position()).json(standing(app).await?))
}

/// Leaves out the event at which a projector stands, for ever.
#[utoipa::path(post, path = "/api/projectors/{name}/skip", tag = "projectors", request_body = Skip,
    params(("name" = String, Path)), responses((status = 200, body = Projectors), super::openapi::Problems))]
pub async fn skip(
    state: web::Data<State>,
    who: Identity,
    name: web::Path<String>,
    body: Body<Skip>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    let told = Told::Skip(body.content.position, text::name("/reason", &body.content.reason)?);
    told_to(&state, &who, name.into_inner(), told, &body.canonical).await
}

/// Lets a projector try the event again at which it stands.
#[utoipa::path(post, path = "/api/projectors/{name}/retry", tag = "projectors",
    params(("name" = String, Path)), responses((status = 200, body = Projectors), super::openapi::Problems))]
pub async fn retry(
    state: web::Data<State>,
    who: Identity,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin])?;
    told_to(&state, &who, name.into_inner(), Told::Retry, &[]).await
}

async fn told_to(
    state: &State,
    who: &Identity,
    name: String,
    told: Told,
    content: &[u8],
) -> Result<HttpResponse, Problem> {
    let (app, asked) = (state.app.clone(), who.asked(content));
    let done = to_the_end(async move { tell(&app, &asked, &name, &told).await }).await?;
    Ok(position::done(StatusCode::OK, &done, standing(&state.app).await?))
}
