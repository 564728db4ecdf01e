//! `/api/health`: alive and able, without a word about money; figures need a role.

use super::{identity::Identity, problem::Problem, projectors, server::State, stats};
use crate::{
    copy::{Copying, Lag},
    failure::Failure,
    views::{Part, ViewsError, beside},
};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::user::Role;
use serde::Serialize;

/// What anybody may know.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `OK`, or `DEGRADED` when a read model has stopped, lags or is out of reach, or the copy lags by more
    /// than a minute: money is still taken, unless `replaced` or the database is away.
    status: &'static str,
    timestamp: DateTime<Utc>,
    /// Read models that stand before an event.
    stopped: Vec<Stands>,
    /// Read models that are still filled.
    filling: Vec<&'static str>,
    /// True if the database lacks what was confirmed: no money is taken until somebody has decided.
    replaced: bool,
    /// True if the last rebuild found rows in use that are not what the log says.
    differs: bool,
    /// How far the continuous copy is behind, where one is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<Lag>,
}

/// A read model that stands, for anybody.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Stands {
    name: &'static str,
    position: u64,
}

/// What those who run it may know.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Metrics {
    /// None while a read model that they need is filled.
    #[serde(flatten)]
    figures: Option<stats::Global>,
    ledger: Ledger,
    providers: Vec<Provider>,
}

/// The log and its followers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Ledger {
    /// The last durable position.
    position: u64,
    /// Up to where the read models are complete.
    projected: u64,
    /// Read models that met an event they can't take in.
    stopped: Vec<projectors::Stopped>,
    /// What the last rebuild came to.
    rebuild: beside::Stage,
    /// The continuous copy, where one is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<Copy>,
}

/// How far the continuous copy is.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Copy {
    /// The last position that is durable there.
    position: u64,
    #[serde(flatten)]
    lag: Lag,
    /// Why it does not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// How a provider's calls go.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Provider {
    provider: &'static str,
    available: bool,
    answered: u64,
    unanswered: u64,
    in_flight: usize,
}

/// Alive, and whether the read models and the continuous copy keep up.
#[utoipa::path(get, path = "/api/health", tag = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub async fn health(state: web::Data<State>) -> HttpResponse {
    let app = &state.app;
    // A thousand events are a second of work at the most.
    let behind = app.ledger.head().saturating_sub(app.views.position()) > 1_000;
    let stands = |one: crate::views::StoppedProjector| Stands { name: one.name, position: one.position };
    let stopped: Vec<_> = app.views.stopped().into_iter().map(stands).collect();
    let differs = app.views.beside().report().state == beside::Stage::Differs;
    let filling: Vec<_> = app.views.fillings().iter().map(|one| one.name()).collect();
    let away = *app.views.part().borrow() == Part::Away;
    let copy = app.copy.as_ref().map(Copying::lag);
    let lags = behind || copy.as_ref().is_some_and(Lag::is_long);
    let replaced = app.ledger.store.trusted().is_err();
    let degraded = replaced || lags || away || differs || !stopped.is_empty() || !filling.is_empty();
    let status = if degraded { "DEGRADED" } else { "OK" };
    let mut response = if degraded { HttpResponse::ServiceUnavailable() } else { HttpResponse::Ok() };
    response.json(Health { status, timestamp: app.clock.now(), stopped, filling, replaced, differs, copy })
}

/// Figures of today, of the log and of the providers.
#[utoipa::path(get, path = "/api/health/metrics", tag = "health",
    responses((status = 200, body = Metrics), super::openapi::Problems))]
pub async fn metrics(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant, Role::Auditor])?;
    let app = &state.app;
    let providers = app.providers.all().into_iter().map(|provider| {
        let load = provider.load();
        Provider {
            provider: provider.wallet().code(),
            available: load.available,
            answered: load.tally.answered,
            unanswered: load.tally.unanswered,
            in_flight: load.in_flight,
        }
    });
    let metrics = Metrics {
        figures: match stats::figures(&state, &who).await {
            Err(Failure::Views(ViewsError::Filling { .. })) => None,
            figures => Some(figures?),
        },
        ledger: Ledger {
            position: app.ledger.head(),
            projected: app.views.position(),
            stopped: projectors::stopped(app).await?,
            rebuild: app.views.beside().report().state,
            copy: app.copy.as_ref().map(|copy| Copy {
                position: copy.position(),
                lag: copy.lag(),
                reason: copy.failing(),
            }),
        },
        providers: providers.collect(),
    };
    Ok(super::position::read(app.views.position(), metrics))
}
