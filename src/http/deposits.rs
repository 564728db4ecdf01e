//! `/api/deposits`, `/api/tills/{id}/deposits`: cash to the bank or the Treasury, and the proof that it arrived.

use super::{
    body::Body, count::Counted, identity::Identity, position, problem::Problem, server::State, text,
    tills::READERS,
};
use crate::{commands::deposits, failure::Failure};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use chrono::NaiveDate;
use domain::{DepositId, Money, TillId, UserId, deposit::Place, user::Role};
use projections::deposits::{Deposit, Unproven};
use serde::{Deserialize, Serialize};

/// Cash that leaves a drawer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Making {
    /// Pieces by denomination; the amount is their sum.
    #[schema(value_type = BTreeMap<String, u32>)]
    count: Counted,
    /// Who brings it to the bank or the Treasury, 1 to 100 characters: a name or a service.
    carrier: Option<String>,
}

/// The slip that goes with the cash.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DepositMade)]
pub struct Made {
    deposit_id: String,
    /// `V-2026-000042`.
    slip_number: String,
    #[schema(value_type = i64)]
    amount: Money,
    /// `MADE`.
    state: &'static str,
}

/// What the bank or the Treasury gave.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `BANK` or `TREASURY`.
    #[schema(value_type = String)]
    place: Place,
    /// What stands on its paper.
    reference: String,
}

/// A deposit that arrived.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proven {
    deposit_id: String,
    /// `PROVEN`.
    state: &'static str,
}

/// Filters of the list.
#[derive(Deserialize, utoipa::IntoParams)]
pub struct Filter {
    /// `MADE` or `PROVEN`; both if absent.
    state: Option<String>,
}

/// Deposits, and what is on its way.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deposits {
    /// Francs of all that is not proven yet (account 585). Not told to cashiers, who count blind.
    unproven: Option<i64>,
    /// The same by desk, the oldest first; a desk without anything on its way is not there.
    desks: Vec<Owing>,
    deposits: Vec<Aged>,
}

/// What is on its way from one desk.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Owing {
    desk: String,
    slips: i64,
    amount: i64,
    /// The business day of the oldest.
    since: NaiveDate,
    /// Days that the oldest has been on its way.
    days: i64,
}

/// A deposit and its age.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aged {
    #[serde(flatten)]
    deposit: Deposit,
    /// Days that it has been on its way; nothing once it has arrived.
    days: Option<i64>,
}

/// Takes cash out of the cashier's own drawer, with a numbered slip.
#[utoipa::path(post, path = "/api/tills/{id}/deposits", tag = "tills", request_body = Making,
    params(("id" = String, Path)), responses((status = 201, body = Made), super::openapi::Problems))]
pub async fn make(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<TillId>,
    body: Body<Making>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Cashier])?;
    let Counted(count) = &body.content.count;
    let carrier = body.content.carrier.as_deref();
    let carrier = carrier.map(|carrier| text::bounded("/carrier", carrier, 100)).transpose()?;
    let asked = who.asked(&body.canonical);
    let done = deposits::make(&state.app, &asked, *id, count, carrier.as_deref(), who.user).await?;
    let slip = &done.answer;
    let answer = Made {
        deposit_id: slip.deposit.to_string(),
        slip_number: slip.number.to_string(),
        amount: slip.amount,
        state: "MADE",
    };
    Ok(position::created(&done, &format!("/api/tills/{id}"), answer))
}

/// Says that the bank's or the Treasury's paper is there; the giver himself can't.
#[utoipa::path(post, path = "/api/deposits/{id}/prove", tag = "tills", request_body = Proof,
    params(("id" = String, Path)), responses((status = 200, body = Proven), super::openapi::Problems))]
pub async fn prove(
    state: web::Data<State>,
    who: Identity,
    id: web::Path<DepositId>,
    body: Body<Proof>,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant])?;
    let reference = text::bounded("/reference", &body.content.reference, 100)?;
    let (asked, place) = (who.asked(&body.canonical), body.content.place);
    let done = deposits::prove(&state.app, &asked, *id, place, &reference, who.user).await?;
    let answer = Proven { deposit_id: id.to_string(), state: "PROVEN" };
    Ok(position::done(StatusCode::OK, &done, answer))
}

/// The latest two hundred deposits, a cashier's own or all; and what is not proven yet, with its age.
#[utoipa::path(get, path = "/api/deposits", tag = "tills", params(Filter),
    responses((status = 200, body = Deposits), super::openapi::Problems))]
pub async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    filter: web::Query<Filter>,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    let wanted = match filter.state.as_deref() {
        wanted @ (None | Some("MADE" | "PROVEN")) => wanted,
        Some(_) => return Err(Problem::invalid("/state", "L’état est MADE ou PROVEN.")),
    };
    position::reached(&state, &request).await?;
    // The sum and what it is made of at one moment.
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let (position, cashier) = (moment.position, who.sees_only().map(UserId));
    let deposits =
        moment.fetch(projections::deposits::in_state(wanted, cashier)).await.map_err(Failure::from)?;
    let unproven = match cashier {
        Some(_) => None,
        None => {
            let unproven = moment.fetch(projections::deposits::unproven()).await.map_err(Failure::from)?;
            Some(projections::deposits::by_desk(unproven))
        }
    };
    let today = state.app.clock.today();
    let answer = Deposits {
        unproven: unproven.as_ref().map(|desks| desks.iter().map(|desk| desk.amount).sum()),
        desks: unproven.into_iter().flatten().map(|desk| Owing::on(today, desk)).collect(),
        deposits: deposits.into_iter().map(|deposit| Aged::on(today, deposit)).collect(),
    };
    Ok(position::read(position, answer))
}

impl Owing {
    fn on(today: NaiveDate, desk: Unproven) -> Self {
        let Unproven { desk, slips, amount, since } = desk;
        Self { desk, slips, amount, since, days: (today - since).num_days() }
    }
}

impl Aged {
    fn on(today: NaiveDate, deposit: Deposit) -> Self {
        let days = (deposit.state == "MADE").then(|| (today - deposit.day).num_days());
        Self { deposit, days }
    }
}
