//! `/api/reports/financial/daily`: what came in on a day, and by whom.

pub mod activity;

mod lines;

use super::{identity::Identity, position, problem::Problem, server::State};
use crate::failure::Failure;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::user::Role;
use lines::{Line, Lines};
use projections::takings::Taking;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which day.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Which {
    /// `YYYY-MM-DD`, or a moment of that day (RFC 3339) as the seed's client sends it; today if absent.
    date: Option<String>,
}

/// The daily financial report. Amounts are francs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Daily {
    date: NaiveDate,
    /// The position of the ledger that this reflects.
    position: u64,
    total_payments: i64,
    total_amount: i64,
    /// Of the total: owed back to patients (4191).
    total_advances: i64,
    /// `CASH`, `MOBILE_MONEY`.
    by_payment_method: BTreeMap<&'static str, i64>,
    /// `TMONEY`, `FLOOZ`.
    by_provider: BTreeMap<String, i64>,
    /// By name; homonyms are told apart by their username.
    by_cashier: BTreeMap<String, i64>,
    /// The same by id.
    cashiers: Vec<Cashier>,
    payments: Vec<Line>,
}

/// What one cashier took.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Cashier {
    id: Uuid,
    name: String,
    payments: i64,
    amount: i64,
}

/// The daily financial report: a cashier's own takings, or the house's.
#[utoipa::path(get, path = "/api/reports/financial/daily", tag = "reports", params(Which),
    responses((status = 200, body = Daily), super::openapi::Problems))]
pub async fn daily(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let date = which.day(&state)?;
    position::reached(&state, &request).await?;
    // Total and lines at one moment: between two queries another payment may come in.
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let (position, cashier) = (moment.position, who.sees_only());
    let takings = moment.fetch(projections::takings::of_day(date, cashier)).await.map_err(Failure::from)?;
    let mut lines = Lines::new(moment, date, cashier);
    let mut report = report(date, position, &takings);
    report.payments = lines.next().await.map_err(Failure::from)?;
    let mut response = position::at(HttpResponse::Ok(), position);
    if lines.ended() {
        return Ok(response.json(report));
    }
    let turn = state.long_reports.clone().acquire_owned().await.map_err(|_| Failure::Busy)?;
    Ok(response.content_type("application/json").streaming(lines.stream(&report, turn)?))
}

impl Which {
    fn day(&self, state: &State) -> Result<NaiveDate, Problem> {
        let clock = state.app.clock;
        let Some(text) = &self.date else { return Ok(clock.today()) };
        let moment = || text.parse::<DateTime<Utc>>().map(|at| clock.day(at)).ok();
        // The parser takes `26-01-01` for the year 26, a day on which nothing was ever paid.
        let day = text.parse().ok().filter(|_| text.len() == "2026-01-01".len()).or_else(moment);
        day.ok_or_else(|| Problem::invalid("/date", "La date s’écrit AAAA-MM-JJ."))
    }
}

fn report(date: NaiveDate, position: u64, takings: &[Taking]) -> Daily {
    let mut daily = Daily {
        date,
        position,
        total_payments: 0,
        total_amount: 0,
        total_advances: 0,
        by_payment_method: BTreeMap::new(),
        by_provider: BTreeMap::new(),
        by_cashier: BTreeMap::new(),
        cashiers: cashiers(takings),
        payments: vec![],
    };
    for taking in takings {
        let amount = taking.amount;
        daily.total_payments += taking.receipts;
        daily.total_amount += amount;
        daily.total_advances += taking.advance;
        *daily.by_payment_method.entry(method(&taking.method)).or_default() += amount;
        if taking.method != "CASH" {
            *daily.by_provider.entry(taking.method.clone()).or_default() += amount;
        }
    }
    for cashier in &daily.cashiers {
        daily.by_cashier.insert(cashier.name.clone(), cashier.amount);
    }
    daily
}

/// One entry for each id; two persons of one name carry their usernames (fault 56).
fn cashiers(takings: &[Taking]) -> Vec<Cashier> {
    let mut ids: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    for taking in takings {
        let of_name = ids.entry(&taking.cashier_name).or_default();
        if !of_name.contains(&taking.cashier) {
            of_name.push(taking.cashier);
        }
    }
    let mut cashiers: Vec<Cashier> = vec![];
    for taking in takings {
        let (payments, amount) = (taking.receipts, taking.amount);
        if let Some(known) = cashiers.iter_mut().find(|cashier| cashier.id == taking.cashier) {
            known.payments += payments;
            known.amount += amount;
            continue;
        }
        let homonyms = ids.get(taking.cashier_name.as_str()).is_some_and(|ids| ids.len() > 1);
        let name = match homonyms {
            true => format!("{} ({})", taking.cashier_name, taking.username),
            false => taking.cashier_name.clone(),
        };
        cashiers.push(Cashier { id: taking.cashier, name, payments, amount });
    }
    cashiers
}

/// The seed's two words for how money comes in.
fn method(method: &str) -> &'static str {
    if method == "CASH" { "CASH" } else { "MOBILE_MONEY" }
}
