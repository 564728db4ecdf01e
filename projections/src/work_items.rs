//! Answers: what must a person look at? Owns table work_items.
//!
//! Money that fits nowhere, tellings that contradict each other, callbacks that name no payment of
//! ours: each is booked or kept first, and stands here until somebody has dealt with it.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use chrono::{DateTime, Utc};
use domain::{Event, Money, RefundId, Wallet, callback, payment, refund, relief};
use serde::Serialize;

/// The projector.
pub struct WorkItems;

/// One thing to look at.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// The position of the event that made it: its id.
    pub id: i64,
    /// `advance`, `underpaid`, `doubled`, `conflict`, `reference_differs`, `question`, `orphan`,
    /// `unreadable_callback`, `provider_credentials`, `refund_requested`, `refund_approved`, `relief_requested`.
    pub kind: String,
    /// The payment it is about, if any.
    pub payment_id: Option<String>,
    /// The wallet.
    pub provider: Option<String>,
    /// The reference that was named; the id of a refund or a relief that waits for a second person.
    pub reference: Option<String>,
    /// Francs it is about.
    #[schema(value_type = Option<i64>)]
    pub amount: Option<Money>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

impl Projector for WorkItems {
    fn name(&self) -> &'static str {
        "work_items"
    }
    fn version(&self) -> i64 {
        2
    }
    fn tables(&self) -> &'static [&'static str] {
        &["work_items"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/work_items.sql")
    }
    fn seeks_by_index(&self) -> bool {
        true
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        match seen.event {
            Event::Payment(event) => of_payment(seen, event),
            Event::Callback(event) => of_callback(seen, event).into_iter().collect(),
            Event::Refund(event) => of_refund(seen, event),
            Event::Patient(_) | Event::Exam(_) | Event::Prescription(_) => vec![],
            Event::Receipt(_) | Event::Till(_) | Event::User(_) | Event::Projector(_) => vec![],
            Event::Relief(event) => of_relief(seen, event).into_iter().collect(),
            Event::Deposit(_) | Event::Payer(_) => vec![],
            Event::Report(_) => vec![],
        }
    }
}

fn of_payment(seen: &Seen<'_>, event: &payment::Event) -> Vec<Change> {
    use payment::Event as E;
    let item = |kind, amount: Option<Money>| about_payment(seen, kind, amount);
    match event {
        E::Confirmed(fact) if !fact.advance.is_zero() => vec![item("advance", Some(fact.advance))],
        E::Confirmed(fact) if fact.reported < fact.asked => vec![item("underpaid", Some(fact.reported))],
        E::Doubled(fact) => vec![item("doubled", Some(fact.reported))],
        E::Contradicted(fact) => vec![item("conflict", fact.amount)],
        E::ReferenceDiffers(_) => vec![item("reference_differs", None)],
        E::Questioned(fact) => vec![item("question", fact.amount)],
        E::Refused(fact) if fact.code == "provider_credentials" => vec![item("provider_credentials", None)],
        E::Resolved(_) => vec![Change::new(
            "update work_items set closed_at = $1 where payment = $2 and kind in ('underpaid', 'question')",
            [seen.at.into(), seen.id().into()],
        )],
        E::Confirmed(_) | E::CashTaken(_) | E::Opened(_) | E::Sent(_) | E::Registered(_) | E::Refused(_) => {
            vec![]
        }
        E::Unanswered(_) | E::Resent(_) | E::Claimed(_) | E::ClaimLapsed(_) | E::Noted(_) => vec![],
        E::Declined(_) | E::Expired(_) | E::Abandoned(_) | E::ResolutionProposed(_) => vec![],
    }
}

fn about_payment(seen: &Seen<'_>, kind: &'static str, amount: Option<Money>) -> Change {
    Change::new(
        "insert into work_items (position, kind, payment, amount, opened_at) values ($1, $2, $3, $4, $5)",
        [seen.position.into(), kind.into(), seen.id().into(), amount.into(), seen.at.into()],
    )
}

fn of_callback(seen: &Seen<'_>, event: &callback::Event) -> Option<Change> {
    let (kind, wallet, reference, amount): (_, Wallet, _, _) = match event {
        callback::Event::Orphaned(fact) => ("orphan", fact.wallet, Some(fact.reference.clone()), fact.amount),
        callback::Event::Parked(fact) => ("unreadable_callback", fact.wallet, None, None),
        callback::Event::Rejected(_) => return None,
    };
    Some(Change::new(
        "insert into work_items (position, kind, wallet, reference, amount, opened_at)
         values ($1, $2, $3, $4, $5, $6)",
        [
            seen.position.into(),
            kind.into(),
            wallet.code().into(),
            reference.into(),
            amount.into(),
            seen.at.into(),
        ],
    ))
}

