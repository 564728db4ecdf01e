//! `/desk/session`: my till: what passed through it, and the blind count that ends it.
//!
//! Before the count no sum is shown, here or anywhere (rule 18); after it, what had to lie there and the difference.

use crate::{
    commands::{Done, tills},
    exports::text::figure,
    failure::Failure,
    http::{problem::Problem, server::State},
    web::{
        count,
        count::Piece,
        form::Form,
        page::{self, Frame},
        visitor::Visitor,
    },
};
use actix_web::{HttpResponse, web::Data};
use askama::Template;
use domain::{TillId, UserId, till::Counter, user::Role};
use projections::{deposits::Deposit, tills::Till, transfers::Transfer};

/// So many sessions that are over are listed.
const BEFORE: usize = 20;

#[derive(Template)]
#[template(path = "session.html")]
struct Session {
    frame: Frame,
    open: Option<Open>,
    /// Those that are over, the latest first.
    before: Vec<Till>,
    form: Form,
    pieces: Vec<Piece>,
}

/// The open till with what went from it or came to it.
struct Open {
    till: Till,
    transfers: Vec<Transfer>,
    deposits: Vec<Deposit>,
}

/// My till, and those before it.
pub async fn show(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    with(&state, &visitor, Form::fresh()).await
}

/// Ends the session with its count. There is no second one.
pub async fn close(state: Data<State>, visitor: Visitor, form: Form) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Cashier])?;
    match closed(&state, &visitor, &form).await {
        Ok(done) => Ok(page::to("/desk/session", Some(done.position))),
        Err(problem) => with(&state, &visitor, form.refused(problem)).await,
    }
}

async fn closed(state: &State, visitor: &Visitor, form: &Form) -> Result<Done<tills::Closed>, Problem> {
    let till: TillId = form.text("till").parse().map_err(|_| Problem::not_found("till"))?;
    // A form without a figure is a slip; an empty drawer has a 0 in it.
    let empty =
        "Comptez le tiroir : indiquez au moins une quantité, 0 s’il est vide. Rien n’a été enregistré.";
    let count = count::read(form)?.ok_or_else(|| Problem::invalid("/NOTE10000", empty))?;
    let counter = Counter::Cashier(visitor.who.user);
    Ok(tills::close(&state.app, &visitor.asked(form)?, till, &count, &counter).await?)
}

async fn with(state: &State, visitor: &Visitor, form: Form) -> Result<HttpResponse, Problem> {
    let mine = projections::tills::of_cashier(Some(UserId(visitor.who.user.0)));
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let tills = moment.fetch(mine).await.map_err(Failure::from)?.into_iter().map(Till::blind);
    let (open, before): (Vec<_>, Vec<_>) = tills.partition(|till| till.state == "OPEN");
    let open = match open.into_iter().next() {
        Some(till) => {
            let id = TillId(till.id);
            let transfers = moment.fetch(projections::transfers::of_till(id)).await.map_err(Failure::from)?;
            let deposits = moment.fetch(projections::deposits::of_till(id)).await.map_err(Failure::from)?;
            Some(Open { till, transfers, deposits })
        }
        None => None,
    };
    drop(moment);
    let before = before.into_iter().take(BEFORE).collect();
    let frame = visitor.frame.with(&form);
    let page = Session { frame, open, before, pieces: count::pieces(&form), form };
    page::answer(&page, page.form.status())
}

/// `+100 FCFA`, `−100 FCFA`, `0 FCFA`.
pub fn difference(till: &Till) -> String {
    till.difference.map_or_else(String::new, |francs| {
        let plus = if francs > 0 { "+" } else { "" };
        format!("{plus}{}\u{202f}FCFA", figure(francs))
    })
}

/// How far a transfer is, for people.
fn in_words(state: &str) -> &'static str {
    match state {
        "SENT" => "attend d’être accepté",
        "ACCEPTED" => "accepté",
        "RETURNED" => "revenu",
        _ => "",
    }
}
