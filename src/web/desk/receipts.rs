//! `/desk/receipts/{number}`: a receipt on screen and on paper, A4 or a roll of 80 mm.

use crate::{
    commands::receipts,
    http::{self, problem::Problem, server::State},
    web::{
        form::Form,
        page::{self, Frame},
        visitor::Visitor,
    },
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use askama::Template;
use domain::{receipt::ReceiptNumber, user::Role};
use projections::receipts::Receipt;
use serde::Deserialize;

/// How long after its issue a receipt is still printed as the first one, in minutes.
const FIRST: i64 = 15;

/// `80` is the roll; anything else a sheet.
#[derive(Deserialize)]
pub struct Paper {
    #[serde(default)]
    paper: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page {
    frame: Frame,
    receipt: Receipt,
    qr: String,
    /// What the paper says of itself: nothing, `DUPLICATA 2`, or that it is no receipt.
    mark: Option<String>,
    is_roll: bool,
    form: Form,
}

/// The receipt.
pub async fn show(
    state: Data<State>,
    visitor: Visitor,
    number: Path<String>,
    paper: Query<Paper>,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    with(&state, &visitor, &number, paper.paper == "80", Form::fresh()).await
}

/// Counts one more print; the paper says the how many-th it is (rule 15).
pub async fn duplicate(
    state: Data<State>,
    visitor: Visitor,
    number: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    let number: ReceiptNumber = number.parse().map_err(|_| Problem::not_found("receipt"))?;
    http::receipts::seen_by(&state, &visitor.who, &number).await?;
    let (asked, paper) = (visitor.asked(&form)?, if form.text("paper") == "80" { "80" } else { "a4" });
    match receipts::duplicate(&state.app, &asked, &number, visitor.who.user).await {
        Ok(done) => Ok(page::to(&format!("/desk/receipts/{number}?paper={paper}"), Some(done.position))),
        Err(failure) => {
            with(&state, &visitor, &number.to_string(), paper == "80", form.refused(failure.into())).await
        }
    }
}

async fn with(
    state: &State,
    visitor: &Visitor,
    number: &str,
    is_roll: bool,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let number: ReceiptNumber = number.parse().map_err(|_| Problem::not_found("receipt"))?;
    let receipt = http::receipts::seen_by(state, &visitor.who, &number).await?;
    let copies = http::receipts::copies(state, &number).await?;
    let age = state.app.clock.now() - receipt.issued_at;
    let mark = match copies {
        0 if age <= chrono::Duration::minutes(FIRST) => None,
        0 => Some("CONSULTATION : CE PAPIER N’EST PAS UN REÇU".to_owned()),
        copies => Some(format!("DUPLICATA {copies}")),
    };
    let qr = http::receipts::qr_picture(state, &receipt)?;
    let page = Page { frame: visitor.frame.with(&form), receipt, qr, mark, is_roll, form };
    page::answer(&page, page.form.status())
}
