//! Answers: what came in on a day, by method, provider and cashier? Owns table takings.
//!
//! Totals are kept as receipts are issued and never summed over a day's rows when asked: a day of
//! 100,000 payments has as many rows here as it has pairs of method and cashier.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, payments::method_code};
use chrono::NaiveDate;
use domain::{Event, receipt};
use uuid::Uuid;

/// The projector.
pub struct Takings;

/// What one cashier took by one method on one day.
#[derive(Clone, Debug)]
pub struct Taking {
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: String,
    /// Who.
    pub cashier: Uuid,
    /// `NOM Prénom`.
    pub cashier_name: String,
    /// At the door; tells homonyms apart.
    pub username: String,
    /// How many receipts.
    pub receipts: i64,
    /// Francs that came in.
    pub amount: i64,
    /// Of them advances.
    pub advance: i64,
}

impl Projector for Takings {
    fn name(&self) -> &'static str {
        "takings"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["takings"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/takings.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Receipt(event) = seen.event else { return vec![] };
        let issued = match event {
            receipt::Event::Issued(issued) => issued,
            receipt::Event::Duplicated(_) => return vec![],
        };
        vec![Change::new(
            "insert into takings (day, method, cashier, receipts, amount, advance)
             values ($1, $2, $3, 1, $4, $5)
             on conflict (day, method, cashier) do update set receipts = takings.receipts + 1,
               amount = takings.amount + excluded.amount, advance = takings.advance + excluded.advance",
            [
                issued.day.into(),
                method_code(issued.method).into(),
                issued.cashier.into(),
                issued.amount.into(),
                issued.advance.into(),
            ],
        )]
    }
}

/// What came in on `day`, for one cashier or all.
pub fn of_day(day: NaiveDate, cashier: Option<Uuid>) -> Query<Taking> {
    let sql = "select t.method, t.cashier, coalesce(u.last_name || ' ' || u.first_name, t.cashier),
                 coalesce(u.username, ''), t.receipts, t.amount, t.advance
               from takings t left join users u on u.id = t.cashier
               where t.day = $1 and ($2 is null or t.cashier = $2)
               order by u.last_name, u.first_name, u.username, t.method";
    let read = |row: &mut Row| -> Result<Taking, Misread> {
        Ok(Taking {
            method: row.text()?,
            cashier: row.id()?,
            cashier_name: row.text()?,
            username: row.text()?,
            receipts: row.int()?,
            // Sums: no single amount, and not bound by the largest one.
            amount: row.int()?,
            advance: row.int()?,
        })
    };
    Query { sql, args: vec![day.into(), cashier.into()], read }
}
