//! Exams of a prescription are performed. Told twice is an answer.

use crate::{
    app::App,
    commands::Done,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{PrescriptionId, StreamId, UserId, prescription::Prescription};

/// A technician begins with a line.
pub async fn start(
    app: &App,
    asked: &Asked,
    id: PrescriptionId,
    line: u32,
    by: UserId,
) -> Result<Done<()>, Failure> {
    let stream = StreamId::prescription(id);
    let decide = async || {
        let owed = app.ledger.load::<Prescription>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), owed.expected, owed.state.start(line, by)?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// He is done with it.
pub async fn complete(
    app: &App,
    asked: &Asked,
    id: PrescriptionId,
    line: u32,
    by: UserId,
) -> Result<Done<()>, Failure> {
    let stream = StreamId::prescription(id);
    let decide = async || {
        let owed = app.ledger.load::<Prescription>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), owed.expected, owed.state.complete(line, by)?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
