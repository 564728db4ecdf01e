//! Projectors that stand before an event: leave it out, or try again. Written down first; whoever
//! moves the read models does it when he meets the fact in the log.

use super::Done;
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{
    Refusal, StreamId,
    projector::{Projector, Retried, Skipped},
};

/// What a projector is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// Leave the event out at which it stands: this one, for this reason.
    Skip(u64, String),
    /// Try again.
    Retry,
}

/// Tells a projector what to do about the event at which it stands.
pub async fn tell(app: &App, asked: &Asked, name: &str, told: &Told) -> Result<Done<()>, Failure> {
    if !projections::ALL.iter().any(|projector| projector.name() == name) {
        return Err(Refusal::NotFound { what: "projector", id: name.to_owned() }.into());
    }
    let stream = StreamId::projector(name);
    let stopped = app.views.stopped();
    let stands = stopped.iter().find(|stopped| stopped.name == name).map(|stopped| stopped.position);
    let decide = async || {
        let projector = app.ledger.load::<Projector>(&stream).await?;
        let by = asked.actor.clone();
        let events = match told.clone() {
            Told::Skip(position, reason) => projector.state.skip(stands, Skipped { position, reason, by })?,
            Told::Retry => projector.state.retry(stands, Retried { by })?,
        };
        Ok(Plan::default().write(stream.clone(), projector.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
