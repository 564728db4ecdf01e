//! `/api/reports/explain`: the events behind one total, added up again from the ledger.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which,
    period::Days,
};
use crate::reports::{
    Name,
    explain::{Cause, Explained, Total},
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

/// No more events in one answer; the sum is of all of them.
const MOST: usize = 1_000;

/// Which total of which days.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    /// `total`, `method:CASH`, `provider:FLOOZ`, `cashier:{id}`, `session:{id}`, `service:{exam}`; the last two
    /// without an id for what belongs to none. All that moved if absent.
    total: Option<String>,
    /// Only events after this position are listed.
    #[serde(default)]
    after: u64,
}

/// What makes a total.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TotalExplained)]
pub struct Explanation {
    period: Days,
    /// As it was asked for.
    total: String,
    /// The position of the ledger up to which was read.
    position: u64,
    /// How many events make it.
    count: u64,
    /// What they come to, in francs.
    sum: i64,
    /// At most a thousand of them, in the order of the ledger.
    events: Vec<Cause>,
    /// Ask again with `after` of this value; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// The events that make a total, and their sum.
#[utoipa::path(get, path = "/api/reports/explain", tag = "reports", params(Question),
    responses((status = 200, body = Explanation), openapi::Problems))]
pub async fn explain(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    question: web::Query<Question>,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Period.readers())?;
    let Question { date, start_date, end_date, total, after } = question.into_inner();
    let period = Which { date, start_date, end_date }.period(&state)?;
    let total = total.unwrap_or_else(|| "total".to_owned());
    let wanted = Total::of(&total).ok_or_else(|| {
        let detail = "Le total s’écrit total, method:CASH, provider:FLOOZ, cashier:, session: ou service: suivi \
                      d’un identifiant.";
        Problem::invalid("/total", detail)
    })?;
    let position = position::reached(&state, &request).await?;
    let app = &state.app;
    let mut explained = Explained::of(app.ledger.store.clone(), app.clock, period, wanted, position).await?;
    let (mut count, mut sum, mut events, mut next) = (0, 0, vec![], None);
    while let Some(causes) = explained.next().await? {
        for cause in causes {
            count += 1;
            sum += cause.amount;
            match events.last().map(|last: &Cause| last.position) {
                _ if cause.position <= after => {}
                Some(last) if events.len() == MOST => next = next.or(Some(last)),
                _ => events.push(cause),
            }
        }
    }
    let period = Days { start_date: period.from, end_date: period.to };
    Ok(position::read(position, Explanation { period, total, position, count, sum, events, next }))
}
