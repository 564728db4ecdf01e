//! `/api/reports/cashiers`, `/providers`, `/tills`, `/outstanding`: one report each, as data.

use super::{
    super::{identity::Identity, openapi, position, problem::Problem, server::State},
    Which,
    period::Days,
};
use crate::{
    failure::Failure,
    reports::{Asked, Name, content::Content},
};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

/// A report's figures. Francs.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportContent)]
pub struct Shown {
    period: Days,
    /// The position of the ledger that this reflects.
    position: u64,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    content: Content,
}

async fn show(
    state: &State,
    request: &HttpRequest,
    who: &Identity,
    which: &Which,
    name: Name,
) -> Result<HttpResponse, Problem> {
    who.must_be(name.readers())?;
    let period = match name {
        Name::Outstanding => which.now(state)?,
        _ => which.period(state)?,
    };
    position::reached(state, request).await?;
    let mut moment = state.app.views.moment().await.map_err(Failure::from)?;
    let (position, asked) = (moment.position, Asked { name, period, cashier: None });
    let content = Content::read(&mut moment, state.app.clock, &asked).await.map_err(Failure::from)?;
    let period = Days { start_date: period.from, end_date: period.to };
    Ok(position::read(position, Shown { period, position, content }))
}

macro_rules! report {
    ($(#[$doc:meta])* $route:ident, $path:literal, $name:expr) => {
        $(#[$doc])*
        #[utoipa::path(get, path = $path, tag = "reports", params(Which),
            responses((status = 200, body = Shown), openapi::Problems))]
        pub async fn $route(
            state: web::Data<State>,
            request: HttpRequest,
            who: Identity,
            which: web::Query<Which>,
        ) -> Result<HttpResponse, Problem> {
            show(&state, &request, &who, &which, $name).await
        }
    };
}

report!(
    /// What each cashier took and gave back in a period.
    cashiers, "/api/reports/cashiers", Name::Cashiers
);
report!(
    /// What came by each wallet in a period.
    providers, "/api/reports/providers", Name::Providers
);
report!(
    /// The sessions of drawers that were open in a period.
    tills, "/api/reports/tills", Name::Tills
);
report!(
    /// What patients owe now, and deposits without proof; of no other day than today.
    outstanding, "/api/reports/outstanding", Name::Outstanding
);
