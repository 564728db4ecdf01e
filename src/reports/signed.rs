//! A signed report: its figures as text that is the same for the same facts, and what changed since.

use super::{
    Asked, Name,
    balance::TrialBalance,
    explain::{Cause, Explained, Total},
    figures::Figures,
};
use crate::{
    app::App,
    failure::Failure,
    views::{Moment, ViewsError},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io;

/// The figures of a report as JSON text, with the position that they reflect. No patient's name is in it,
/// and no position: the same figures give the same bytes, whenever they are read.
pub async fn text(app: &App, asked: &Asked) -> Result<(u64, String), Failure> {
    let mut moment = app.views.moment().await?;
    Ok((moment.position, figures(&mut moment, asked).await?))
}

async fn figures(moment: &mut Moment, asked: &Asked) -> Result<String, ViewsError> {
    #[derive(Serialize)]
    struct Text<'a, T: Serialize> {
        report: &'a str,
        days: String,
        figures: T,
    }
    let (report, days) = (asked.name.code(), asked.days());
    let text = match asked.name {
        Name::Journal | Name::TrialBalance => {
            let figures = TrialBalance::read(moment, asked.period).await?;
            serde_json::to_string(&Text { report, days, figures })
        }
        Name::Daily | Name::Period | Name::Cashiers | Name::Providers => {
            let figures = Figures::read(moment, asked.period, asked.cashier).await?;
            serde_json::to_string(&Text { report, days, figures })
        }
    };
    Ok(text.map_err(io::Error::from)?)
}

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The events after `signed_at` that belong to the days of a report: why its figures differ now.
pub async fn changed_since(app: &App, asked: &Asked, signed_at: u64) -> Result<Vec<Cause>, Failure> {
    let (store, upto) = (app.ledger.store.clone(), app.views.position());
    let mut explained = Explained::of(store, app.clock, asked.period, Total::All, upto).await?;
    explained.skip_to(signed_at);
    let mut changed = vec![];
    while let Some(causes) = explained.next().await? {
        changed.extend(causes);
    }
    Ok(changed)
}
