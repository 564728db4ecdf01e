//! `/display`: large print, on this browser, for whoever asks.

use super::{form::Form, login, page};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
};

/// The cookie of large print.
const COOKIE: &str = "display";

/// Whether this browser wants large print.
pub fn is_large(request: &HttpRequest) -> bool {
    request.cookie(COOKIE).is_some_and(|cookie| cookie.value() == "large")
}

/// Sets it, and goes back to where it was asked.
pub async fn set(form: Form) -> HttpResponse {
    let size = if form.text("size") == "large" { "large" } else { "normal" };
    let cookie = Cookie::build(COOKIE, size).path("/").same_site(SameSite::Strict).http_only(true);
    let mut answer = page::to(login::local(form.text("next")).unwrap_or("/"), None);
    // A name and a word of ours: nothing of it can fail to become a header.
    _ = answer.add_cookie(&cookie.max_age(Duration::days(365)).finish());
    answer
}
