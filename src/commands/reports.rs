//! Reports: sign, and tell that one was taken away.

use super::{Done, find};
use crate::{
    app::App,
    execute::{Asked, Plan},
    failure::Failure,
    reports::{self, signed},
    store::Expected,
};
use domain::{
    Event, Refusal, StreamId, UserId,
    report::{self, Exported, Scope, Signed},
};

/// Bytes of the figures of one signed report: they stand in its fact, which whoever reads the ledger holds whole.
const MOST: usize = 256 * 1024;

/// Signs the figures of a report as they are now: whoever asks later sees these, and what changed since.
pub async fn sign(
    app: &App,
    asked: &Asked,
    report: reports::Asked,
    by: UserId,
) -> Result<Done<Signed>, Failure> {
    let scope = scope(&report);
    let stream = StreamId::report(&scope.name, &report.days());
    let decide = async || {
        let (position, text) = signed::text(app, &report).await?;
        if text.len() > MOST {
            return Err(Refusal::ReportTooLong.into());
        }
        let sha256 = signed::sha256(text.as_bytes());
        let signed = Signed { scope: scope.clone(), position, sha256, report: text, by };
        Ok(Plan::default().write(stream.clone(), Expected::Tail, [report::Event::from(signed)]))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    let signed = find(&appended, |event, _| match event {
        Event::Report(report::Event::Signed(signed)) => Some(signed.clone()),
        _ => None,
    })?;
    Ok(Done::new(app, &appended, signed.ok_or(Failure::Contended)?))
}

/// Keeps who took which file away (rule 48); from the position answered on it can be read.
pub async fn exported(app: &App, asked: &Asked, taken: Exported) -> Result<u64, Failure> {
    let days = match taken.scope.from == taken.scope.to {
        true => taken.scope.from.to_string(),
        false => format!("{}..{}", taken.scope.from, taken.scope.to),
    };
    let stream = StreamId::report(&taken.scope.name, &days);
    let decide = async || {
        let event = report::Event::from(taken.clone());
        Ok(Plan::default().write(stream.clone(), Expected::Tail, [event]))
    };
    let appended = app.ledger.execute(asked, decide).await?;
    Ok(Done::new(app, &appended, ()).position)
}

/// As it stands in the facts.
pub fn scope(report: &reports::Asked) -> Scope {
    Scope {
        name: report.name.code().to_owned(),
        from: report.period.from,
        to: report.period.to,
        of: report.cashier.map(|cashier| cashier.to_string()),
    }
}
