//! Answers: which till is open, what must lie in its drawer, and how did its count come out? Reads till
//! events; owns table tills.
//!
//! What a fact does to a drawer is said by [`till::Event::moves`] alone: every sum here adds that up, so that
//! float + taken − paid out − sent + received + returned − deposited = expected.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value};
use chrono::{DateTime, Utc};
use domain::{Event, Money, TillId, UserId, cash::Count, till};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Tills;

/// One till. Sums are nothing where whoever counts must not see them (rule 18).
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Till {
    /// Its id.
    pub id: Uuid,
    /// At which desk.
    pub desk: String,
    /// Who answers for it.
    pub cashier_id: Uuid,
    /// `NOM Prénom`.
    pub cashier: String,
    /// `OPEN`, `COUNTED` (the difference waits for a second person), `CLOSED`.
    pub state: String,
    /// Francs that lay in it at the start.
    #[schema(value_type = i64)]
    pub float: Money,
    /// The float by notes and coins, where it was counted so.
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub float_count: Option<Count>,
    /// Francs that must lie in it now, or had to when it was counted.
    pub expected: Option<i64>,
    /// How often cash was taken.
    pub payments: i64,
    /// What its facts moved, apart.
    pub sums: Option<Sums>,
    /// Francs that lay in it at the end.
    #[schema(value_type = Option<i64>)]
    pub counted: Option<Money>,
    /// Counted less expected: below 0 something is missing.
    pub difference: Option<i64>,
    /// The notes and coins at the end.
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub count: Option<Count>,
    /// Who counted for the cashier, if he was not there.
    pub counted_by: Option<Uuid>,
    /// Why he did.
    pub reason: Option<String>,
    /// The second person, where one was needed.
    pub signed_by: Option<Uuid>,
    /// What that person found out.
    pub note: Option<String>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When it was counted.
    pub counted_at: Option<DateTime<Utc>>,
    /// When it was over for good.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What moved in a drawer, in francs; each a sum of whole facts, none below 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sums {
    /// Cash of payments, less change.
    pub taken: i64,
    /// Given back to payers.
    pub paid_out: i64,
    /// Sent to other drawers, accepted there or not.
    pub sent: i64,
    /// Accepted from other drawers.
    pub received: i64,
    /// Sent, and come back.
    pub returned: i64,
    /// Given to the bank or the Treasury.
    pub deposited: i64,
}

/// A desk with an open till: where cash can be sent to. No figure, for every cashier sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenDesk {
    /// Its name.
    pub desk: String,
    /// The till.
    pub till_id: Uuid,
    /// Who answers for it.
    pub cashier_id: Uuid,
    /// `NOM Prénom`.
    pub cashier: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

impl Till {
    /// The till as its cashier may see it: until he has counted, not what he must find (rule 18).
    #[must_use]
    pub fn blind(self) -> Self {
        match self.state.as_str() {
            "OPEN" => Self { expected: None, sums: None, ..self },
            _ => self,
        }
    }
}

impl Projector for Tills {
    fn name(&self) -> &'static str {
        "tills"
    }
    fn version(&self) -> i64 {
        3
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
            till::Event::Opened(opened) => vec![opening(seen, opened)],
            till::Event::Counted(counted) => vec![Change::new(
                "update tills set state = 'COUNTED', counted = $1, pieces = $2, counted_by = $3, reason = $4,
                   counted_at = $5 where id = $6",
                [
                    counted.counted.into(),
                    pieces(&counted.count),
                    counted.deputy.as_ref().map(|deputy| deputy.by).into(),
                    counted.deputy.as_ref().map(|deputy| deputy.reason.clone()).into(),
                    seen.at.into(),
                    seen.id().into(),
                ],
            )],
            till::Event::Closed(closed) => vec![Change::new(
                "update tills set state = 'CLOSED', signed_by = $1, note = $2, closed_at = $3 where id = $4",
                [closed.signed_by.into(), closed.note.clone().into(), seen.at.into(), seen.id().into()],
            )],
            moved => moving(moved)
                .map(|sql| Change::new(sql, [moved.moves().into(), seen.id().into()]))
                .into_iter()
                .collect(),
        }
    }
}

