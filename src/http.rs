//! HTTP: the routes of the API. URL segment = file; `server` has what they share.

pub mod auth;
pub mod body;
pub mod callbacks;
pub mod exams;
pub mod health;
pub mod identity;
pub mod limits;
pub mod mobile_money;
pub mod openapi;
pub mod patients;
pub mod payers;
pub mod payments;
pub mod position;
pub mod prescriptions;
pub mod problem;
pub mod projectors;
pub mod receipts;
pub mod reliefs;
pub mod reports;
pub mod server;
pub mod stats;
pub mod tills;
pub mod users;
pub mod work_items;

mod text;

use actix_web::{
    HttpMessage, HttpRequest,
    web::{self, ServiceConfig, delete, get, post},
};

pub use identity::RequestId;

/// Every route.
fn routes(config: &mut ServiceConfig) {
    config.route("/r/{code}", get().to(receipts::page)).service(web::scope("/api").configure(api));
}

/// What queues and providers wait for comes first: routes are tried in this order.
fn api(config: &mut ServiceConfig) {
    config
        .route("/payments/mobile-money/initiate", post().to(mobile_money::initiate))
        .route("/payments/mobile-money/callback/{provider}", post().to(callbacks::take_in))
        .route("/payments/mobile-money/{id}/status", get().to(mobile_money::status))
        .route("/payments/cash", post().to(payments::cash))
        .route("/prescriptions", post().to(prescriptions::register))
        .route("/prescriptions", get().to(prescriptions::search))
        .route("/prescriptions/{id}", get().to(prescriptions::show))
        .route("/prescriptions/{id}/coverage", post().to(prescriptions::cover::cover))
        .route("/prescriptions/{id}/reliefs", post().to(reliefs::request))
        .route("/prescriptions/{id}/quittance", get().to(prescriptions::quittance::quittance))
        .route("/prescriptions/{id}/exams/{line}/start", post().to(prescriptions::perform::start))
        .route("/prescriptions/{id}/exams/{line}/complete", post().to(prescriptions::perform::complete))
        .route("/payments", get().to(payments::list))
        .route("/payments/{id}", get().to(payments::show))
        .route("/payments/{id}/abandon", post().to(payments::abandon))
        .route("/payments/{id}/resolve", post().to(payments::resolve))
        .route("/auth/login", post().to(auth::login))
        .route("/auth/logout", post().to(auth::logout))
        .route("/patients", post().to(patients::register))
        .route("/patients", get().to(patients::search))
        .route("/patients/{id}", get().to(patients::show))
        .route("/patients/{id}", delete().to(patients::erase))
        .route("/exams", post().to(exams::list))
        .route("/exams", get().to(exams::all))
        .route("/exams/{id}/prices", post().to(exams::price))
        .route("/exams/queue", get().to(exams::queue::queue))
        .route("/payers", post().to(payers::list))
        .route("/payers", get().to(payers::all))
        .route("/payers/{code}/rates", post().to(payers::rate))
        .route("/reliefs", get().to(reliefs::list))
        .route("/reliefs/{id}/grant", post().to(reliefs::grant))
        .route("/reliefs/{id}/reject", post().to(reliefs::reject))
        .route("/tills/open", post().to(tills::open))
        .route("/tills", get().to(tills::all))
        .route("/receipts/verify", post().to(receipts::verify))
        .route("/receipts/keys", get().to(receipts::keys))
        .route("/receipts/{number}", get().to(receipts::show))
        .route("/receipts/{number}/qr.svg", get().to(receipts::picture))
        .route("/reports/financial/daily", get().to(reports::daily))
        .route("/reports/activity/service", get().to(reports::activity::service))
        .route("/stats/global", get().to(stats::global))
        .route("/work-items", get().to(work_items::open))
        .route("/users", post().to(users::add))
        .route("/users", get().to(users::all))
        .route("/users/{id}/disable", post().to(users::disable))
        .route("/projectors", get().to(projectors::all))
        .route("/projectors/rebuild", post().to(projectors::rebuild))
        .route("/projectors/rebuild", delete().to(projectors::stop))
        .route("/projectors/{name}/skip", post().to(projectors::skip))
        .route("/projectors/{name}/retry", post().to(projectors::retry))
        .route("/health", get().to(health::health))
        .route("/health/metrics", get().to(health::metrics))
        .route("/openapi.json", get().to(openapi::json));
}

/// The id that this request has in logs, events and its answer.
fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone())
}
