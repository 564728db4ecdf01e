//! Answers: who pays for patients, how much of what, and since when? Owns tables payers, payer_rates.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use chrono::NaiveDate;
use domain::{Event, payer};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Payers;

/// Somebody who pays for patients.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Payer {
    /// Such as `INAM`.
    pub code: String,
    /// What people call him.
    pub name: String,
}

/// One rate of a payer, in force or not.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PayerRate)]
pub struct Rate {
    /// Whose.
    #[serde(skip)]
    pub payer: String,
    /// Of one exam; of all that have none of their own if absent.
    pub exam_id: Option<Uuid>,
    /// That exam's code.
    pub exam: Option<String>,
    /// Percents of the price.
    pub rate: i64,
    /// The first day.
    pub from: NaiveDate,
    /// The last day; open if absent.
    pub to: Option<NaiveDate>,
}

impl Projector for Payers {
    fn name(&self) -> &'static str {
        "payers"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["payers", "payer_rates"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/payers.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Payer(event) = seen.event else { return vec![] };
        match event {
            payer::Event::Listed(listed) => vec![Change::new(
                "insert into payers (code, name) values ($1, $2)",
                [listed.code.as_str().into(), listed.name.as_str().into()],
            )],
            payer::Event::Rated(rated) => vec![Change::new(
                "insert into payer_rates (payer, revision, exam, rate, from_day, to_day)
                 values ($1, $2, $3, $4, $5, $6)",
                [
                    code_of(seen.stream.as_str()).into(),
                    seen.revision.into(),
                    rated.exam.into(),
                    i64::from(rated.rate.percents()).into(),
                    rated.from.into(),
                    rated.to.into(),
                ],
            )],
        }
    }
}

/// The code out of `payer-{code}`.
fn code_of(stream: &str) -> &str {
    stream.strip_prefix("payer-").unwrap_or_default()
}

/// All payers by code.
pub fn all() -> Query<Payer> {
    let sql = "select code, name from payers order by code";
    Query { sql, args: vec![], read: |row| Ok(Payer { code: row.text()?, name: row.text()? }) }
}

/// One payer.
pub fn by_code(code: &str) -> Query<Payer> {
    let sql = "select code, name from payers where code = $1";
    Query { sql, args: vec![code.into()], read: |row| Ok(Payer { code: row.text()?, name: row.text()? }) }
}

/// All rates in the order they were given: of two for one exam and day the later counts.
pub fn rates() -> Query<Rate> {
    let sql = "select r.payer, r.exam, e.code, r.rate, r.from_day, r.to_day
               from payer_rates r left join exams e on e.id = r.exam order by r.payer, r.revision";
    let read = |row: &mut Row| -> Result<Rate, Misread> {
        let payer = row.text()?;
        let exam_id = row.maybe_text()?.and_then(|id| id.parse().ok());
        let (exam, rate, from) = (row.maybe_text()?, row.int()?, row.day()?);
        let to = row.maybe_text()?.and_then(|day| day.parse().ok());
        Ok(Rate { payer, exam_id, exam, rate, from, to })
    };
    Query { sql, args: vec![], read }
}
