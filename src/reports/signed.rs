//! A signed report: its figures as text that is the same for the same facts.

use super::{Asked, content::Content};
use crate::{
    app::App,
    clock::Clock,
    failure::Failure,
    views::{Moment, ViewsError},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{io, time::Duration};

/// How long a signature waits for the read models.
const PATIENCE: Duration = Duration::from_secs(2);

/// The figures of a report as JSON text, with the position that they reflect. No patient's name is in it,
/// and no position: the same figures give the same bytes, whenever they are read.
pub async fn text(app: &App, asked: &Asked) -> Result<(u64, String), Failure> {
    // Nobody signs less than what he has just seen happen.
    app.views.reach(app.ledger.head(), PATIENCE).await?;
    let mut moment = app.views.moment().await?;
    Ok((moment.position, figures(&mut moment, app.clock, asked).await?))
}

/// The same, of one moment.
pub async fn figures(moment: &mut Moment, clock: Clock, asked: &Asked) -> Result<String, ViewsError> {
    #[derive(Serialize)]
    struct Text<'a> {
        report: &'a str,
        days: String,
        figures: Content,
    }
    let figures = Content::read(moment, clock, asked).await?;
    let text = serde_json::to_string(&Text { report: asked.name.code(), days: asked.days(), figures });
    Ok(text.map_err(io::Error::from)?)
}

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
