//! `/api/desks`: where a till is open. Whoever sends cash to another drawer finds it here.

use super::{identity::Identity, position, problem::Problem, server::State, tills::READERS};
use crate::failure::Failure;
use actix_web::{HttpRequest, HttpResponse, web};

/// The desks with an open till, without a figure: a cashier sees those of others too.
#[utoipa::path(get, path = "/api/desks", tag = "tills",
    responses((status = 200, body = Vec<projections::tills::OpenDesk>), super::openapi::Problems))]
pub async fn open(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    let position = position::reached(&state, &request).await?;
    let desks = state.app.views.fetch(projections::tills::open_desks()).await.map_err(Failure::from)?;
    Ok(position::read(position, desks))
}
