//! `/api/reports/journal` and `/api/reports/trial-balance`: the books of a period, and what they come to.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which,
    period::Days,
};
use crate::{
    failure::Failure,
    reports::{Name, balance::TrialBalance, journal},
};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// No more lines in one answer, but for those of the last fact.
const PAGE: usize = 1_000;

/// Which days, and after which fact.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Page {
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    /// Only lines of facts after this position.
    #[serde(default)]
    after: u64,
}

/// A page of the journal.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JournalPage)]
pub struct Journal {
    period: Days,
    /// The position of the ledger that this reflects.
    position: u64,
    lines: Vec<Line>,
    /// Ask again with `after` of this value; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// One line. Francs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JournalLine)]
pub struct Line {
    date: NaiveDate,
    journal: &'static str,
    /// Lines of one fact balance.
    position: u64,
    /// The number of the paper, or the stream.
    document: String,
    account: &'static str,
    label: &'static str,
    debit: i64,
    credit: i64,
}

/// A trial balance.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TrialBalanceOfPeriod)]
pub struct Balance {
    period: Days,
    /// The position of the ledger that this reflects.
    position: u64,
    #[serde(flatten)]
    balance: TrialBalance,
}

/// The journal of a period, page by page.
#[utoipa::path(get, path = "/api/reports/journal", tag = "reports", params(Page),
    responses((status = 200, body = Journal), openapi::Problems))]
pub async fn journal(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    page: web::Query<Page>,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Journal.readers())?;
    let Page { date, start_date, end_date, after } = page.into_inner();
    let period = Which { date, start_date, end_date }.period(&state)?;
    let position = position::reached(&state, &request).await?;
    let app = &state.app;
    let mut journal = journal::Journal::of(app.ledger.store.clone(), app.clock, period, position)
        .await
        .map_err(Failure::from)?;
    journal.skip_to(after);
    let (mut lines, mut next) = (vec![], None);
    loop {
        let read = journal.next().await?;
        if read.is_empty() {
            break;
        }
        lines.extend(read.into_iter().map(Line::from));
        if let Some(line) = lines.last().filter(|_| lines.len() >= PAGE) {
            next = Some(line.position);
            break;
        }
    }
    let period = Days { start_date: period.from, end_date: period.to };
    Ok(position::read(position, Journal { period, position, lines, next }))
}

/// What every account comes to in a period.
#[utoipa::path(get, path = "/api/reports/trial-balance", tag = "reports", params(Which),
    responses((status = 200, body = Balance), openapi::Problems))]
pub async fn trial_balance(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::TrialBalance.readers())?;
    let period = which.period(&state)?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let balance = TrialBalance::read(&mut moment, period).await.map_err(Failure::from)?;
    let period = Days { start_date: period.from, end_date: period.to };
    Ok(position::read(position, Balance { period, position, balance }))
}

impl From<journal::Line> for Line {
    fn from(line: journal::Line) -> Self {
        Self {
            date: line.day,
            journal: line.journal,
            position: line.position,
            document: line.document,
            account: line.entry.account.number(),
            label: line.entry.account.label(),
            debit: line.entry.debit.francs(),
            credit: line.entry.credit.francs(),
        }
    }
}