fn opening(seen: &Seen<'_>, opened: &till::Opened) -> Change {
    Change::new(
        "insert into tills (id, desk, cashier, state, float_amount, float_pieces, expected, payments, taken,
           paid_out, sent, received, returned, deposited, opened_at, position)
         values ($1, $2, $3, 'OPEN', $4, $5, $6, 0, 0, 0, 0, 0, 0, 0, $7, $8)",
        [
            seen.id().into(),
            opened.desk.as_str().into(),
            opened.cashier.into(),
            opened.float.into(),
            opened.count.as_ref().map_or(Value::Null, pieces),
            opened.float.into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

/// The change of what a fact moves: `$1` is what it does to the drawer, so what left counts up the other way.
const fn moving(fact: &till::Event) -> Option<&'static str> {
    match fact {
        till::Event::CashTaken(_) => Some(
            "update tills set expected = expected + $1, taken = taken + $1, payments = payments + 1 where id = $2",
        ),
        till::Event::CashPaidOut(_) => {
            Some("update tills set expected = expected + $1, paid_out = paid_out - $1 where id = $2")
        }
        till::Event::TransferSent(_) => {
            Some("update tills set expected = expected + $1, sent = sent - $1 where id = $2")
        }
        till::Event::TransferReceived(_) => {
            Some("update tills set expected = expected + $1, received = received + $1 where id = $2")
        }
        till::Event::TransferReturned(_) => {
            Some("update tills set expected = expected + $1, returned = returned + $1 where id = $2")
        }
        till::Event::Deposited(_) => {
            Some("update tills set expected = expected + $1, deposited = deposited - $1 where id = $2")
        }
        till::Event::Opened(_)
        | till::Event::TransferAccepted(_)
        | till::Event::Counted(_)
        | till::Event::Closed(_)
        | till::Event::Seated(_)
        | till::Event::Vacated(_) => None,
    }
}

/// A count as the JSON that it is in its fact.
fn pieces(count: &Count) -> Value {
    // Names and numbers: nothing of it can fail to become JSON.
    serde_json::to_string(count).unwrap_or_default().into()
}

fn read_pieces(row: &mut Row) -> Result<Option<Count>, Misread> {
    let Some(text) = row.maybe_text()? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| Misread(Some(Value::Text(text))))
}

fn read(row: &mut Row) -> Result<Till, Misread> {
    let mut till = Till {
        id: row.id()?,
        desk: row.text()?,
        cashier_id: row.id()?,
        cashier: row.text()?,
        state: row.text()?,
        float: row.money()?,
        float_count: read_pieces(row)?,
        expected: Some(row.int()?),
        payments: row.int()?,
        sums: Some(Sums {
            taken: row.int()?,
            paid_out: row.int()?,
            sent: row.int()?,
            received: row.int()?,
            returned: row.int()?,
            deposited: row.int()?,
        }),
        counted: row.maybe_money()?,
        difference: None,
        count: read_pieces(row)?,
        counted_by: row.maybe_id()?,
        reason: row.maybe_text()?,
        signed_by: row.maybe_id()?,
        note: row.maybe_text()?,
        opened_at: row.time()?,
        counted_at: row.maybe_time()?,
        closed_at: row.maybe_time()?,
    };
    till.difference = till.counted.zip(till.expected).map(|(counted, expected)| counted.francs() - expected);
    Ok(till)
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select t.id, t.desk, t.cashier, coalesce(u.last_name || ' ' || u.first_name, ''), t.state,
               t.float_amount, t.float_pieces, t.expected, t.payments, t.taken, t.paid_out, t.sent, t.received,
               t.returned, t.deposited, t.counted, t.pieces, t.counted_by, t.reason, t.signed_by, t.note, t.opened_at,
               t.counted_at, t.closed_at
             from tills t left join users u on u.id = t.cashier ",
            $rest
        )
    };
}

/// The tills of one cashier, or all; the latest first.
pub fn of_cashier(cashier: Option<UserId>) -> Query<Till> {
    let sql = select!("where ($1 is null or t.cashier = $1) order by t.position desc limit 100");
    Query { sql, args: vec![cashier.into()], read }
}

/// One till.
pub fn by_id(id: TillId) -> Query<Till> {
    Query { sql: select!("where t.id = $1"), args: vec![id.into()], read }
}

/// Those whose count waits for a second person, the oldest first.
pub fn counted() -> Query<Till> {
    Query { sql: select!("where t.state = 'COUNTED' order by t.position limit 200"), args: vec![], read }
}

/// The sessions that were open at some time from one moment to another, in the order of their openings.
pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Query<Till> {
    let sql = select!(
        "where (t.counted_at is null or t.counted_at >= $1) and t.opened_at < $2 order by t.position"
    );
    Query { sql, args: vec![from.into(), to.into()], read }
}

/// The desks where a till is open, by name.
pub fn open_desks() -> Query<OpenDesk> {
    let sql = "select t.desk, t.id, t.cashier, coalesce(u.last_name || ' ' || u.first_name, ''), t.opened_at
               from tills t left join users u on u.id = t.cashier
               where t.state = 'OPEN' order by t.desk, t.position";
    let read = |row: &mut Row| -> Result<OpenDesk, Misread> {
        Ok(OpenDesk {
            desk: row.text()?,
            till_id: row.id()?,
            cashier_id: row.id()?,
            cashier: row.text()?,
            opened_at: row.time()?,
        })
    };
    Query { sql, args: vec![], read }
}
