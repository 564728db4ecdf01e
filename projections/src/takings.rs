//! Answers: what came in and went back in a period, by day, method, provider, cashier, session and service?
//! Owns tables takings, service_takings.
//!
//! Totals are kept as money moves and never summed over a day's rows when asked: a day of 100,000 payments
//! has as many rows here as it has pairs of method and session. What they add up is said by
//! [`domain::movement`] alone, so that no report has a sum of its own.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value, payments::method_code};
use chrono::NaiveDate;
use domain::{ExamId, movement::Movement};
use uuid::Uuid;

/// The projector.
pub struct Takings;

/// The days of a report, both of them in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What one cashier took and gave back by one method in one session on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    /// The business day.
    pub day: NaiveDate,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: String,
    /// Who.
    pub cashier: Uuid,
    /// `NOM Prénom`.
    pub cashier_name: String,
    /// At the door; tells homonyms apart.
    pub username: String,
    /// The session, for cash.
    pub till: Option<Uuid>,
    /// The session's desk.
    pub desk: Option<String>,
    /// How many receipts.
    pub receipts: i64,
    /// Francs that came in.
    pub received: i64,
    /// Of them advances.
    pub advances: i64,
    /// How many refunds and voids.
    pub refunds: i64,
    /// Francs that went back.
    pub refunded: i64,
    /// Of them advances.
    pub advances_refunded: i64,
}

/// What fell on one exam on one day; on none where it is an advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTaking {
    /// Of the catalogue.
    pub exam: Option<Uuid>,
    /// The exam's code.
    pub code: Option<String>,
    /// The exam's name.
    pub name: Option<String>,
    /// The service that performs it.
    pub category: Option<String>,
    /// Francs that came in.
    pub received: i64,
    /// Francs that went back.
    pub refunded: i64,
}

impl Taking {
    /// What stays: the figure of every report.
    pub const fn amount(&self) -> i64 {
        self.received - self.refunded
    }

    /// What is owed to patients.
    pub const fn advance(&self) -> i64 {
        self.advances - self.advances_refunded
    }
}

impl ServiceTaking {
    /// What stays.
    pub const fn amount(&self) -> i64 {
        self.received - self.refunded
    }
}

impl Projector for Takings {
    fn name(&self) -> &'static str {
        "takings"
    }
    fn version(&self) -> i64 {
        2
    }
    fn tables(&self) -> &'static [&'static str] {
        &["takings", "service_takings"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/takings.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Some(moved) = Movement::of(seen.event) else { return vec![] };
        let of_no_exam = Some((None, moved.of_no_exam())).filter(|(_, amount)| *amount != 0);
        let parts = moved.parts.iter().map(|(exam, amount)| (Some(*exam), *amount));
        let services = parts.chain(of_no_exam).map(|(exam, amount)| of_exam(moved.day, exam, amount));
        std::iter::once(of_session(&moved)).chain(services).collect()
    }
}

fn of_session(moved: &Movement) -> Change {
    let back = moved.refund.is_some();
    let (came, went) = if back { (0, 1) } else { (1, 0) };
    Change::new(
        "insert into takings (day, method, cashier, till, receipts, received, advances, refunds, refunded,
           advances_refunded)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (day, method, cashier, till) do update set receipts = takings.receipts + excluded.receipts,
           received = takings.received + excluded.received, advances = takings.advances + excluded.advances,
           refunds = takings.refunds + excluded.refunds, refunded = takings.refunded + excluded.refunded,
           advances_refunded = takings.advances_refunded + excluded.advances_refunded",
        [
            moved.day.into(),
            method_code(moved.method).into(),
            moved.cashier.into(),
            moved.till.map_or_else(|| Value::from(""), Value::from),
            Value::Int(came),
            Value::Int(came * moved.amount),
            Value::Int(came * moved.advance),
            Value::Int(went),
            Value::Int(-went * moved.amount),
            Value::Int(-went * moved.advance),
        ],
    )
}

fn of_exam(day: NaiveDate, exam: Option<ExamId>, amount: i64) -> Change {
    Change::new(
        "insert into service_takings (day, exam, received, refunded) values ($1, $2, $3, $4)
         on conflict (day, exam) do update set received = service_takings.received + excluded.received,
           refunded = service_takings.refunded + excluded.refunded",
        [
            day.into(),
            exam.map_or_else(|| Value::from(""), Value::from),
            Value::Int(amount.max(0)),
            Value::Int((-amount).max(0)),
        ],
    )
}

/// What moved in a period, for one cashier or all; by name, then by method, session and day.
pub fn of_period(period: Period, cashier: Option<Uuid>) -> Query<Taking> {
    let sql = "select t.day, t.method, t.cashier, coalesce(u.last_name || ' ' || u.first_name, t.cashier),
                 coalesce(u.username, ''), t.till, s.desk, t.receipts, t.received, t.advances, t.refunds,
                 t.refunded, t.advances_refunded
               from takings t left join users u on u.id = t.cashier left join tills s on s.id = t.till
               where t.day >= $1 and t.day <= $2 and ($3 is null or t.cashier = $3)
               order by u.last_name, u.first_name, u.username, t.cashier, t.method, t.till, t.day";
    Query { sql, args: vec![period.from.into(), period.to.into(), cashier.into()], read: taking }
}

/// What moved on one day.
pub fn of_day(day: NaiveDate, cashier: Option<Uuid>) -> Query<Taking> {
    of_period(Period { from: day, to: day }, cashier)
}

fn taking(row: &mut Row) -> Result<Taking, Misread> {
    Ok(Taking {
        day: row.day()?,
        method: row.text()?,
        cashier: row.id()?,
        cashier_name: row.text()?,
        username: row.text()?,
        till: row.id_or_empty()?,
        desk: row.maybe_text()?,
        receipts: row.int()?,
        // Sums: no single amount, and not bound by the largest one.
        received: row.int()?,
        advances: row.int()?,
        refunds: row.int()?,
        refunded: row.int()?,
        advances_refunded: row.int()?,
    })
}

/// What fell on each exam in a period, by category and name; first what fell on none.
pub fn by_service(period: Period) -> Query<ServiceTaking> {
    let sql = "select t.exam, e.code, e.name, e.category, cast(sum(t.received) as bigint),
                 cast(sum(t.refunded) as bigint)
               from service_takings t left join exams e on e.id = t.exam
               where t.day >= $1 and t.day <= $2
               group by t.exam, e.code, e.name, e.category
               order by coalesce(e.category, ''), coalesce(e.name, ''), t.exam";
    let read = |row: &mut Row| -> Result<ServiceTaking, Misread> {
        Ok(ServiceTaking {
            exam: row.id_or_empty()?,
            code: row.maybe_text()?,
            name: row.maybe_text()?,
            category: row.maybe_text()?,
            received: row.int()?,
            refunded: row.int()?,
        })
    };
    Query { sql, args: vec![period.from.into(), period.to.into()], read }
}
