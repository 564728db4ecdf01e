//! `/api/reports/export/{format}`: a report as a file: Excel, PDF, CSV.
//!
//! 1. The report's own readers may take it away, nobody else (fault 60).
//! 2. It is made whole before the first byte is sent (fault 64), on a thread that gives way to those who take
//!    money; the rows wait in a file without a name, which is gone when it is closed.
//! 3. Each user makes one at a time, sees how far it is, and may stop it; so does his going away.
//! 4. Who took it, and its hash, is a fact before the file leaves (rule 48).

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which, blind,
    making::Format,
    sending, signed,
};
use crate::{
    commands,
    execute::Asked,
    failure::Failure,
    reports::{Name, paper},
};
use actix_web::{HttpRequest, HttpResponse, http::header, web};
use domain::{report::Exported, user::Role};
use projections::{reports::Export, users};
use serde::{Deserialize, Serialize};

/// Which report, and which days.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// `financial` (or `daily`), `period`, `cashiers`, `providers`, `tills`,
    /// `activity`, `outstanding`, `journal`, `trial-balance`.
    report_type: String,
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
}

/// An export that is being made.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExportRunning)]
pub struct Running {
    report: &'static str,
    format: &'static str,
    /// Rows written so far.
    rows: u64,
    /// Rows in all, where that is known.
    total: Option<u64>,
}

/// A report as a file; asked for again it is made again.
#[utoipa::path(get, path = "/api/reports/export/{format}", tag = "reports",
    params(("format" = String, Path, description = "`excel`, `pdf` or `csv`"), Wanted),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"),
    openapi::Problems))]
pub async fn export(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    format: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let format = Format::of(&format).ok_or_else(|| Problem::not_found(""))?;
    let Wanted { report_type, date, start_date, end_date } = wanted.into_inner();
    let name = signed::name(&report_type)?;
    who.must_be(name.readers())?;
    let asked = signed::asked(&state, name, &Which { date, start_date, end_date }, &who)?;
    position::reached(&state, &request).await?;
    blind::counts_first(&state, &who, asked.period.to).await?;
    let making = state.exports.begin(who.user, name, format)?;
    let turn = making.wait(state.long_report()).await?;
    let by = name_of(&state, &who).await?;
    let paper = paper::of(&state.app, asked, by).await?;
    let position = paper.position;
    let file = making.make(paper, state.app.house.folder.clone(), turn).await?;
    let taken = Exported {
        scope: commands::reports::scope(&asked),
        format: format.extension().to_owned(),
        position,
        sha256: hex::encode(file.sha256),
        by: who.user,
    };
    // Without the caller's key: every file that leaves is a fact of its own.
    let asked_for = Asked { command: None, ..who.asked(&[]) };
    // Whoever has the file finds it among those that were taken.
    let kept = commands::reports::exported(&state.app, &asked_for, taken).await?;
    let mut response = position::at(HttpResponse::Ok(), kept);
    response.content_type(format.media_type());
    let name = format!("{}-{}.{}", name.code(), asked.days().replace("..", "_"), format.extension());
    // Made here alone: nothing that was asked stands in it (fault 65).
    response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    Ok(sending::send(response, file))
}

/// The export that this user is having made.
#[utoipa::path(get, path = "/api/reports/export", tag = "reports",
    responses((status = 200, body = Vec<Running>), openapi::Problems))]
pub async fn running(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Daily.readers())?;
    let running = state.exports.of(who.user).into_iter().map(|making| Running {
        report: making.name.code(),
        format: making.format.extension(),
        rows: making.rows(),
        total: making.total(),
    });
    Ok(HttpResponse::Ok().json(running.collect::<Vec<_>>()))
}

/// Stops it: whoever waits for the file is told so.
#[utoipa::path(delete, path = "/api/reports/export", tag = "reports",
    responses((status = 204, description = "Stopped, or there was none"), openapi::Problems))]
pub async fn stop(state: web::Data<State>, who: Identity) -> Result<HttpResponse, Problem> {
    who.must_be(Name::Daily.readers())?;
    if let Some(making) = state.exports.of(who.user) {
        making.stop();
    }
    Ok(HttpResponse::NoContent().finish())
}

/// The latest hundred files that were taken away, and by whom.
#[utoipa::path(get, path = "/api/reports/exports", tag = "reports",
    responses((status = 200, body = Vec<Export>), openapi::Problems))]
pub async fn taken(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
) -> Result<HttpResponse, Problem> {
    who.must_be(&[Role::Admin, Role::Accountant, Role::Auditor])?;
    let position = position::reached(&state, &request).await?;
    let taken = state.app.views.fetch(projections::reports::all_exports()).await.map_err(Failure::from)?;
    Ok(position::read(position, taken))
}

/// Who may sign a report.
pub const fn signers(name: Name) -> &'static [Role] {
    match name {
        // His own day.
        Name::Daily => &[Role::Admin, Role::Cashier, Role::Accountant],
        _ => &[Role::Admin, Role::Accountant],
    }
}

async fn name_of(state: &State, who: &Identity) -> Result<String, Failure> {
    let found = state.app.views.first(users::name(who.user)).await?;
    Ok(found.unwrap_or_else(|| who.user.to_string()))
}
