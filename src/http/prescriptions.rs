//! `/api/prescriptions`: register, find, show; and what is done with one of them.

pub mod cover;
pub mod perform;
pub mod quittance;

use super::{body::Body, identity::Identity, position, problem::Problem, server::State, text};
use crate::{
    commands::prescriptions::{self, AskedLine, Prices},
    failure::Failure,
};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::{ExamId, Money, PatientId, PrescriptionId, user::Role};
use projections::{payments::Payment, prescriptions::Line};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A new prescription.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PrescriptionRegistration)]
pub struct Registration {
    patient_id: Uuid,
    exams: Vec<Wanted>,
}

/// One exam of it.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    exam_id: Uuid,
    /// Otherwise the catalogue's price of today; another one is for an administrator.
    #[schema(value_type = Option<i64>)]
    price: Option<Money>,
}

/// A registered prescription.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    id: String,
    prescription_number: String,
    #[schema(value_type = i64)]
    total_amount: Money,
    status: &'static str,
}

/// A prescription with its lines and payments.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PrescriptionShown)]
pub struct Shown {
    #[serde(flatten)]
    head: projections::prescriptions::Prescription,
    exams: Vec<Line>,
    payments: Vec<Payment>,
}

/// A search.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Search {
    /// `PENDING`, `PARTIALLY_PAID`, `PAID`, `IN_PROGRESS`, `COMPLETED`.
    status: Option<String>,
    /// Part of a number or of a patient's name.
    q: Option<String>,
}

/// Registers a prescription.
#[utoipa::path(post, path = "/api/prescriptions", tag = "prescriptions", request_body = Registration,
    responses((status = 201, body = Registered), super::openapi::Problems))]
pub async fn register(
    state: web::Data<State>,
    who: Identity,
    body: Body<Registration>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier])?;
    let line = |wanted: &Wanted| AskedLine { exam: ExamId(wanted.exam_id), price: wanted.price };
    let lines: Vec<_> = body.content.exams.iter().map(line).collect();
    let patient = PatientId(body.content.patient_id);
    let asked = who.asked(&body.canonical);
    let prices = if who.role == Role::Admin { Prices::Own } else { Prices::Listed };
    let done = prescriptions::register(&state.app, &asked, patient, &lines, prices).await?;
    let made = &done.answer;
    let answer = Registered {
        id: made.id.to_string(),
        prescription_number: made.number.clone(),
        total_amount: made.total,
        status: "PENDING",
    };
    Ok(position::created(&done, &format!("/api/prescriptions/{}", made.id), answer))
}

/// Shows a prescription.
#[utoipa::path(get, path = "/api/prescriptions/{id}", tag = "prescriptions",
    params(("id" = String, Path)), responses((status = 200, body = Shown), super::openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<PrescriptionId>,
) -> Result<HttpResponse, Problem> {
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let head = moment.first(projections::prescriptions::by_id(*id)).await.map_err(Failure::from)?;
    let exams = moment.fetch(projections::prescriptions::lines(*id)).await.map_err(Failure::from)?;
    let payments = moment.fetch(projections::payments::of_prescription(*id)).await;
    let mut payments = payments.map_err(Failure::from)?;
    drop(moment);
    let head = head.ok_or_else(|| Problem::not_found("prescription"))?;
    // Of another cashier's payment the status above is all that is told (rule 42).
    payments.retain(|payment| who.role != Role::Technician && who.may_see(payment.cashier_id));
    Ok(position::read(position, Shown { head, exams, payments }))
}

/// Finds prescriptions.
#[utoipa::path(get, path = "/api/prescriptions", tag = "prescriptions", params(Search), responses(
    (status = 200, body = Vec<projections::prescriptions::Prescription>), super::openapi::Problems))]
pub async fn search(
    state: web::Data<State>,
    request: HttpRequest,
    _who: Identity,
    search: web::Query<Search>,
) -> Result<HttpResponse, Problem> {
    if let Some(status) = &search.status
        && !["PENDING", "PARTIALLY_PAID", "PAID", "IN_PROGRESS", "COMPLETED"].contains(&status.as_str())
    {
        let detail = "Le statut est PENDING, PARTIALLY_PAID, PAID, IN_PROGRESS ou COMPLETED.";
        return Err(Problem::invalid("/status", detail));
    }
    let words = text::words("/q", search.q.as_deref())?;
    let position = position::reached(&state, &request).await?;
    let query = projections::prescriptions::search(search.status.as_deref(), &words);
    Ok(position::read(position, state.app.views.fetch(query).await.map_err(Failure::from)?))
}
