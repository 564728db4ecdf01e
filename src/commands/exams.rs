//! Exams: list, price.

use super::Done;
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
};
use domain::{
    ExamId, Refusal, StreamId,
    exam::{Exam, Listed, Priced},
};

/// Lists an exam with its first price; a code is listed once.
pub async fn list(
    app: &App,
    asked: &Asked,
    listed: &Listed,
    priced: &Priced,
) -> Result<Done<ExamId>, Failure> {
    let id = ExamId::of_code(&listed.code);
    let stream = StreamId::exam(id);
    let decide = async || {
        let exam = app.ledger.load::<Exam>(&stream).await?;
        let events = exam.state.list(listed.clone(), priced.clone())?;
        Ok(Plan::default().write(stream.clone(), exam.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, id))
}

/// Gives an exam another price from a day on.
pub async fn price(app: &App, asked: &Asked, id: ExamId, priced: &Priced) -> Result<Done<()>, Failure> {
    let stream = StreamId::exam(id);
    let decide = async || {
        let exam = app.ledger.load::<Exam>(&stream).await?;
        let events = exam.state.price(priced.clone()).map_err(|refusal| match refusal {
            Refusal::NotFound { what, .. } => Refusal::NotFound { what, id: id.to_string() },
            other => other,
        })?;
        Ok(Plan::default().write(stream.clone(), exam.expected, events))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()))
}
