//! `/performing`: the technician's queue: what is under way, what is released, what is done.

use super::{
    form::Form,
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    commands::prescriptions,
    failure::Failure,
    http::{problem::Problem, server::State},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use askama::Template;
use domain::{PrescriptionId, user::Role};
use projections::prescriptions::queue::{State as Queue, Waiting, of};

/// How many of those that are done are shown.
const DONE: usize = 20;

#[derive(Template)]
#[template(path = "performing.html")]
struct Performing {
    frame: Frame,
    started: Vec<Waiting>,
    waiting: Vec<Waiting>,
    done: Vec<Waiting>,
    form: Form,
}

/// The queue.
pub async fn show(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Technician])?;
    with(&state, &visitor, Form::fresh()).await
}

/// Begins with an exam, or is done with it.
pub async fn perform(
    state: Data<State>,
    visitor: Visitor,
    path: Path<(PrescriptionId, u32, String)>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Technician])?;
    let (id, line, step) = path.into_inner();
    let (app, asked, by) = (&state.app, visitor.asked(&form)?, visitor.who.user);
    let done = match step.as_str() {
        "start" => prescriptions::start(app, &asked, id, line, by).await,
        "complete" => prescriptions::complete(app, &asked, id, line, by).await,
        _ => return Err(Problem::not_found("")),
    };
    match done {
        Ok(done) => Ok(page::to("/performing", Some(done.position))),
        Err(failure) => with(&state, &visitor, form.refused(failure.into())).await,
    }
}

async fn with(state: &State, visitor: &Visitor, form: Form) -> Result<HttpResponse, Problem> {
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let started = moment.fetch(of(Queue::InProgress, None)).await.map_err(Failure::from)?;
    let waiting = moment.fetch(of(Queue::Pending, None)).await.map_err(Failure::from)?;
    let mut done = moment.fetch(of(Queue::Completed, None)).await.map_err(Failure::from)?;
    drop(moment);
    done.truncate(DONE);
    let page = Performing { frame: visitor.frame.with(&form), started, waiting, done, form };
    page::answer(&page, page.form.status())
}
