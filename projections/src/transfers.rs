//! Answers: which cash is on its way from drawer to drawer, and what became of it? Reads till events; owns
//! table `till_transfers`.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use chrono::{DateTime, Utc};
use domain::{Event, Money, TillId, UserId, till};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Transfers;

/// Cash that left a drawer for another one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    /// Its id.
    pub id: Uuid,
    /// The till it left.
    pub sender_id: Uuid,
    /// Where that till stands.
    pub sender_desk: String,
    /// Who answers for that till.
    pub sender_cashier_id: Uuid,
    /// The till it is for.
    pub receiver_id: Uuid,
    /// Where that till stands.
    pub receiver_desk: String,
    /// Who answers for that till.
    pub receiver_cashier_id: Uuid,
    /// Francs.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// `SENT` (it waits to be accepted), `ACCEPTED`, `RETURNED`.
    pub state: String,
    /// When it left.
    pub sent_at: DateTime<Utc>,
    /// When it was accepted or came back.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who gave it back or took it back.
    pub returned_by: Option<Uuid>,
}

impl Projector for Transfers {
    fn name(&self) -> &'static str {
        "transfers"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["till_transfers"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/transfers.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Till(event) = seen.event else { return vec![] };
        match event {
            till::Event::TransferSent(sent) => vec![Change::new(
                "insert into till_transfers (id, sender, receiver, amount, state, sent_at, position)
                 values ($1, $2, $3, $4, 'SENT', $5, $6)",
                [
                    sent.transfer.into(),
                    seen.id().into(),
                    sent.to.into(),
                    sent.amount.into(),
                    seen.at.into(),
                    seen.position.into(),
                ],
            )],
            till::Event::TransferAccepted(accepted) => vec![Change::new(
                "update till_transfers set state = 'ACCEPTED', ended_at = $1 where id = $2",
                [seen.at.into(), accepted.transfer.into()],
            )],
            till::Event::TransferReturned(returned) => vec![Change::new(
                "update till_transfers set state = 'RETURNED', ended_at = $1, returned_by = $2 where id = $3",
                [seen.at.into(), returned.by.into(), returned.transfer.into()],
            )],
            till::Event::Opened(_)
            | till::Event::CashTaken(_)
            | till::Event::Seated(_)
            | till::Event::CashPaidOut(_)
            | till::Event::TransferReceived(_)
            | till::Event::Deposited(_)
            | till::Event::Counted(_)
            | till::Event::Vacated(_)
            | till::Event::Closed(_) => vec![],
        }
    }
}

fn read(row: &mut Row) -> Result<Transfer, Misread> {
    Ok(Transfer {
        id: row.id()?,
        sender_id: row.id()?,
        sender_desk: row.text()?,
        sender_cashier_id: row.id()?,
        receiver_id: row.id()?,
        receiver_desk: row.text()?,
        receiver_cashier_id: row.id()?,
        amount: row.money()?,
        state: row.text()?,
        sent_at: row.time()?,
        ended_at: row.maybe_time()?,
        returned_by: row.maybe_id()?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select m.id, m.sender, s.desk, s.cashier, m.receiver, r.desk, r.cashier, m.amount, m.state,
               m.sent_at, m.ended_at, m.returned_by
             from till_transfers m
               join tills s on s.id = m.sender
               join tills r on r.id = m.receiver ",
            $rest
        )
    };
}

/// The latest two hundred in a state or in any, of those that one cashier sends or receives, or of all.
pub fn in_state(state: Option<&str>, cashier: Option<UserId>) -> Query<Transfer> {
    let sql = select!(
        "where ($1 is null or m.state = $1) and ($2 is null or s.cashier = $2 or r.cashier = $2)
         order by m.position desc limit 200"
    );
    Query { sql, args: vec![state.into(), cashier.into()], read }
}

/// All that a till sent or was sent, oldest first.
pub fn of_till(till: TillId) -> Query<Transfer> {
    let sql = select!("where m.sender = $1 or m.receiver = $1 order by m.position");
    Query { sql, args: vec![till.into()], read }
}
