//! `/api/work-items`: what a person must look at.

use super::{identity::Identity, position, problem::Problem, server::State};
use crate::failure::Failure;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::user::Role;

/// Everything that nobody has dealt with yet.
#[utoipa::path(get, path = "/api/work-items", tag = "reports",
    responses((status = 200, body = Vec<projections::work_items::WorkItem>), super::openapi::Problems))]
pub async fn open(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let items = state.app.views.fetch(projections::work_items::open()).await.map_err(Failure::from)?;
    Ok(position::read(position, items))
}
