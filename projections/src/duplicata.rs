//! Answers: how often was this receipt printed again? Owns table duplicata.
//!
//! Apart from the receipts, whose rows never change.

use crate::{Change, Identities, Projector, Query, Row, Seen, Value};
use domain::{
    Event,
    receipt::{self, ReceiptNumber},
};

/// The projector.
pub struct Duplicata;

impl Projector for Duplicata {
    fn name(&self) -> &'static str {
        "duplicata"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["duplicata"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/duplicata.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Receipt(event) = seen.event else { return vec![] };
        let duplicated = match event {
            receipt::Event::Duplicated(duplicated) => duplicated,
            receipt::Event::Issued(_) => return vec![],
        };
        let Ok(number) = duplicated.receipt.parse::<ReceiptNumber>() else { return vec![] };
        // The stream holds nothing else: its revision is the count.
        vec![Change::new(
            "insert into duplicata (series, year, number, copies) values ($1, $2, $3, $4)
             on conflict (series, year, number) do update set copies = excluded.copies",
            [number.series.into(), i64::from(number.year).into(), number.number.into(), seen.revision.into()],
        )]
    }
}

/// How often a receipt was printed again; no row for one that never was.
pub fn copies(number: &ReceiptNumber) -> Query<i64> {
    let sql = "select copies from duplicata where series = $1 and year = $2 and number = $3";
    let args = vec![number.series.as_str().into(), i64::from(number.year).into(), Value::from(number.number)];
    Query { sql, args, read: Row::int }
}
