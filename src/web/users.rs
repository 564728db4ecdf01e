//! `/users`: who works here: add one, lock one out.

use super::{
    form::Form,
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    commands::{Done, users},
    failure::Failure,
    http::{
        problem::Problem,
        server::{State, to_the_end},
        users::{good_password, named},
    },
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use askama::Template;
use domain::{UserId, user::Role};
use projections::users::User;

#[derive(Template)]
#[template(path = "users.html")]
struct Users {
    frame: Frame,
    form: Form,
    users: Vec<User>,
    /// The administrator himself is not locked out by himself.
    own: UserId,
}

/// Everybody.
pub async fn show(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Admin])?;
    with(&state, &visitor, Form::fresh()).await
}

/// Adds somebody.
pub async fn add(state: Data<State>, visitor: Visitor, form: Form) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Admin])?;
    match added(&state, &visitor, &form).await {
        Ok(done) => Ok(page::to("/users", Some(done.position))),
        Err(problem) => with(&state, &visitor, form.refused(problem)).await,
    }
}

async fn added(state: &State, visitor: &Visitor, form: &Form) -> Result<Done<UserId>, Problem> {
    let role = Role::ALL.into_iter().find(|role| role.code() == form.text("role"));
    let role = role.ok_or_else(|| Problem::invalid("/role", "Choisissez ce que cette personne fait ici."))?;
    let added = named(form.text("username"), form.text("firstName"), form.text("lastName"), role)?;
    let password = good_password(form.text("password"))?.to_owned();
    let (app, asked) = (state.app.clone(), visitor.asked(form)?);
    Ok(to_the_end(async move { users::add(&app, &asked, &added, &password).await }).await?)
}

/// Locks somebody out, at once.
pub async fn disable(
    state: Data<State>,
    visitor: Visitor,
    id: Path<UserId>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    visitor.must_be(&[Role::Admin])?;
    let (app, asked, user) = (state.app.clone(), visitor.asked(&form)?, *id);
    match to_the_end(async move { users::disable(&app, &asked, user).await }).await {
        Ok(done) => {
            state.roles.invalidate(&user);
            Ok(page::to("/users", Some(done.position)))
        }
        Err(failure) => with(&state, &visitor, form.refused(failure.into())).await,
    }
}

async fn with(state: &State, visitor: &Visitor, form: Form) -> Result<HttpResponse, Problem> {
    let users = state.app.views.fetch(projections::users::all()).await.map_err(Failure::from)?;
    let page = Users { frame: visitor.frame.with(&form), form, users, own: visitor.who.user };
    page::answer(&page, page.form.status())
}

/// For people.
fn french(role: &str) -> &'static str {
    match role {
        "ADMIN" => "Administration",
        "CASHIER" => "Caisse",
        "TECHNICIAN" => "Laboratoire",
        "ACCOUNTANT" => "Comptabilité",
        _ => "Contrôle",
    }
}
