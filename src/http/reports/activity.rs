//! `GET /api/reports/activity/service`: which exams were performed in a period, by whom, for how much.

use crate::{
    failure::Failure,
    http::{identity::Identity, position, problem::Problem, server::State, text},
    reports::homonyms::told_apart,
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::user::Role;
use projections::activity::Performed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which period and service.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase")]
pub struct Which {
    /// The first day: `YYYY-MM-DD`, or a moment of it (RFC 3339). Must be there.
    start_date: Option<String>,
    /// The last day, which is in the period. Must be there.
    end_date: Option<String>,
    /// Of one service; of all if absent.
    category: Option<String>,
}

/// What was performed. Revenue is the price of the exams in francs, whoever bears it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceActivity)]
pub struct Activity {
    /// The position of the ledger that this reflects.
    position: u64,
    category: Option<String>,
    period: Period,
    total_exams: i64,
    total_revenue: i64,
    /// By name; exams of one name are told apart by their code.
    by_exam_type: BTreeMap<String, Revenue>,
    /// By name; homonyms are told apart by their username.
    by_technician: BTreeMap<String, Count>,
    by_category: BTreeMap<String, Revenue>,
}

/// Both days are in it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ActivityPeriod)]
pub struct Period {
    start_date: NaiveDate,
    end_date: NaiveDate,
}

/// How many, and for how much.
#[derive(Default, Serialize, utoipa::ToSchema)]
#[schema(as = ActivityRevenue)]
pub struct Revenue {
    count: i64,
    revenue: i64,
}

/// How many.
#[derive(Default, Serialize, utoipa::ToSchema)]
#[schema(as = ActivityCount)]
pub struct Count {
    count: i64,
}

/// The service activity report.
#[utoipa::path(get, path = "/api/reports/activity/service", tag = "reports", params(Which),
    responses((status = 200, body = Activity), crate::http::openapi::Problems))]
pub async fn service(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant, Role::Auditor])?;
    let clock = state.app.clock;
    let period = Period {
        start_date: text::day("/startDate", which.start_date.as_deref(), clock)?,
        end_date: text::day("/endDate", which.end_date.as_deref(), clock)?,
    };
    if period.end_date < period.start_date {
        return Err(Problem::invalid("/endDate", "La période finit avant de commencer."));
    }
    let category = text::words("/category", which.category.as_deref())?;
    let category = Some(category).filter(|category| !category.is_empty());
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let query = projections::activity::between(period.start_date, period.end_date, category.as_deref());
    let performed = moment.fetch(query).await.map_err(Failure::from)?;
    drop(moment);
    Ok(position::read(position, Activity::of(&performed, position, category, period)))
}

impl Activity {
    fn of(performed: &[Performed], position: u64, category: Option<String>, period: Period) -> Self {
        let exams = told_apart(performed.iter().map(|done| (done.exam, &*done.name, &*done.code)));
        let technicians = told_apart(
            performed.iter().map(|done| (done.technician, &*done.technician_name, &*done.username)),
        );
        let mut activity = Self {
            position,
            category,
            period,
            total_exams: 0,
            total_revenue: 0,
            by_exam_type: BTreeMap::new(),
            by_technician: BTreeMap::new(),
            by_category: BTreeMap::new(),
        };
        for done in performed {
            activity.total_exams += done.completed;
            activity.total_revenue += done.revenue;
            let exam = exams.get(&done.exam).cloned().unwrap_or_default();
            activity.by_exam_type.entry(exam).or_default().add(done);
            activity.by_category.entry(done.category.clone()).or_default().add(done);
            let technician = technicians.get(&done.technician).cloned().unwrap_or_default();
            activity.by_technician.entry(technician).or_default().count += done.completed;
        }
        activity
    }
}

impl Revenue {
    const fn add(&mut self, done: &Performed) {
        self.count += done.completed;
        self.revenue += done.revenue;
    }
}
