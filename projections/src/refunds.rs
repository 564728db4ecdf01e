//! Answers: what was asked back, by whom, how far is it; and how much of a payment went back? Owns tables
//! refunds, refunded.
//!
//! `refunded` has one row for each payment of which something went back: receipts and payments look there
//! by primary key, so that their own rows never change.

use crate::{
    Change, Identities, Misread, Projector, Query, Row, Seen, Value, payments::method_code, receipts,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Event, Money, RefundId,
    receipt::ReceiptNumber,
    refund::{self, Kind, Stage},
};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Refunds;

/// One refund or void.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refund {
    /// Its id.
    pub id: Uuid,
    /// Of which payment.
    pub payment_id: Uuid,
    /// Who had taken or asked for that payment.
    pub cashier_id: Option<String>,
    /// The payment's first receipt.
    pub receipt_number: Option<String>,
    /// What the payment was meant for.
    pub prescription_id: Option<String>,
    /// Its number.
    pub prescription_number: String,
    /// `NOM Prénom`, or `effacé`.
    pub patient_name: String,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: Option<String>,
    /// `VOID` or `REFUND`.
    pub kind: String,
    /// Francs asked back.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// Of them due again for the prescription, once they went.
    #[schema(value_type = Option<i64>)]
    pub applied: Option<Money>,
    /// Of them out of an advance, once they went.
    #[schema(value_type = Option<i64>)]
    pub advance: Option<Money>,
    /// Why.
    pub reason: String,
    /// `REQUESTED`, `APPROVED`, `REJECTED`, `COMPLETED`.
    pub state: String,
    /// Who asked.
    pub requested_by_id: Uuid,
    /// `NOM Prénom`.
    pub requested_by: String,
    /// Who agreed or did not, last.
    pub decided_by_id: Option<String>,
    /// `NOM Prénom`.
    pub decided_by: Option<String>,
    /// Why not.
    pub rejection: Option<String>,
    /// Who gave the money back.
    pub completed_by_id: Option<String>,
    /// `NOM Prénom`.
    pub completed_by: Option<String>,
    /// The provider's reference, where it went by mobile money.
    pub provider_reference: Option<String>,
    /// `B-2026-000001`, once the money went.
    pub slip_number: Option<String>,
    /// Out of which drawer, if it was cash.
    pub till_id: Option<String>,
    /// The business day on which the money went.
    pub day: Option<NaiveDate>,
    /// When it was asked.
    pub requested_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

impl Projector for Refunds {
    fn name(&self) -> &'static str {
        "refunds"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["refunds", "refunded"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/refunds.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Refund(event) = seen.event else { return vec![] };
        match event {
            refund::Event::Requested(fact) => vec![requested(seen, fact)],
            refund::Event::Approved(fact) => vec![decided(seen, fact.refund, Stage::Approved, fact.by, None)],
            refund::Event::Rejected(fact) => {
                vec![decided(seen, fact.refund, Stage::Rejected, fact.by, Some(&fact.reason))]
            }
            refund::Event::Completed(fact) => vec![completed(seen, fact)],
            refund::Event::Paid(fact) => vec![paid(seen, fact), went_back(fact)],
        }
    }
}