/// Waits for a second person, then for the money; an advance that went back is dealt with.
fn of_refund(seen: &Seen<'_>, event: &refund::Event) -> Vec<Change> {
    match event {
        refund::Event::Requested(fact) => vec![Change::new(
            "insert into work_items (position, kind, payment, reference, amount, opened_at)
             values ($1, 'refund_requested', $2, $3, $4, $5)",
            [seen.position.into(), seen.id().into(), fact.refund.into(), fact.amount.into(), seen.at.into()],
        )],
        refund::Event::Approved(fact) => vec![decided(seen, fact.refund), approved(seen, fact.refund)],
        refund::Event::Rejected(fact) => vec![decided(seen, fact.refund)],
        refund::Event::Completed(fact) if fact.advance.is_zero() => vec![decided(seen, fact.refund)],
        refund::Event::Completed(fact) => {
            vec![decided(seen, fact.refund), advance_went(seen, fact.advance), advances_gone(seen)]
        }
        refund::Event::Paid(_) => vec![],
    }
}

fn decided(seen: &Seen<'_>, refund: RefundId) -> Change {
    Change::new(
        "update work_items set closed_at = $1
         where payment = $2 and kind in ('refund_requested', 'refund_approved') and reference = $3
           and closed_at is null",
        [seen.at.into(), seen.id().into(), refund.into()],
    )
}

/// The request says how much.
fn approved(seen: &Seen<'_>, refund: RefundId) -> Change {
    Change::new(
        "insert into work_items (position, kind, payment, reference, amount, opened_at)
         select cast($1 as bigint), 'refund_approved', payment, reference, amount, cast($2 as text)
         from work_items where payment = $3 and kind = 'refund_requested' and reference = $4",
        [seen.position.into(), seen.at.into(), seen.id().into(), refund.into()],
    )
}

/// Never open: it only counts against what was owed.
fn advance_went(seen: &Seen<'_>, amount: Money) -> Change {
    Change::new(
        "insert into work_items (position, kind, payment, amount, opened_at, closed_at)
         values ($1, 'advance_went', $2, $3, $4, $4)",
        [seen.position.into(), seen.id().into(), amount.into(), seen.at.into()],
    )
}

/// The oldest advance goes back first: one is dealt with when as much went as was owed up to it.
fn advances_gone(seen: &Seen<'_>) -> Change {
    Change::new(
        "update work_items set closed_at = $1
         where payment = $2 and kind in ('advance', 'doubled') and closed_at is null
           and (select sum(o.amount) from work_items o
                where o.payment = $2 and o.kind in ('advance', 'doubled') and o.position <= work_items.position)
             <= (select sum(w.amount) from work_items w where w.payment = $2 and w.kind = 'advance_went')",
        [seen.at.into(), seen.id().into()],
    )
}

fn of_relief(seen: &Seen<'_>, event: &relief::Event) -> Option<Change> {
    let asked = match event {
        relief::Event::Requested(asked) => asked,
        relief::Event::Granted(_) | relief::Event::Rejected(_) | relief::Event::Withdrawn(_) => {
            return Some(Change::new(
                "update work_items set closed_at = $1 where kind = 'relief_requested' and reference = $2",
                [seen.at.into(), seen.id().into()],
            ));
        }
        relief::Event::VoucherIssued(_) => return None,
    };
    Some(Change::new(
        "insert into work_items (position, kind, reference, amount, opened_at)
         values ($1, 'relief_requested', $2, $3, $4)",
        [seen.position.into(), seen.id().into(), asked.amount.into(), seen.at.into()],
    ))
}

/// What nobody has dealt with, and somebody can: a relief of more than is still due can't be granted. It is back
/// as soon as a refund makes that much due again.
macro_rules! open {
    ($what:literal, $rest:literal) => {
        concat!(
            $what,
            " where i.closed_at is null
                and not (i.kind = 'relief_requested' and exists (
                  select 1 from reliefs f join prescriptions x on x.id = f.prescription
                  where f.id = i.reference and f.amount > x.total - x.covered - x.relieved - x.paid)) ",
            $rest
        )
    };
}

/// How many things nobody has dealt with yet.
pub fn count() -> Query<i64> {
    let sql = open!("select count(*) from work_items i", "");
    Query { sql, args: vec![], read: Row::int }
}

/// What nobody has dealt with yet, the latest two hundred first.
pub fn open() -> Query<WorkItem> {
    let sql = open!(
        "select i.position, i.kind, i.payment, coalesce(i.wallet, p.method),
           coalesce(i.reference, p.reference), i.amount, i.opened_at
         from work_items i left join payments p on p.id = i.payment",
        "order by i.position desc limit 200"
    );
    let read = |row: &mut Row| -> Result<WorkItem, Misread> {
        Ok(WorkItem {
            id: row.int()?,
            kind: row.text()?,
            payment_id: row.maybe_text()?,
            provider: row.maybe_text()?,
            reference: row.maybe_text()?,
            amount: row.maybe_money()?,
            opened_at: row.time()?,
        })
    };
    Query { sql, args: vec![], read }
}
