//! Answers: which cash is on its way to the bank or the Treasury (account 585), since when, and which has
//! arrived? Reads deposit events; owns table deposits.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value, receipts};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Event, Money, TillId, UserId,
    cash::Count,
    deposit::{self, Made, Place},
};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Deposits;

/// Cash that left a drawer for the bank or the Treasury.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deposit {
    /// Its id.
    pub id: Uuid,
    /// The slip's, `V-2026-000042`.
    pub slip_number: String,
    /// Which till it left.
    pub till_id: Uuid,
    /// Where that till stands.
    pub desk: String,
    /// Who gave it away.
    pub giver_id: Uuid,
    /// `NOM Prénom`.
    pub giver: String,
    /// Francs.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// Notes and coins.
    #[schema(value_type = BTreeMap<String, u32>)]
    pub count: Count,
    /// Who brings it there, where that was said.
    pub carrier: Option<String>,
    /// The business day on which it left.
    pub day: NaiveDate,
    /// `MADE` (on its way), `PROVEN`.
    pub state: String,
    /// `BANK`, `TREASURY`.
    pub place: Option<String>,
    /// What stands on the paper from there.
    pub reference: Option<String>,
    /// Who has seen that paper.
    pub proven_by: Option<Uuid>,
    /// When it left.
    pub made_at: DateTime<Utc>,
    /// When the paper was shown.
    pub proven_at: Option<DateTime<Utc>>,
}

/// What is on its way from one desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// The desk.
    pub desk: String,
    /// How many slips.
    pub slips: i64,
    /// Francs of all of them.
    pub amount: i64,
    /// The business day of the oldest.
    pub since: NaiveDate,
}

impl Projector for Deposits {
    fn name(&self) -> &'static str {
        "deposits"
    }
    fn version(&self) -> i64 {
        2
    }
    fn tables(&self) -> &'static [&'static str] {
        &["deposits"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/deposits.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Deposit(event) = seen.event else { return vec![] };
        match event {
            deposit::Event::Made(made) => vec![making(seen, made)],
            deposit::Event::SlipIssued(slip) => {
                let number = receipts::number_of("deposits", seen.stream.as_str(), seen.revision);
                let number = number.map(|number| number.to_string());
                vec![Change::new(
                    "update deposits set number = $1, day = $2 where id = $3",
                    [number.into(), slip.day.into(), slip.deposit.into()],
                )]
            }
            deposit::Event::Proven(proven) => vec![Change::new(
                "update deposits set state = 'PROVEN', place = $1, reference = $2, proven_by = $3, proven_at = $4
                 where id = $5",
                [
                    place_code(proven.place).into(),
                    proven.reference.as_str().into(),
                    proven.by.into(),
                    seen.at.into(),
                    seen.id().into(),
                ],
            )],
        }
    }
}

/// The slip, in the same commit, brings number and day; until then it is the day of the moment.
fn making(seen: &Seen<'_>, made: &Made) -> Change {
    Change::new(
        "insert into deposits (id, till, giver, amount, pieces, carrier, day, state, made_at, position)
         values ($1, $2, $3, $4, $5, $6, $7, 'MADE', $8, $9)",
        [
            seen.id().into(),
            made.till.into(),
            made.by.into(),
            made.amount.into(),
            // Names and numbers: nothing of it can fail to become JSON.
            serde_json::to_string(&made.count).unwrap_or_default().into(),
            made.carrier.clone().into(),
            seen.day.into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

/// The code of a place.
pub const fn place_code(place: Place) -> &'static str {
    match place {
        Place::Bank => "BANK",
        Place::Treasury => "TREASURY",
    }
}

fn read(row: &mut Row) -> Result<Deposit, Misread> {
    Ok(Deposit {
        id: row.id()?,
        slip_number: row.text()?,
        till_id: row.id()?,
        desk: row.text()?,
        giver_id: row.id()?,
        giver: row.text()?,
        amount: row.money()?,
        count: {
            let text = row.text()?;
            serde_json::from_str(&text).map_err(|_| Misread(Some(Value::Text(text))))?
        },
        carrier: row.maybe_text()?,
        day: row.day()?,
        state: row.text()?,
        place: row.maybe_text()?,
        reference: row.maybe_text()?,
        proven_by: row.maybe_id()?,
        made_at: row.time()?,
        proven_at: row.maybe_time()?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, coalesce(d.number, ''), d.till, coalesce(t.desk, ''), d.giver,
               coalesce(u.last_name || ' ' || u.first_name, ''), d.amount, d.pieces, d.carrier, d.day, d.state,
               d.place, d.reference, d.proven_by, d.made_at, d.proven_at
             from deposits d
               left join tills t on t.id = d.till
               left join users u on u.id = d.giver ",
            $rest
        )
    };
}

/// The latest two hundred in a state or in any, of one cashier or of all.
pub fn in_state(state: Option<&str>, giver: Option<UserId>) -> Query<Deposit> {
    let sql = select!(
        "where ($1 is null or d.state = $1) and ($2 is null or d.giver = $2)
         order by d.position desc limit 200"
    );
    Query { sql, args: vec![state.into(), giver.into()], read }
}

/// All of a till, oldest first.
pub fn of_till(till: TillId) -> Query<Deposit> {
    Query { sql: select!("where d.till = $1 order by d.position"), args: vec![till.into()], read }
}

/// Desks whose names differ by capitals alone are one, as they are for whoever opens a till there.
#[must_use]
pub fn by_desk(unproven: Vec<Unproven>) -> Vec<Unproven> {
    let mut desks: Vec<Unproven> = vec![];
    for one in unproven {
        match desks.iter_mut().find(|desk| desk.desk.to_lowercase() == one.desk.to_lowercase()) {
            Some(desk) => {
                desk.slips += one.slips;
                desk.amount += one.amount;
                desk.since = desk.since.min(one.since);
            }
            None => desks.push(one),
        }
    }
    desks
}

/// What every desk has on its way, the oldest first, for [`by_desk`]; a desk is not there when all has arrived
/// (rule 19).
pub fn unproven() -> Query<Unproven> {
    let sql = "select coalesce(t.desk, ''), count(*), cast(sum(d.amount) as bigint), min(d.day)
               from deposits d left join tills t on t.id = d.till
               where d.state = 'MADE' group by coalesce(t.desk, '') order by min(d.day), coalesce(t.desk, '')";
    let read = |row: &mut Row| -> Result<Unproven, Misread> {
        Ok(Unproven { desk: row.text()?, slips: row.int()?, amount: row.int()?, since: row.day()? })
    };
    Query { sql, args: vec![], read }
}
