//! Answers: what was debited and credited to each account, and what does it come to? Owns table balances.
//!
//! What a fact writes into the accounts is said by [`domain::entry`] alone; the journal reads the same from
//! the ledger, line by line.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, takings::Period};
use domain::entry::{Account, Posting};

/// The projector.
pub struct Balances;

/// One account. Francs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Its number in the chart.
    pub account: String,
    /// On the left before the period.
    pub debit_before: i64,
    /// On the right before the period.
    pub credit_before: i64,
    /// On the left in the period.
    pub debit: i64,
    /// On the right in the period.
    pub credit: i64,
}

impl Projector for Balances {
    fn name(&self) -> &'static str {
        "balances"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["balances"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/balances.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Some(posting) = Posting::of(seen.event) else { return vec![] };
        // Money that moved stands on its own business day, all else on the day it was recorded.
        let day = Posting::day_of(seen.event).unwrap_or(seen.day);
        let change = |entry: &domain::entry::Entry| {
            Change::new(
                "insert into balances (day, journal, account, debit, credit) values ($1, $2, $3, $4, $5)
                 on conflict (day, journal, account) do update set debit = balances.debit + excluded.debit,
                   credit = balances.credit + excluded.credit",
                [
                    day.into(),
                    posting.journal.code().into(),
                    entry.account.number().into(),
                    entry.debit.into(),
                    entry.credit.into(),
                ],
            )
        };
        posting.entries.iter().map(change).collect()
    }
}

/// Every account that ever moved, up to the end of a period, in the order of their numbers.
pub fn of_period(period: Period) -> Query<Balance> {
    let sql = "select account,
                 cast(sum(case when day < $1 then debit else 0 end) as bigint),
                 cast(sum(case when day < $1 then credit else 0 end) as bigint),
                 cast(sum(case when day >= $1 then debit else 0 end) as bigint),
                 cast(sum(case when day >= $1 then credit else 0 end) as bigint)
               from balances where day <= $2 group by account order by account";
    let read = |row: &mut Row| -> Result<Balance, Misread> {
        Ok(Balance {
            account: row.text()?,
            debit_before: row.int()?,
            credit_before: row.int()?,
            debit: row.int()?,
            credit: row.int()?,
        })
    };
    Query { sql, args: vec![period.from.into(), period.to.into()], read }
}

/// What an account is called.
pub fn label(number: &str) -> &'static str {
    Account::ALL.into_iter().find(|account| account.number() == number).map_or("", Account::label)
}