fn requested(seen: &Seen<'_>, fact: &refund::Requested) -> Change {
    Change::new(
        "insert into refunds
           (id, payment, kind, amount, reason, state, requested_by, requested_at, changed_at, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        [
            fact.refund.into(),
            seen.id().into(),
            fact.kind.code().into(),
            fact.amount.into(),
            fact.reason.as_str().into(),
            Stage::Requested.code().into(),
            fact.by.into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

fn decided(
    seen: &Seen<'_>,
    refund: RefundId,
    stage: Stage,
    by: domain::UserId,
    rejection: Option<&str>,
) -> Change {
    Change::new(
        "update refunds set state = $1, decided_by = $2, rejection = $3, changed_at = $4 where id = $5",
        [stage.code().into(), by.into(), rejection.into(), seen.at.into(), refund.into()],
    )
}

fn completed(seen: &Seen<'_>, fact: &refund::Completed) -> Change {
    Change::new(
        "update refunds set state = $1, completed_by = $2, applied = $3, advance = $4, provider_ref = $5,
           changed_at = $6 where id = $7",
        [
            Stage::Completed.code().into(),
            fact.by.into(),
            fact.applied.into(),
            fact.advance.into(),
            fact.provider_ref.clone().into(),
            seen.at.into(),
            fact.refund.into(),
        ],
    )
}

/// The slip: its number, and out of what the money went on which day.
fn paid(seen: &Seen<'_>, fact: &refund::Paid) -> Change {
    let number = receipts::number_of("refunds", seen.stream.as_str(), seen.revision);
    let (series, year, number) =
        number.map_or((None, None, None), |n| (Some(n.series), Some(n.year), Some(n.number)));
    Change::new(
        "update refunds set series = $1, year = $2, number = $3, method = $4, till = $5, day = $6, paid = $7
         where id = $8",
        [
            series.into(),
            year.map(i64::from).into(),
            number.into(),
            method_code(fact.method).into(),
            fact.till.into(),
            fact.day.into(),
            seen.position.into(),
            fact.refund.into(),
        ],
    )
}

fn went_back(fact: &refund::Paid) -> Change {
    Change::new(
        "insert into refunded (payment, amount, advance, voided) values ($1, $2, $3, $4)
         on conflict (payment) do update set amount = refunded.amount + excluded.amount,
           advance = refunded.advance + excluded.advance, voided = refunded.voided + excluded.voided",
        [
            fact.payment.into(),
            fact.amount.into(),
            fact.advance.into(),
            i64::from(fact.kind == Kind::Void).into(),
        ],
    )
}

/// How a paper is marked of whose `amount` so much went back; it keeps its number (rule 10).
pub fn mark(amount: Money, refunded: Money, voided: bool) -> Option<&'static str> {
    match refunded {
        _ if voided => Some("VOIDED"),
        refunded if refunded.is_zero() => None,
        refunded if refunded < amount => Some("PARTLY_REFUNDED"),
        _ => Some("REFUNDED"),
    }
}

fn number(series: Option<String>, year: Option<i64>, number: Option<i64>) -> Option<String> {
    let (series, year, number) = (series?, i32::try_from(year?).ok()?, number?.unsigned_abs());
    Some(ReceiptNumber { series, year, number }.to_string())
}

fn read(row: &mut Row) -> Result<Refund, Misread> {
    Ok(Refund {
        id: row.id()?,
        payment_id: row.id()?,
        cashier_id: row.maybe_text()?,
        receipt_number: number(row.maybe_text()?, row.maybe_int()?, row.maybe_int()?),
        prescription_id: row.maybe_text()?,
        prescription_number: row.text()?,
        patient_name: row.text()?,
        method: row.maybe_text()?,
        kind: row.text()?,
        amount: row.money()?,
        applied: row.maybe_money()?,
        advance: row.maybe_money()?,
        reason: row.text()?,
        state: row.text()?,
        requested_by_id: row.id()?,
        requested_by: row.text()?,
        decided_by_id: row.maybe_text()?,
        decided_by: row.maybe_text()?,
        rejection: row.maybe_text()?,
        completed_by_id: row.maybe_text()?,
        completed_by: row.maybe_text()?,
        provider_reference: row.maybe_text()?,
        slip_number: number(row.maybe_text()?, row.maybe_int()?, row.maybe_int()?),
        till_id: row.maybe_text()?,
        day: row.maybe_day()?,
        requested_at: row.time()?,
        changed_at: row.time()?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        select!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "select b.id, b.payment, p.cashier, r.series, r.year, r.number, p.prescription, coalesce(x.number, ''),
               case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end,
               coalesce(b.method, p.method), b.kind, b.amount, b.applied, b.advance, b.reason, b.state,
               b.requested_by, coalesce(u.last_name || ' ' || u.first_name, ''),
               b.decided_by, d.last_name || ' ' || d.first_name, b.rejection,
               b.completed_by, c.last_name || ' ' || c.first_name, b.provider_ref,
               b.series, b.year, b.number, b.till, b.day, b.requested_at, b.changed_at",
            $more,
            "
             from refunds b
               left join payments p on p.id = b.payment
               left join receipts r on r.payment = b.payment
                 and r.position = (select min(f.position) from receipts f where f.payment = b.payment)
               left join prescriptions x on x.id = p.prescription
               left join patients w on w.id = x.patient
               left join users u on u.id = b.requested_by
               left join users d on d.id = b.decided_by
               left join users c on c.id = b.completed_by ",
            $rest
        )
    };
}

/// One refund, if it concerns that user, or whoever it concerns.
pub fn by_id(id: RefundId, user: Option<Uuid>) -> Query<Refund> {
    let sql = select!(
        "where b.id = $1
           and ($2 is null or b.requested_by = $2 or b.completed_by = $2 or p.cashier = $2
             or (b.state = 'APPROVED' and b.kind = 'REFUND' and p.method = 'CASH'))"
    );
    Query { sql, args: vec![id.into(), Value::from(user)], read }
}

/// What went back on a day, and the slip's position, in order; given back by one cashier or by all.
pub fn of_day(day: NaiveDate, cashier: Option<Uuid>) -> Query<(Refund, u64)> {
    let sql = select!(", b.paid", "where b.day = $1 and ($2 is null or b.completed_by = $2) order by b.paid");
    let read = |row: &mut Row| Ok((read(row)?, row.int()?.unsigned_abs()));
    Query { sql, args: vec![day.into(), cashier.into()], read }
}

/// The latest two hundred in a state, or in any; all, or those that concern one user: he asked, he gave the
/// money back, he had taken it, or it waits for any cashier to give it back in cash.
pub fn in_state(state: Option<&str>, user: Option<Uuid>) -> Query<Refund> {
    let sql = select!(
        "where ($1 is null or b.state = $1)
           and ($2 is null or b.requested_by = $2 or b.completed_by = $2 or p.cashier = $2
             or (b.state = 'APPROVED' and b.kind = 'REFUND' and p.method = 'CASH'))
         order by b.position desc limit 200"
    );
    Query { sql, args: vec![state.into(), Value::from(user)], read }
}
