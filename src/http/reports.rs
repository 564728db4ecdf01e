//! `/api/reports/financial/daily`: what came in on a day, and by whom.

use super::{identity::Identity, position, problem::Problem, server::State};
use crate::{failure::Failure, views::Views};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Money, user::Role};
use projections::{receipts::Receipt, takings::Taking};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use tokio::runtime::Handle;
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

/// One payment of the day.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    payment_number: String,
    receipt_number: String,
    payment_id: Uuid,
    prescription_number: String,
    patient_name: String,
    #[schema(value_type = i64)]
    amount: Money,
    payment_method: &'static str,
    provider: Option<String>,
    cashier: String,
    cashier_id: Uuid,
    time: DateTime<Utc>,
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
    let position = position::reached(&state, &request).await?;
    let key = (date, who.sees_only(), position);
    if let Some(report) = state.reports.get(&key) {
        return Ok(position::at(HttpResponse::Ok(), position).json(report.as_ref()));
    }
    // A day may have 100,000 lines: they are read away from the threads that answer callbacks.
    let (views, cashier, waiting) = (state.app.views.clone(), who.sees_only(), Handle::current());
    let read = move || waiting.block_on(read(&views, date, cashier));
    let report = web::block(read).await.map_err(|_| Failure::Busy)?.map_err(Problem::from)?;
    let report = Arc::new(report);
    state.reports.insert((date, who.sees_only(), report.position), report.clone());
    Ok(position::at(HttpResponse::Ok(), report.position).json(report.as_ref()))
}

/// Total and lines at one moment: between two queries another payment may come in.
async fn read(views: &Views, date: NaiveDate, cashier: Option<Uuid>) -> Result<Daily, Failure> {
    let mut moment = views.moment().await?;
    let takings = moment.fetch(projections::takings::of_day(date, cashier)).await?;
    let receipts = moment.fetch(projections::receipts::of_day(date, cashier)).await?;
    Ok(report(date, moment.position, &takings, receipts))
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

fn report(date: NaiveDate, position: u64, takings: &[Taking], receipts: Vec<Receipt>) -> Daily {
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
        payments: receipts.into_iter().map(line).collect(),
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

fn method(method: &str) -> &'static str {
    if method == "CASH" { "CASH" } else { "MOBILE_MONEY" }
}

fn line(receipt: Receipt) -> Line {
    Line {
        payment_number: receipt.receipt_number.clone(),
        receipt_number: receipt.receipt_number,
        payment_id: receipt.payment_id,
        prescription_number: receipt.prescription_number,
        patient_name: receipt.patient_name,
        amount: receipt.amount,
        payment_method: method(&receipt.method),
        provider: (receipt.method != "CASH").then_some(receipt.method),
        cashier: receipt.cashier,
        cashier_id: receipt.cashier_id,
        time: receipt.issued_at,
    }
}
