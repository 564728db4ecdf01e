//! The contract, from the code: `/api/openapi.json`, and `docs/openapi.json` for those who read it there.

use super::problem::ProblemJson;
use actix_web::HttpResponse;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, OpenApi, PartialSchema,
    openapi::{
        ContentBuilder, RefOr, Response, ResponseBuilder, security::HttpAuthScheme, security::HttpBuilder,
        security::SecurityScheme,
    },
};

/// The routes of the API.
#[derive(OpenApi)]
#[openapi(
    info(title = "Quittance", description = "A payment ledger for hospitals. Amounts are whole francs (XOF).",
        license(name = "MIT OR Apache-2.0")),
    modifiers(&Bearer),
    security(("bearer" = [])),
    components(schemas(ProblemJson)),
    paths(
        super::auth::login, super::auth::logout,
        super::users::add, super::users::all, super::users::disable,
        super::patients::register, super::patients::search, super::patients::show, super::patients::erase,
        super::exams::list, super::exams::price, super::exams::all,
        super::prescriptions::register, super::prescriptions::show, super::prescriptions::search,
        super::tills::open, super::tills::all, super::tills::show, super::tills::close, super::tills::sign,
        super::transfers::send, super::transfers::accept, super::transfers::give_back, super::transfers::list,
        super::deposits::make, super::deposits::prove, super::deposits::list, super::desks::open,
        super::prescriptions::cover::cover, super::prescriptions::cover::withdraw,
        super::payers::list, super::payers::rate, super::payers::all,
        super::reliefs::request, super::reliefs::grant, super::reliefs::reject, super::reliefs::withdraw,
        super::reliefs::list,
        super::prescriptions::perform::start, super::prescriptions::perform::complete, super::exams::queue::queue,
        super::prescriptions::quittance::quittance,
        super::reports::activity::service,
        super::payments::cash, super::payments::abandon, super::payments::resolve, super::payments::show,
        super::payments::list,
        super::mobile_money::initiate, super::mobile_money::status, super::callbacks::take_in,
        super::refunds::request, super::refunds::approve, super::refunds::reject, super::refunds::complete,
        super::refunds::all, super::refunds::show,
        super::receipts::show, super::receipts::picture, super::receipts::verify, super::receipts::keys,
        super::reports::daily::daily, super::reports::period::period, super::reports::books::journal,
        super::reports::books::trial_balance, super::reports::explain::explain, super::reports::signed::sign,
        super::reports::signed::all, super::reports::signed::show, super::reports::export::export,
        super::reports::export::running, super::reports::export::stop, super::reports::export::taken,
        super::reports::others::cashiers, super::reports::others::providers, super::reports::others::tills,
        super::reports::others::outstanding, super::tills::sheet::sheet,
        super::stats::global, super::work_items::open,
        super::receipts::duplicate,
        super::projectors::all, super::projectors::rebuild, super::projectors::stop,
        super::projectors::skip, super::projectors::retry,
        super::health::health, super::health::metrics, super::stream::stream,
    )
)]
struct Contract;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        contract.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    }
}

/// What every route may answer instead: problem+json.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let content = || ContentBuilder::new().schema(Some(ProblemJson::schema())).build();
        let problem = |description: &str| {
            let response = ResponseBuilder::new().description(description);
            RefOr::T(response.content("application/problem+json", content()).build())
        };
        [
            ("400", "Not readable"),
            ("401", "Nobody is signed in"),
            ("403", "The role may not do that"),
            ("404", "Nothing has this id"),
            ("409", "Not now: the detail says what is true"),
            ("413", "Too large"),
            ("415", "Not JSON"),
            ("422", "A field or a rule"),
            ("429", "Too many requests; Retry-After says how long"),
            ("502", "The provider refuses us"),
            ("503", "Try again after Retry-After"),
        ]
        .map(|(status, description)| (status.to_owned(), problem(description)))
        .into()
    }
}

/// The contract as pretty JSON.
pub fn text() -> String {
    Contract::openapi().to_pretty_json().unwrap_or_default()
}

/// Serves it.
pub async fn json() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(text())
}
