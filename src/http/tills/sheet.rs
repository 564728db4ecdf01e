//! `/api/tills/{id}/sheet`: the closing sheet of a session, as paper to be signed.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    READERS,
};
use crate::{
    exports::{Rows, pdf},
    failure::Failure,
    reports::sheet::{self, Session},
    views::ViewsError,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use domain::TillId;
use projections::{deposits, tills, transfers, users};
use std::{io, ops::ControlFlow};

/// The closing sheet: a cashier's own, or any. There is none before the count (rule 18).
#[utoipa::path(get, path = "/api/tills/{id}/sheet", tag = "tills", params(("id" = String, Path)),
    responses((status = 200, description = "The paper", content_type = "application/pdf"), openapi::Problems))]
pub async fn sheet(
    state: web::Data<State>,
    request: HttpRequest,
    who: Identity,
    id: web::Path<TillId>,
) -> Result<HttpResponse, Problem> {
    who.must_be(READERS)?;
    position::reached(&state, &request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let position = moment.position;
    let till = moment.first(tills::by_id(*id)).await.map_err(Failure::from)?;
    let till = till.filter(|till| who.may_see(till.cashier_id)).ok_or_else(|| Problem::not_found("till"))?;
    if till.state == "OPEN" {
        let detail = "Cette caisse n’est pas encore comptée : il n’y a pas de feuille de clôture.";
        return Err(Problem::new(StatusCode::CONFLICT, "till_open", detail));
    }
    let transfers = moment.fetch(transfers::of_till(*id)).await.map_err(Failure::from)?;
    let deposits = moment.fetch(deposits::of_till(*id)).await.map_err(Failure::from)?;
    let by = moment.first(users::name(who.user)).await.map_err(Failure::from)?;
    drop(moment);
    let session = Session { till, transfers, deposits, position };
    let document = sheet::of(&state.app, session, by.unwrap_or_else(|| who.user.to_string())).await?;
    let paper = web::block(move || {
        let rows: &mut Rows<'_, Failure> = &mut std::iter::empty();
        pdf::write(&document, rows, &|_| ControlFlow::Continue(()))
    });
    let paper = paper.await.map_err(|_| Failure::Busy)?;
    let paper =
        paper.map_err(|error| Failure::from(ViewsError::from(io::Error::other(error.to_string()))))?;
    let mut response = position::at(HttpResponse::Ok(), position);
    response.content_type("application/pdf");
    response.insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"cloture-{id}.pdf\"")));
    Ok(response.body(paper))
}
