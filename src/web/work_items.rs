//! `/work-items`: what waits for a second person, and what somebody must look at.
//!
//! Refunds and reliefs that others asked for, tills that others counted, and money that fits nowhere, each with what to
//! do about it. Who may decide what is said by the commands, not here.

use super::{
    dashboard::{Item, item},
    form::Form,
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    commands::{refunds, reliefs, tills},
    failure::Failure,
    http::{problem::Problem, server::State, text},
    views::ViewsError,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use askama::Template;
use domain::{PaymentId, RefundId, ReliefId, TillId, user::Role};
use projections::{refunds::Refund, reliefs::Relief, tills::Till};

/// Who looks.
const READERS: &[Role] = &[Role::Admin, Role::Accountant, Role::Auditor];
/// Who decides.
const DECIDERS: &[Role] = &[Role::Admin, Role::Accountant];

#[derive(Template)]
#[template(path = "work_items.html")]
struct WorkItems {
    frame: Frame,
    form: Form,
    decides: bool,
    refunds: Vec<Refund>,
    reliefs: Vec<Relief>,
    tills: Vec<Till>,
    others: Vec<Item>,
}

/// All that waits.
pub async fn show(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    visitor.must_be(READERS)?;
    with(&state, &visitor, Form::fresh()).await
}

/// Agrees to a refund, or does not.
pub async fn refund(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(PaymentId, RefundId, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(DECIDERS)?;
    let (payment, refund, step) = path.into_inner();
    let (app, asked, by) = (&state.app, visitor.asked(&form)?, visitor.who.user);
    let done = match step.as_str() {
        "approve" => refunds::approve(app, &asked, payment, refund, by).await,
        "reject" => match text::bounded("/reason", form.text("reason"), 500) {
            Ok(reason) => refunds::reject(app, &asked, payment, refund, &reason, by).await,
            Err(problem) => return with(&state, &visitor, form.refused(problem)).await,
        },
        _ => return Err(Problem::not_found("")),
    };
    ended(&state, &visitor, form, done.map(|done| done.position)).await
}

/// Grants a relief, or does not.
pub async fn relief(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(ReliefId, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(DECIDERS)?;
    let (id, step) = path.into_inner();
    let (app, asked, by) = (&state.app, visitor.asked(&form)?, visitor.who.user);
    let done = match step.as_str() {
        "grant" => reliefs::grant(app, &asked, id, by).await.map(|done| done.position),
        "reject" => match text::bounded("/reason", form.text("reason"), 200) {
            Ok(reason) => reliefs::reject(app, &asked, id, by, &reason).await.map(|done| done.position),
            Err(problem) => return with(&state, &visitor, form.refused(problem)).await,
        },
        _ => return Err(Problem::not_found("")),
    };
    ended(&state, &visitor, form, done).await
}

/// Signs the count of a till.
pub async fn till(
    state: Data<State>,
    visitor: Visitor,
    id: Path<TillId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(DECIDERS)?;
    let asked = visitor.asked(&form)?;
    let done = match text::bounded("/note", form.text("note"), 500) {
        Ok(note) => tills::sign(&state.app, &asked, *id, &note, visitor.who.user).await,
        Err(problem) => return with(&state, &visitor, form.refused(problem)).await,
    };
    ended(&state, &visitor, form, done.map(|done| done.position)).await
}

async fn ended(
    state: &State,
    visitor: &Visitor,
    form: Form,
    done: Result<u64, Failure>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(position) => Ok(page::to("/work-items", Some(position))),
        Err(failure) => with(state, visitor, form.refused(failure.into())).await,
    }
}

async fn with(state: &State, visitor: &Visitor, form: Form) -> Result<HttpResponse, Problem> {
    let (frame, decides) = (visitor.frame.with(&form), DECIDERS.contains(&visitor.who.role));
    let page = read(state, frame, form, decides).await.map_err(Failure::from)?;
    page::answer(&page, page.form.status())
}

async fn read(state: &State, frame: Frame, form: Form, decides: bool) -> Result<WorkItems, ViewsError> {
    let mut moment = state.app.views.moment().await?;
    let refunds = moment.fetch(projections::refunds::in_state(Some("REQUESTED"), None)).await?;
    let reliefs = moment.fetch(projections::reliefs::in_state("REQUESTED", None)).await?;
    let tills = moment.fetch(projections::tills::counted()).await?;
    let open = moment.fetch(projections::work_items::open()).await?;
    drop(moment);
    // Those two have forms of their own above.
    let others =
        open.iter().filter(|one| !["refund_requested", "relief_requested"].contains(&one.kind.as_str()));
    let others = others.map(|one| item(one, frame.time(one.opened_at))).collect();
    Ok(WorkItems { form, decides, refunds, reliefs, tills, others, frame })
}

/// Of a till: `+100 FCFA`, `−100 FCFA`.
fn difference(till: &Till) -> String {
    super::desk::session::difference(till)
}

/// Of a refund, for people.
fn kind(refund: &Refund) -> &'static str {
    if refund.kind == "VOID" { "Annulation" } else { "Remboursement" }
}

/// Of a relief, for people.
fn relief_kind(relief: &Relief) -> &'static str {
    if relief.kind == "EXEMPTION" { "Exonération" } else { "Remise" }
}
