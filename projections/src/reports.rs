//! Answers: who signed which figures, and who took which report away? Owns tables signed_reports, exports.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Event,
    report::{self, Exported, Scope, Signed},
};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Reports;

/// A report that somebody answers for.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedReport {
    /// The position of the signing: its id.
    pub id: i64,
    /// Such as `daily`.
    pub report: String,
    /// The first day.
    pub start_date: NaiveDate,
    /// The last day.
    pub end_date: NaiveDate,
    /// One cashier's own.
    pub cashier_id: Option<String>,
    /// When.
    pub signed_at: DateTime<Utc>,
    /// `NOM Prénom` of who signed.
    pub signed_by: String,
    /// The position that the figures reflect.
    pub position: i64,
    /// Of the figures' bytes.
    pub sha256: String,
    /// The figures, as the bytes that were hashed.
    #[serde(skip)]
    pub text: String,
}

/// A file that somebody took away.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportExport)]
pub struct Export {
    /// The position of the fact.
    pub id: i64,
    /// Such as `daily`.
    pub report: String,
    /// `2026-11-27`, or `2026-11-01..2026-11-30`.
    pub days: String,
    /// `xlsx`, `pdf`, `csv`.
    pub format: String,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// `NOM Prénom` of who took it.
    pub taken_by: String,
    /// The position that it reflects.
    pub position: i64,
    /// Of the file.
    pub sha256: String,
}

impl Projector for Reports {
    fn name(&self) -> &'static str {
        "reports"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["signed_reports", "exports"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/reports.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        match seen.event {
            Event::Report(report::Event::Signed(fact)) => vec![signed(seen, fact)],
            Event::Report(report::Event::Exported(fact)) => vec![exported(seen, fact)],
            _ => vec![],
        }
    }
}

fn days(scope: &Scope) -> String {
    match scope.from == scope.to {
        true => scope.from.to_string(),
        false => format!("{}..{}", scope.from, scope.to),
    }
}

fn signed(seen: &Seen<'_>, fact: &Signed) -> Change {
    Change::new(
        "insert into signed_reports (position, name, days, first_day, last_day, cashier, signed_at, signed_by,
           reflects, sha256, report)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            seen.position.into(),
            fact.scope.name.as_str().into(),
            days(&fact.scope).into(),
            fact.scope.from.into(),
            fact.scope.to.into(),
            fact.scope.of.clone().into(),
            seen.at.into(),
            fact.by.into(),
            fact.position.into(),
            fact.sha256.as_str().into(),
            fact.report.as_str().into(),
        ],
    )
}

fn exported(seen: &Seen<'_>, fact: &Exported) -> Change {
    Change::new(
        "insert into exports (position, name, days, format, taken_at, taken_by, reflects, sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            seen.position.into(),
            fact.scope.name.as_str().into(),
            days(&fact.scope).into(),
            fact.format.as_str().into(),
            seen.at.into(),
            fact.by.into(),
            fact.position.into(),
            fact.sha256.as_str().into(),
        ],
    )
}

macro_rules! select_signed {
    ($rest:literal) => {
        concat!(
            "select s.position, s.name, s.first_day, s.last_day, s.cashier, s.signed_at,
               coalesce(u.last_name || ' ' || u.first_name, s.signed_by), s.reflects, s.sha256, s.report
             from signed_reports s left join users u on u.id = s.signed_by ",
            $rest
        )
    };
}

fn read_signed(row: &mut Row) -> Result<SignedReport, Misread> {
    Ok(SignedReport {
        id: row.int()?,
        report: row.text()?,
        start_date: row.day()?,
        end_date: row.day()?,
        cashier_id: row.maybe_text()?,
        signed_at: row.time()?,
        signed_by: row.text()?,
        position: row.int()?,
        sha256: row.text()?,
        text: row.text()?,
    })
}

/// One signed report.
pub fn signed_at(id: u64) -> Query<SignedReport> {
    Query { sql: select_signed!("where s.position = $1"), args: vec![id.into()], read: read_signed }
}

/// The latest hundred signed reports, of one cashier or of all.
pub fn all_signed(cashier: Option<Uuid>) -> Query<SignedReport> {
    let sql = select_signed!("where ($1 is null or s.cashier = $1) order by s.position desc limit 100");
    Query { sql, args: vec![cashier.into()], read: read_signed }
}

/// The latest hundred files that were taken away.
pub fn all_exports() -> Query<Export> {
    let sql = "select e.position, e.name, e.days, e.format, e.taken_at,
                 coalesce(u.last_name || ' ' || u.first_name, e.taken_by), e.reflects, e.sha256
               from exports e left join users u on u.id = e.taken_by order by e.position desc limit 100";
    let read = |row: &mut Row| -> Result<Export, Misread> {
        Ok(Export {
            id: row.int()?,
            report: row.text()?,
            days: row.text()?,
            format: row.text()?,
            taken_at: row.time()?,
            taken_by: row.text()?,
            position: row.int()?,
            sha256: row.text()?,
        })
    };
    Query { sql, args: Vec::<Value>::new(), read }
}
