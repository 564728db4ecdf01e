//! Payers: list, rate.

use super::Done;
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{
    Refusal, StreamId,
    exam::Exam,
    payer::{Listed, Payer, Rated},
};

/// Lists somebody who pays for patients; a code is listed once.
pub async fn list(app: &App, asked: &Asked, listed: &Listed) -> Result<Done<()>, Failure> {
    let stream = StreamId::payer(&listed.code);
    let decide = async || {
        let payer = app.ledger.load::<Payer>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), payer.expected, payer.state.list(listed.clone())?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}

/// Gives a payer another rate, for one exam or for all that have none of their own.
pub async fn rate(app: &App, asked: &Asked, code: &str, rated: &Rated) -> Result<Done<()>, Failure> {
    let stream = StreamId::payer(code);
    let decide = async || {
        if let Some(exam) = rated.exam
            && app.ledger.load::<Exam>(&StreamId::exam(exam)).await?.state == Exam::Unknown
        {
            return Err(Refusal::NotFound { what: "exam", id: exam.to_string() }.into());
        }
        let payer = app.ledger.load::<Payer>(&stream).await?;
        Ok(Plan::default().write(stream.clone(), payer.expected, payer.state.rate(rated.clone())?))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
