//! `/api/reports/financial/daily`: what moved on a day, and by whom, with every payment.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which, blind,
    lines::{Line, Lines},
};
use crate::{
    failure::Failure,
    reports::{
        figures::{Figures, Group},
        movements::Movements,
    },
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use domain::user::Role;
use projections::takings::Period;
use serde::Serialize;
use std::collections::BTreeMap;

/// So many lines are sent as they are; more take a turn.
const SHORT: i64 = 190;

/// The daily financial report. Amounts are francs; all but the first are what came in less what went back.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Daily {
    date: NaiveDate,
    /// The position of the ledger that this reflects.
    position: u64,
    /// How many receipts.
    total_payments: i64,
    /// What came in.
    total_received: i64,
    /// How many refunds and voids.
    total_refunds: i64,
    /// What went back.
    total_refunded: i64,
    /// What stays.
    total_amount: i64,
    /// Of the total: owed back to patients (4191).
    total_advances: i64,
    /// `CASH`, `MOBILE_MONEY`.
    by_payment_method: BTreeMap<String, i64>,
    /// `TMONEY`, `FLOOZ`.
    by_provider: BTreeMap<String, i64>,
    /// By name; homonyms are told apart by their username.
    by_cashier: BTreeMap<String, i64>,
    /// The same by id.
    cashiers: Vec<Cashier>,
    /// By session of a drawer; mobile money belongs to none.
    sessions: Vec<Group>,
    pub(super) payments: Vec<Line>,
}

/// What one cashier took.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Cashier {
    id: String,
    name: String,
    payments: i64,
    amount: i64,
}

/// The daily financial report: a cashier's own takings, or the house's.
#[utoipa::path(get, path = "/api/reports/financial/daily", tag = "reports", params(Which),
    responses((status = 200, body = Daily), openapi::Problems))]
pub async fn daily(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Cashier, Role::Accountant, Role::Auditor])?;
    let date = which.day(&state)?;
    position::reached(&state, &request).await?;
    blind::counts_first(&state, &who, date).await?;
    let (period, cashier) = (Period { from: date, to: date }, who.sees_only());
    // Total and lines at one moment: between two queries another payment may come in.
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let figures = Figures::read(&mut moment, period, cashier).await.map_err(Failure::from)?;
    let long = figures.total.receipts + figures.total.refunds > SHORT;
    // A turn is waited for without a snapshot: one that is held open lets the read models' log grow.
    let (moment, figures, turn) = match long {
        false => (moment, figures, None),
        true => {
            drop(moment);
            let turn = state.long_report().await?;
            let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
            let figures = Figures::read(&mut moment, period, cashier).await.map_err(Failure::from)?;
            (moment, figures, Some(turn))
        }
    };
    let position = moment.position;
    let mut lines = Lines::new(Movements::new(moment, period, cashier));
    let mut report = Daily::of(date, position, figures);
    report.payments = lines.next().await.map_err(Failure::from)?;
    let mut response = position::at(HttpResponse::Ok(), position);
    if lines.ended() {
        return Ok(response.json(report));
    }
    let turn = match turn {
        Some(turn) => turn,
        None => state.long_report().await?,
    };
    Ok(response.content_type("application/json").streaming(lines.stream(&report, turn)?))
}

impl Daily {
    fn of(date: NaiveDate, position: u64, figures: Figures) -> Self {
        // Added, never put in place of another: somebody may be called like another one's username.
        let by = |groups: &[Group], name: fn(&Group) -> &String| {
            let mut sums: BTreeMap<String, i64> = BTreeMap::new();
            for group in groups {
                *sums.entry(name(group).clone()).or_default() += group.sum.amount;
            }
            sums
        };
        let cashier = |group: &Group| Cashier {
            id: group.key.clone(),
            name: group.name.clone(),
            payments: group.sum.receipts,
            amount: group.sum.amount,
        };
        Self {
            date,
            position,
            total_payments: figures.total.receipts,
            total_received: figures.total.received,
            total_refunds: figures.total.refunds,
            total_refunded: figures.total.refunded,
            total_amount: figures.total.amount,
            total_advances: figures.total.advances,
            by_payment_method: by(&figures.by_method, |group| &group.key),
            by_provider: by(&figures.by_provider, |group| &group.key),
            by_cashier: by(&figures.by_cashier, |group| &group.name),
            cashiers: figures.by_cashier.iter().map(cashier).collect(),
            sessions: figures.by_session,
            payments: vec![],
        }
    }
}
