//! `/api/reports/financial/period`: the totals of several days, grouped in every way.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which,
};
use crate::{
    failure::Failure,
    reports::{Name, figures::Figures},
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

/// The totals of a period. Francs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PeriodReport)]
pub struct OfPeriod {
    period: Days,
    /// The position of the ledger that this reflects.
    position: u64,
    #[serde(flatten)]
    figures: Figures,
}

/// The days of a report, both in it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportDays)]
pub struct Days {
    pub(super) start_date: NaiveDate,
    pub(super) end_date: NaiveDate,
}

/// The totals of a period: by day, method, provider, cashier, session and exam.
#[utoipa::path(get, path = "/api/reports/financial/period", tag = "reports", params(Which),
    responses((status = 200, body = OfPeriod), openapi::Problems))]
pub async fn period(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Period.readers())?;
    let period = which.period(&state)?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let figures = Figures::read(&mut moment, period, None).await.map_err(Failure::from)?;
    let days = Days { start_date: period.from, end_date: period.to };
    Ok(position::read(position, OfPeriod { period: days, position, figures }))
}
