//! `/api/reports/sign` and `/api/reports/signed`: figures that somebody answers for, and what changed since.

use super::{
    super::{body::Body, identity::Identity, openapi, position, problem::Problem, server::State},
    Which, blind,
};
use crate::{
    commands,
    failure::Failure,
    reports::{Asked, Name, changes, explain::Cause, signed},
};
use actix_web::{HttpRequest, HttpResponse, web};
use projections::{
    reports::{SignedReport, all_signed, signed_at},
    takings::Period,
};
use serde::{Deserialize, Serialize};

/// Which report is signed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signing {
    /// `daily`, `period`, `cashiers`, `providers`, `journal`, `trial-balance`, `tills`, `activity`,
    /// `outstanding`.
    report: String,
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

/// A report was signed.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningDone)]
pub struct Done {
    /// Its address ends so.
    id: u64,
    /// The position that the figures reflect.
    position: u64,
    sha256: String,
}

/// A signed report, and how it stands to the figures of now.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedReportShown)]
pub struct Shown {
    #[serde(flatten)]
    signed: SignedReport,
    /// The figures as they were signed, in the very bytes that the hash is of.
    figures: String,
    /// Whether the figures of today are the same, byte for byte.
    unchanged: bool,
    /// The events since that had a part in its figures, at most a thousand, the oldest first.
    changes: Vec<Cause>,
    /// Whether there are more than these.
    more_changes: bool,
}

/// Signs a report's figures as they are now.
#[utoipa::path(post, path = "/api/reports/sign", tag = "reports", request_body = Signing,
    responses((status = 201, body = Done), openapi::Problems))]
pub async fn sign(
    state: web::Data<State>,
    who: Identity,
    body: Body<Signing>,
) -> Result<HttpResponse, Problem> {
    let name = name(&body.content.report)?;
    who.must_be(super::export::signers(name))?;
    let which = Which {
        date: body.content.date.clone(),
        start_date: body.content.start_date.clone(),
        end_date: body.content.end_date.clone(),
    };
    let asked = asked(&state, name, &which, &who)?;
    if asked.period.to > state.app.clock.today() {
        let detail = "Un rapport se signe au plus tôt son dernier jour. Choisissez un jour qui a commencé.";
        return Err(Problem::invalid("/endDate", detail));
    }
    blind::counts_first(&state, &who, asked.period.to).await?;
    let done = commands::reports::sign(&state.app, &who.asked(&body.canonical), asked, who.user).await?;
    let id = done.position;
    let answer = Done { id, position: done.answer.position, sha256: done.answer.sha256.clone() };
    Ok(position::created(&done, &format!("/api/reports/signed/{id}"), answer))
}

/// The latest hundred signed reports: a cashier's own, or all.
#[utoipa::path(get, path = "/api/reports/signed", tag = "reports",
    responses((status = 200, body = Vec<SignedReport>), openapi::Problems))]
pub async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Daily.readers())?;
    let position = position::reached(&state, &request).await?;
    let signed = state.app.views.fetch(all_signed(who.sees_only())).await.map_err(Failure::from)?;
    Ok(position::read(position, signed))
}

/// One signed report, and what changed since.
#[utoipa::path(get, path = "/api/reports/signed/{id}", tag = "reports", params(("id" = u64, Path)),
    responses((status = 200, body = Shown), openapi::Problems))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Daily.readers())?;
    let id: u64 = id.parse().map_err(|_| Problem::not_found("report"))?;
    let position = position::reached(&state, &request).await?;
    let app = &state.app;
    let found = app.views.first(signed_at(id)).await.map_err(Failure::from)?;
    let mine = |signed: &SignedReport| match who.sees_only() {
        None => true,
        own => signed.cashier_id.as_ref().and_then(|cashier| cashier.parse().ok()) == own,
    };
    let signed = found.filter(mine).ok_or_else(|| Problem::not_found("report"))?;
    let asked = Asked {
        name: name(&signed.report)?,
        period: Period { from: signed.start_date, to: signed.end_date },
        cashier: signed.cashier_id.as_ref().and_then(|cashier| cashier.parse().ok()),
    };
    // What changed since he signed is what came into his drawer since.
    blind::counts_first(&state, &who, asked.period.to).await?;
    // Figures and changes of one moment: neither knows of an event that the other doesn't.
    let mut moment = app.views.moment().await.map_err(Failure::from)?;
    let now = signed::figures(&mut moment, app.clock, &asked).await.map_err(Failure::from)?;
    let changes = changes::since(app, &mut moment, &asked, signed.position.unsigned_abs()).await?;
    let (figures, unchanged) = (signed.text.clone(), now == signed.text);
    let changes::Changes { events, more } = changes;
    Ok(position::read(position, Shown { signed, figures, unchanged, changes: events, more_changes: more }))
}

/// The report that somebody names.
pub fn name(code: &str) -> Result<Name, Problem> {
    Name::of(code).ok_or_else(|| {
        let known: Vec<_> = Name::ALL.iter().map(|name| name.code()).collect();
        Problem::invalid(
            "/reportType",
            format!("Ce rapport n’existe pas. Choisissez parmi {}.", known.join(", ")),
        )
    })
}

/// With its days, and for whom.
pub fn asked(state: &State, name: Name, which: &Which, who: &Identity) -> Result<Asked, Problem> {
    let period = match name {
        Name::Daily => {
            let day = which.day(state)?;
            Period { from: day, to: day }
        }
        Name::Outstanding => which.now(state)?,
        _ => which.period(state)?,
    };
    Ok(Asked { name, period, cashier: who.sees_only() })
}
