//! `/desk`: the cashier's one screen. Without an open till he opens it; with one he finds what is to be paid.

pub mod mobile_money;
pub mod payments;
pub mod prescriptions;
pub mod receipts;
pub mod session;

use super::{
    count,
    count::Piece,
    form::Form,
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    commands::{Done, tills},
    failure::Failure,
    http::{self, problem::Problem, server::State, text},
    proof::receipt_code,
};
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use askama::Template;
use domain::{receipt::ReceiptNumber, till::Opened, user::Role};
use projections::{payments::Payment, prescriptions::Prescription};
use serde::Deserialize;

/// What is searched for: a number, a name, a scanned code.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    frame: Frame,
    q: String,
    wrong: Option<String>,
    found: Vec<Prescription>,
    awaited: Vec<Payment>,
    desk: String,
}

#[derive(Template)]
#[template(path = "open.html")]
struct Opening {
    frame: Frame,
    form: Form,
    pieces: Vec<Piece>,
}

/// The search and what it found; or the form that opens the till.
pub async fn show(
    state: Data<State>,
    visitor: Visitor,
    search: Query<Search>,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    if tills::of_cashier(&state.app, visitor.who.user).await?.is_none() {
        let form = Form::fresh().with("desk", last_desk(&state, &visitor).await?);
        return opening(&visitor, form);
    }
    if let Some(number) = receipt(&state, &search.q) {
        return Ok(page::to(&format!("/desk/receipts/{number}"), None));
    }
    let (words, wrong) = match text::words("/q", Some(&search.q)) {
        Ok(words) => (words, None),
        Err(problem) => (String::new(), Some(problem.detail)),
    };
    // Without words: what waits for the cash desk.
    let status = words.is_empty().then_some("PENDING");
    let views = &state.app.views;
    let found =
        views.fetch(projections::prescriptions::search(status, &words)).await.map_err(Failure::from)?;
    if let ([one], false) = (&found[..], words.is_empty()) {
        return Ok(page::to(&format!("/desk/prescriptions/{}", one.id), None));
    }
    let awaited = projections::payments::awaited_by(visitor.who.user.0);
    let awaited = views.fetch(awaited).await.map_err(Failure::from)?;
    let desk = last_desk(&state, &visitor).await?;
    page::show(&Desk { frame: visitor.frame, q: search.into_inner().q, wrong, found, awaited, desk })
}

/// Opens the till with what lies in its drawer.
pub async fn open(state: Data<State>, visitor: Visitor, form: Form) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    match opened(&state, &visitor, &form).await {
        Ok(done) => Ok(page::to("/desk", Some(done.position))),
        Err(problem) => opening(&visitor, form.refused(problem)),
    }
}

async fn opened(state: &State, visitor: &Visitor, form: &Form) -> Result<Done<tills::Open>, Problem> {
    let desk = text::bounded("/desk", form.text("desk"), 40)?;
    let count = count::read(form)?;
    let float = http::tills::float(form.maybe_money("float")?, count.as_ref())?;
    let opened = Opened { desk, cashier: visitor.who.user, float, count };
    Ok(tills::open(&state.app, &visitor.asked(form)?, &opened).await?)
}

fn opening(visitor: &Visitor, form: Form) -> Result<HttpResponse, Problem> {
    let page = Opening { frame: visitor.frame.with(&form), pieces: count::pieces(&form), form };
    page::answer(&page, page.form.status())
}

/// Where this cashier sat last: most sit at the same desk every day.
async fn last_desk(state: &State, visitor: &Visitor) -> Result<String, Problem> {
    let tills = projections::tills::of_cashier(Some(visitor.who.user));
    let last = state.app.views.first(tills).await.map_err(Failure::from)?;
    Ok(last.map(|till| till.desk).unwrap_or_default())
}

/// The receipt that was scanned or whose number was typed; a prescription's number looks alike, but for its series.
fn receipt(state: &State, q: &str) -> Option<ReceiptNumber> {
    let (q, app) = (q.trim(), &state.app);
    let scanned = || {
        let code = receipt_code::check(q, |key_id| app.vault.public_key(key_id)).ok()?;
        code.number().parse().ok()
    };
    let typed = q.to_ascii_uppercase().parse().ok();
    typed.filter(|number: &ReceiptNumber| number.series == app.house.series).or_else(scanned)
}
