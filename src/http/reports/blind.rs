//! No takings before the count: a cashier with an open till is not told what came into it (rule 18).
//!
//! His payments, one by one, stay his to see: he has taken each of them. What he may not get from us is their
//! sum, which with his float is what he must count.

use super::super::{identity::Identity, problem::Problem, server::State};
use crate::{commands::tills, failure::Failure};
use actix_web::http::StatusCode;
use chrono::NaiveDate;
use domain::user::Role;

/// Refuses to a cashier sums of days on which his open till was open.
pub async fn counts_first(state: &State, who: &Identity, last: NaiveDate) -> Result<(), Problem> {
    if is_open_since(state, who).await?.is_some_and(|since| since <= last) {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "till_not_counted",
            "Votre caisse est ouverte : comptez-la et clôturez-la d’abord, le total est là ensuite. La liste de \
             vos encaissements reste disponible.",
        ));
    }
    Ok(())
}

/// The day on which a cashier's open till was opened; nothing for those who count no drawer.
pub async fn is_open_since(state: &State, who: &Identity) -> Result<Option<NaiveDate>, Failure> {
    if who.role != Role::Cashier {
        return Ok(None);
    }
    let (app, today) = (&state.app, state.app.clock.today());
    let Some(till) = tills::of_cashier(app, who.user).await? else { return Ok(None) };
    let shown = app.views.first(projections::tills::by_id(till)).await?;
    // What the read models don't know yet was opened a moment ago.
    Ok(Some(shown.map_or(today, |till| app.clock.day(till.opened_at))))
}
