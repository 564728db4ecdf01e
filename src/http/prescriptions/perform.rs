//! `POST /api/prescriptions/{id}/exams/{line}/start` and `/complete`: the technicians' part.

use crate::{
    commands::prescriptions,
    http::{identity::Identity, position, problem::Problem, server::State},
};
use actix_web::{HttpResponse, http::StatusCode, web};
use domain::{PrescriptionId, user::Role};
use serde::Serialize;

/// How far a line is.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExamPerformed)]
pub struct Performed {
    prescription_id: String,
    line: u32,
    /// `IN_PROGRESS`, `COMPLETED`.
    state: &'static str,
}

/// A technician begins with a line of a prescription on which nothing is due. Told twice is an answer.
#[utoipa::path(post, path = "/api/prescriptions/{id}/exams/{line}/start", tag = "exams",
    params(("id" = String, Path), ("line" = u32, Path, description = "From 1")),
    responses((status = 200, body = Performed), crate::http::openapi::Problems))]
pub async fn start(
    state: web::Data<State>,
    who: Identity,
    path: web::Path<(PrescriptionId, u32)>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Technician])?;
    let (id, line) = path.into_inner();
    let done = prescriptions::start(&state.app, &who.asked(&[]), id, line, who.user).await?;
    let answer = Performed { prescription_id: id.to_string(), line, state: "IN_PROGRESS" };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// The technician who began is done with a line. Told twice is an answer.
#[utoipa::path(post, path = "/api/prescriptions/{id}/exams/{line}/complete", tag = "exams",
    params(("id" = String, Path), ("line" = u32, Path, description = "From 1")),
    responses((status = 200, body = Performed), crate::http::openapi::Problems))]
pub async fn complete(
    state: web::Data<State>,
    who: Identity,
    path: web::Path<(PrescriptionId, u32)>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Technician])?;
    let (id, line) = path.into_inner();
    let done = prescriptions::complete(&state.app, &who.asked(&[]), id, line, who.user).await?;
    let answer = Performed { prescription_id: id.to_string(), line, state: "COMPLETED" };
    Ok(position::done(StatusCode::OK, &done, answer))
}
