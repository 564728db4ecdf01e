//! `GET /api/exams/queue`: what waits for a technician, what is under way, what is done.

use crate::{
    failure::Failure,
    http::{identity::Identity, position, problem::Problem, server::State, text},
};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::user::Role;
use projections::prescriptions::queue;
use serde::Deserialize;

/// Which exams.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Which {
    /// `PENDING` (if absent), `IN_PROGRESS`, `COMPLETED`.
    state: Option<String>,
    /// Of one service; of all if absent.
    category: Option<String>,
}

/// At most two hundred exams: those that wait (nothing is due any more) and those under way oldest first, those
/// done latest first.
#[utoipa::path(get, path = "/api/exams/queue", tag = "exams", params(Which), responses(
    (status = 200, body = Vec<queue::Waiting>), crate::http::openapi::Problems))]
pub async fn queue(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Technician, Role::Auditor])?;
    let wanted = match which.state.as_deref() {
        None | Some("PENDING") => queue::State::Pending,
        Some("IN_PROGRESS") => queue::State::InProgress,
        Some("COMPLETED") => queue::State::Completed,
        Some(_) => {
            return Err(Problem::invalid("/state", "L’état est PENDING, IN_PROGRESS ou COMPLETED."));
        }
    };
    let category = text::words("/category", which.category.as_deref())?;
    let category = Some(category.as_str()).filter(|category| !category.is_empty());
    let position = position::reached(&state, &request).await?;
    let exams = state.app.views.fetch(queue::of(wanted, category)).await.map_err(Failure::from)?;
    Ok(position::read(position, exams))
}
