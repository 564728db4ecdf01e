//! `/login`, `/logout`: the same check as `/api/auth/login`; the token goes into a cookie.
//!
//! The cookie is not `Secure`: the desks speak plain HTTP inside the hospital, and a browser would drop it.

use super::{
    form::Form,
    page::{self, Frame},
    visitor::Visitor,
};
use crate::{
    failure::Failure,
    http::{auth, identity, problem::Problem, server::State},
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite},
    http::Method,
    web::{Data, Query},
};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    frame: Frame,
    form: Form,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Return {
    #[serde(default)]
    next: String,
}

/// The form; who is signed in already goes on.
pub async fn show(request: HttpRequest, way: Query<Return>) -> Result<HttpResponse, Problem> {
    let next = local(&way.next).unwrap_or_default();
    if identity::by_cookie(&request).await.is_ok() {
        return Ok(page::to(if next.is_empty() { "/" } else { next }, None));
    }
    page::show(&Login { frame: Frame::of_nobody(&request), form: Form::fresh().with("next", next) })
}

/// Signs in.
pub async fn sign_in(state: Data<State>, request: HttpRequest, form: Form) -> Result<HttpResponse, Problem> {
    let (username, password) = (form.text("username").trim(), form.text("password").to_owned());
    let token = match auth::sign_in(&state, &request, username, password).await {
        Ok((_, _, token)) => token,
        Err(problem) => {
            let form = form.with("password", "").refused(problem);
            let page = Login { frame: Frame::of_nobody(&request).with(&form), form };
            return page::answer(&page, page.form.status());
        }
    };
    let mut answer = page::to(local(form.text("next")).unwrap_or("/"), None);
    // Letters, digits and dashes: nothing of a token can fail to become a header.
    _ = answer.add_cookie(&cookie(token.reveal()));
    Ok(answer)
}

/// Ends the session here and everywhere.
pub async fn sign_out(state: Data<State>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    state.app.vault.sign_out(visitor.who.token(), state.app.clock.now()).map_err(Failure::from)?;
    let mut answer = page::to("/login", None);
    let mut gone = cookie("");
    gone.make_removal();
    _ = answer.add_cookie(&gone);
    Ok(answer)
}

fn cookie(token: &str) -> Cookie<'_> {
    Cookie::build(identity::COOKIE, token).path("/").http_only(true).same_site(SameSite::Strict).finish()
}

/// The way to sign in and then back to what was asked for. A form is not sent again by itself: back to its page.
pub fn with_return(request: &HttpRequest) -> String {
    let asked = match (request.method(), request.uri().path_and_query()) {
        (&Method::GET, Some(asked)) => asked.as_str(),
        _ => request.path(),
    };
    let next = local(asked).filter(|next| !["/", "/logout", "/display"].contains(next));
    match next.and_then(|next| serde_urlencoded::to_string([("next", next)]).ok()) {
        Some(next) => format!("/login?{next}"),
        None => "/login".to_owned(),
    }
}

/// A path on this server; never another server's address, in whatever spelling.
pub fn local(path: &str) -> Option<&str> {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    (own && !path.chars().any(char::is_control)).then_some(path)
}
