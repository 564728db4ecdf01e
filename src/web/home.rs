//! `/`: where each role begins.

use super::{
    page::{self, Frame},
    visitor::Visitor,
};
use crate::http::problem::Problem;
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
}

/// Sends on to the first page of the visitor's role.
pub async fn show(visitor: Visitor) -> Result<HttpResponse, Problem> {
    match page::home(visitor.who.role) {
        Some(home) => Ok(page::to(home, None)),
        None => page::show(&Home { frame: visitor.frame }),
    }
}
