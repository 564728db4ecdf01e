//! The screens: pages rendered by the server, for people at desks. URL segment = file.
//!
//! 1. `border` looks at what comes in: a form must come from our own page. It turns problems into pages.
//! 2. `visitor` says who asks, by the cookie; `form` reads what he typed, and the key of his command.
//! 3. The page's own file asks the same commands and queries as the API, never the API itself.
//! 4. `page` renders the template (`web/templates`) in its frame; after a command it sends on to another page.
//! 5. `assets` serves style and script (`web/static`).

pub mod assets;
pub mod border;
pub mod count;
pub mod dashboard;
pub mod desk;
pub mod display;
pub mod form;
pub mod home;
pub mod login;
pub mod page;
pub mod performing;
pub mod r;
pub mod users;
pub mod visitor;
pub mod work_items;

use crate::http::problem::Problem;
use actix_web::{
    middleware::{Compress, from_fn},
    web::{self, ServiceConfig, get, post},
};

/// Every page. Comes last among the routes: what nobody else serves is a page that isn't there.
pub fn routes(config: &mut ServiceConfig) {
    let pages = web::scope("")
        .wrap(from_fn(border::border))
        .wrap(Compress::default())
        .configure(pages)
        .default_service(web::to(|| async { Err::<String, _>(Problem::not_found("")) }));
    config.service(pages);
}

/// The address that takes a form also shows its page: after a refusal the browser may load it again.
fn pages(config: &mut ServiceConfig) {
    config
        .route("/", get().to(home::show))
        .route("/r/{code}", get().to(r::show))
        .route("/login", get().to(login::show))
        .route("/login", post().to(login::sign_in))
        .route("/logout", post().to(login::sign_out))
        .route("/display", post().to(display::set))
        .route("/static/{version}/{name}", get().to(assets::serve))
        .route("/performing", get().to(performing::show))
        .route("/performing/{prescription}/{line}/{step}", get().to(performing::show))
        .route("/performing/{prescription}/{line}/{step}", post().to(performing::perform))
        .route("/dashboard", get().to(dashboard::show))
        .route("/users", get().to(users::show))
        .route("/users", post().to(users::add))
        .route("/users/{id}/disable", get().to(users::show))
        .route("/users/{id}/disable", post().to(users::disable))
        .route("/work-items", get().to(work_items::show))
        .route("/work-items/refunds/{payment}/{refund}/{step}", get().to(work_items::show))
        .route("/work-items/refunds/{payment}/{refund}/{step}", post().to(work_items::refund))
        .route("/work-items/reliefs/{id}/{step}", get().to(work_items::show))
        .route("/work-items/reliefs/{id}/{step}", post().to(work_items::relief))
        .route("/work-items/tills/{id}/sign", get().to(work_items::show))
        .route("/work-items/tills/{id}/sign", post().to(work_items::till))
        .configure(desk);
}

/// The cashier's.
fn desk(config: &mut ServiceConfig) {
    use desk::{mobile_money, payments, prescriptions, receipts, session};
    config
        .route("/desk", get().to(desk::show))
        .route("/desk/open", get().to(desk::show))
        .route("/desk/open", post().to(desk::open))
        .route("/desk/session", get().to(session::show))
        .route("/desk/session/close", get().to(session::show))
        .route("/desk/session/close", post().to(session::close))
        .route("/desk/prescriptions/{id}", get().to(prescriptions::show))
        .route("/desk/prescriptions/{id}/cash", get().to(prescriptions::show))
        .route("/desk/prescriptions/{id}/cash", post().to(prescriptions::cash))
        .route("/desk/prescriptions/{id}/mobile-money", get().to(mobile_money::show))
        .route("/desk/prescriptions/{id}/mobile-money", post().to(mobile_money::ask))
        .route("/desk/payments/{id}", get().to(payments::show))
        .route("/desk/payments/{id}/ask", get().to(payments::show))
        .route("/desk/payments/{id}/ask", post().to(payments::ask))
        .route("/desk/payments/{id}/abandon", get().to(payments::show))
        .route("/desk/payments/{id}/abandon", post().to(payments::abandon))
        .route("/desk/receipts/{number}", get().to(receipts::show))
        .route("/desk/receipts/{number}/duplicata", get().to(receipts::show))
        .route("/desk/receipts/{number}/duplicata", post().to(receipts::duplicate));
}
