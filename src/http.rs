//! HTTP: the routes of the API. URL segment = file; `server` has what they share.

pub mod auth;
pub mod body;
pub mod callbacks;
pub mod count;
pub mod deposits;
pub mod desks;
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
pub mod refunds;
pub mod reliefs;
pub mod reports;
pub mod server;
pub mod stats;
pub mod stream;
pub mod text;
pub mod tills;
pub mod transfers;
pub mod users;
pub mod work_items;

use actix_web::{
    HttpMessage, HttpRequest,
    web::{self, ServiceConfig, delete, get, post},
};

pub use identity::RequestId;

/// Every route.
fn routes(config: &mut ServiceConfig) {
    config.service(web::scope("/api").configure(api)).configure(crate::web::routes);
}

/// What queues and providers wait for comes first: routes are tried in this order.
fn api(config: &mut ServiceConfig) {
    config.configure(payments).configure(desks).configure(house).configure(reports);
}

/// Prescriptions, and the money that comes for them.
fn payments(config: &mut ServiceConfig) {
    config
        .route("/payments/mobile-money/initiate", post().to(mobile_money::initiate))
        .route("/payments/mobile-money/callback/{provider}", post().to(callbacks::take_in))
        .route("/payments/mobile-money/{id}/status", get().to(mobile_money::status))
        .route("/payments/cash", post().to(payments::cash))
        .route("/prescriptions", post().to(prescriptions::register))
        .route("/prescriptions", get().to(prescriptions::search))
        .route("/prescriptions/{id}", get().to(prescriptions::show))
        .route("/prescriptions/{id}/coverage", post().to(prescriptions::cover::cover))
        .route("/prescriptions/{id}/coverage/withdraw", post().to(prescriptions::cover::withdraw))
        .route("/prescriptions/{id}/reliefs", post().to(reliefs::request))
        .route("/prescriptions/{id}/quittance", get().to(prescriptions::quittance::quittance))
        .route("/prescriptions/{id}/exams/{line}/start", post().to(prescriptions::perform::start))
        .route("/prescriptions/{id}/exams/{line}/complete", post().to(prescriptions::perform::complete))
        .route("/payments", get().to(payments::list))
        .route("/payments/{id}", get().to(payments::show))
        .route("/payments/{id}/abandon", post().to(payments::abandon))
        .route("/payments/{id}/resolve", post().to(payments::resolve))
        .route("/payments/{id}/refunds", post().to(refunds::request))
        .route("/payments/{id}/refunds/{refund}/approve", post().to(refunds::approve))
        .route("/payments/{id}/refunds/{refund}/reject", post().to(refunds::reject))
        .route("/payments/{id}/refunds/{refund}/complete", post().to(refunds::complete));
}

/// Drawers, and the papers of money.
fn desks(config: &mut ServiceConfig) {
    config
        .route("/refunds", get().to(refunds::all))
        .route("/refunds/{id}", get().to(refunds::show))
        .route("/tills/open", post().to(tills::open))
        .route("/tills", get().to(tills::all))
        .route("/tills/{id}", get().to(tills::show))
        .route("/tills/{id}/sheet", get().to(tills::sheet::sheet))
        .route("/tills/{id}/close", post().to(tills::close))
        .route("/tills/{id}/sign", post().to(tills::sign))
        .route("/tills/{id}/transfers", post().to(transfers::send))
        .route("/tills/{id}/transfers/{transfer}/accept", post().to(transfers::accept))
        .route("/tills/{id}/transfers/{transfer}/return", post().to(transfers::give_back))
        .route("/tills/{id}/deposits", post().to(deposits::make))
        .route("/desks", get().to(desks::open))
        .route("/transfers", get().to(transfers::list))
        .route("/deposits", get().to(deposits::list))
        .route("/deposits/{id}/prove", post().to(deposits::prove))
        .route("/receipts/verify", post().to(receipts::verify))
        .route("/receipts/keys", get().to(receipts::keys))
        .route("/receipts/{number}", get().to(receipts::show))
        .route("/receipts/{number}/qr.svg", get().to(receipts::picture))
        .route("/receipts/{number}/duplicata", post().to(receipts::duplicate));
}

/// Who is here, what is offered, and how the program is.
fn house(config: &mut ServiceConfig) {
    config
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
        .route("/reliefs/{id}/withdraw", post().to(reliefs::withdraw))
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
        .route("/stream", get().to(stream::stream))
        .route("/openapi.json", get().to(openapi::json));
}

/// What all of it comes to.
fn reports(config: &mut ServiceConfig) {
    config
        .route("/reports/financial/daily", get().to(reports::daily::daily))
        .route("/reports/financial/period", get().to(reports::period::period))
        .route("/reports/cashiers", get().to(reports::others::cashiers))
        .route("/reports/providers", get().to(reports::others::providers))
        .route("/reports/tills", get().to(reports::others::tills))
        .route("/reports/outstanding", get().to(reports::others::outstanding))
        .route("/reports/journal", get().to(reports::books::journal))
        .route("/reports/trial-balance", get().to(reports::books::trial_balance))
        .route("/reports/explain", get().to(reports::explain::explain))
        .route("/reports/sign", post().to(reports::signed::sign))
        .route("/reports/signed", get().to(reports::signed::all))
        .route("/reports/signed/{id}", get().to(reports::signed::show))
        .route("/reports/export", get().to(reports::export::running))
        .route("/reports/export", delete().to(reports::export::stop))
        .route("/reports/export/{format}", get().to(reports::export::export))
        .route("/reports/exports", get().to(reports::export::taken))
        .route("/reports/activity/service", get().to(reports::activity::service))
        .route("/stats/global", get().to(stats::global))
        .route("/work-items", get().to(work_items::open));
}

/// The id that this request has in logs, events and its answer.
fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|id| id.0.clone())
}
