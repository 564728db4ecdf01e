//! `/api/stats/global`: the four cards of the seed's dashboard.

use super::{identity::Identity, position, problem::Problem, reports::blind, server::State};
use crate::failure::Failure;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::user::Role;
use serde::Serialize;

/// The cards.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Global {
    timestamp: DateTime<Utc>,
    today: Today,
    queue: Queue,
}

/// Of the business day.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Today {
    date: NaiveDate,
    prescriptions: i64,
    payments: i64,
    /// Francs received, for the seed's card; not told to a cashier who has yet to count his drawer.
    amount: Option<i64>,
    /// The same, for the seed's metrics.
    revenue: Option<i64>,
    /// By technicians, today.
    exams_completed: i64,
}

/// What waits.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    pending_exams: i64,
    in_progress_exams: i64,
    work_items: i64,
}

/// Counts and takings of today: a cashier's own takings, or the house's.
#[utoipa::path(get, path = "/api/stats/global", tag = "reports",
    responses((status = 200, body = Global), super::openapi::Problems))]
pub async fn global(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    Ok(position::read(position, figures(&state, &who).await?))
}

/// Today's figures as `who` may see them.
pub async fn figures(state: &State, who: &Identity) -> Result<Global, Failure> {
    let day = state.app.clock.today();
    let mut moment = state.app.views.moment().await?;
    let takings = moment.fetch(projections::takings::of_day(day, who.sees_only())).await?;
    let uncounted = blind::is_open_since(state, who).await?.is_some();
    let amount = takings.iter().map(projections::takings::Taking::amount).sum();
    let amount = (!uncounted).then_some(amount);
    let today = Today {
        date: day,
        prescriptions: moment.first(projections::prescriptions::registered_on(day)).await?.unwrap_or(0),
        payments: takings.iter().map(|taking| taking.receipts).sum(),
        amount,
        revenue: amount,
        exams_completed: moment.first(projections::activity::completed_on(day)).await?.unwrap_or(0),
    };
    let work_items = moment.first(projections::work_items::count()).await?.unwrap_or(0);
    let exams = moment.first(projections::prescriptions::queue::counts()).await?;
    let (pending_exams, in_progress_exams) = exams.unwrap_or((0, 0));
    let queue = Queue { pending_exams, in_progress_exams, work_items };
    Ok(Global { timestamp: state.app.clock.now(), today, queue })
}
