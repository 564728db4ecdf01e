//! Answers: which till is open, and what must lie in its drawer? Reads till events; owns table tills.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use chrono::{DateTime, Utc};
use domain::{Event, Money, UserId, till};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Tills;

/// One till.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Till {
    /// Its id.
    pub id: Uuid,
    /// At which desk.
    pub desk: String,
    /// Who answers for it.
    pub cashier_id: Uuid,
    /// Francs that lay in it at the start.
    #[schema(value_type = i64)]
    pub float: Money,
    /// Francs that must lie in it now.
    #[schema(value_type = i64)]
    pub expected: Money,
    /// How often cash was taken.
    pub payments: i64,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

impl Projector for Tills {
    fn name(&self) -> &'static str {
        "tills"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["tills"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/tills.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Till(event) = seen.event else { return vec![] };
        match event {
            till::Event::Opened(opened) => vec![Change::new(
                "insert into tills (id, desk, cashier, float_amount, expected, payments, opened_at, position)
                 values ($1, $2, $3, $4, $4, 0, $5, $6)",
                [
                    seen.id().into(),
                    opened.desk.as_str().into(),
                    opened.cashier.into(),
                    opened.float.into(),
                    seen.at.into(),
                    seen.position.into(),
                ],
            )],
            till::Event::CashTaken(taken) => vec![Change::new(
                "update tills set expected = expected + $1, payments = payments + 1 where id = $2",
                [taken.amount.into(), seen.id().into()],
            )],
            till::Event::Seated(_) | till::Event::Vacated(_) => vec![],
            later => vec![Change::new(
                "update tills set expected = expected + $1 where id = $2",
                [later.moves().into(), seen.id().into()],
            )],
        }
    }
}

/// The tills of one cashier, or all; the latest first.
pub fn of_cashier(cashier: Option<UserId>) -> Query<Till> {
    let sql = "select id, desk, cashier, float_amount, expected, payments, opened_at from tills
               where ($1 is null or cashier = $1) order by position desc limit 100";
    let read = |row: &mut Row| -> Result<Till, Misread> {
        Ok(Till {
            id: row.id()?,
            desk: row.text()?,
            cashier_id: row.id()?,
            float: row.money()?,
            expected: row.money()?,
            payments: row.int()?,
            opened_at: row.time()?,
        })
    };
    Query { sql, args: vec![cashier.into()], read }
}
