//! Answers: how far is payment X? Reads payment events; owns table payments. What went back of it is told by
//! the read model of refunds.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value, refunds};
use chrono::{DateTime, Utc};
use domain::{
    Event, Money, PaymentId, PrescriptionId,
    payment::{self, Outcome},
    receipt::Method,
};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Payments;

/// One payment.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub prescription_id: Uuid,
    /// Who took or asked for it.
    pub cashier_id: Uuid,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: String,
    /// Francs asked for.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// The stage of a mobile attempt; `PAID` for cash.
    pub state: String,
    /// Our reference at the provider's.
    pub reference: Option<String>,
    /// The provider's own.
    pub provider_ref: Option<String>,
    /// Why it was refused or declined.
    pub reason: Option<String>,
    /// Francs that came in.
    #[schema(value_type = i64)]
    pub received: Money,
    /// Francs of them that went back since.
    #[schema(value_type = i64)]
    pub refunded: Money,
    /// `VOIDED`, `REFUNDED`, `PARTLY_REFUNDED`; nothing while all of it is kept.
    pub mark: Option<&'static str>,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

impl Projector for Payments {
    fn name(&self) -> &'static str {
        "payments"
    }
    fn version(&self) -> i64 {
        2
    }
    fn tables(&self) -> &'static [&'static str] {
        &["payments"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/payments.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Payment(event) = seen.event else { return vec![] };
        use payment::Event as E;
        match event {
            E::CashTaken(taken) => vec![cash(seen, taken)],
            E::Opened(terms) => vec![opened(seen, terms)],
            E::Sent(_) => vec![state(seen, "SENDING", None)],
            E::Registered(fact) => vec![registered(seen, fact)],
            E::Refused(fact) => vec![state(seen, "REJECTED", Some(&fact.code))],
            E::Claimed(_) => vec![Change::new(
                "update payments set before_claim = state, state = 'CLAIMED', changed_at = $1
                 where id = $2",
                [seen.at.into(), seen.id().into()],
            )],
            E::ClaimLapsed(_) => vec![Change::new(
                "update payments set state = coalesce(before_claim, 'REGISTERED'), changed_at = $1
                 where id = $2",
                [seen.at.into(), seen.id().into()],
            )],
            E::Confirmed(fact) => vec![confirmed(seen, fact)],
            E::Doubled(fact) => vec![Change::new(
                "update payments set received = received + $1, changed_at = $2 where id = $3",
                [fact.reported.into(), seen.at.into(), seen.id().into()],
            )],
            E::Declined(fact) => vec![state(seen, "DECLINED", Some(&fact.code))],
            E::Expired(_) => vec![state(seen, "EXPIRED", Some("expired"))],
            E::Abandoned(_) => vec![state(seen, "ABANDONED", None)],
            E::Questioned(fact) => vec![Change::new(
                "update payments set state = case when received > 0 then state else 'REVIEW' end,
                   reason = $1, changed_at = $2 where id = $3",
                [fact.why.as_str().into(), seen.at.into(), seen.id().into()],
            )],
            E::Resolved(fact) => {
                let now = match fact.outcome {
                    Outcome::Paid(_) => "PAID",
                    Outcome::Declined => "DECLINED",
                };
                vec![state(seen, now, None)]
            }
            E::Unanswered(_) | E::Resent(_) | E::Noted(_) | E::Contradicted(_) => vec![],
            E::ReferenceDiffers(_) | E::ResolutionProposed(_) => vec![],
        }
    }
}

fn cash(seen: &Seen<'_>, taken: &payment::CashTaken) -> Change {
    Change::new(
        "insert into payments (id, prescription, cashier, method, amount, state, received,
           opened_at, changed_at, position)
         values ($1, $2, $3, 'CASH', $4, 'PAID', $4, $5, $5, $6)",
        [
            seen.id().into(),
            taken.prescription.into(),
            taken.cashier.into(),
            taken.amount.into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

fn opened(seen: &Seen<'_>, terms: &payment::Opened) -> Change {
    Change::new(
        "insert into payments (id, prescription, patient, cashier, method, amount, state, reference,
           received, opened_at, changed_at, position)
         values ($1, $2, $3, $4, $5, $6, 'CREATED', $7, 0, $8, $8, $9)",
        [
            seen.id().into(),
            terms.prescription.into(),
            terms.patient.into(),
            terms.cashier.into(),
            terms.wallet.code().into(),
            terms.amount.into(),
            terms.reference.as_str().into(),
            seen.at.into(),
            seen.position.into(),
        ],
    )
}

fn registered(seen: &Seen<'_>, fact: &payment::Registered) -> Change {
    Change::new(
        "update payments set provider_ref = coalesce(provider_ref, $1),
           before_claim = case when before_claim in ('CREATED', 'SENDING') then 'REGISTERED'
             else before_claim end,
           state = case when state in ('CREATED', 'SENDING') then 'REGISTERED' else state end,
           changed_at = $2 where id = $3",
        [fact.provider_ref.clone().into(), seen.at.into(), seen.id().into()],
    )
}

fn confirmed(seen: &Seen<'_>, fact: &payment::Confirmed) -> Change {
    Change::new(
        "update payments set state = case when $1 >= amount then 'PAID' else 'REVIEW' end,
           received = received + $1, provider_ref = coalesce($2, provider_ref), changed_at = $3
         where id = $4",
        [fact.reported.into(), fact.provider_ref.clone().into(), seen.at.into(), seen.id().into()],
    )
}

fn state(seen: &Seen<'_>, state: &'static str, reason: Option<&str>) -> Change {
    Change::new(
        "update payments set state = $1, reason = $2, changed_at = $3 where id = $4",
        [state.into(), reason.into(), seen.at.into(), seen.id().into()],
    )
}

fn read(row: &mut Row) -> Result<Payment, Misread> {
    let (id, prescription_id, cashier_id) = (row.id()?, row.id()?, row.id()?);
    let (method, amount, state) = (row.text()?, row.money()?, row.text()?);
    let (reference, provider_ref, reason) = (row.maybe_text()?, row.maybe_text()?, row.maybe_text()?);
    let (received, refunded, voided) = (row.money()?, row.money()?, row.int()? > 0);
    let mark = refunds::mark(received, refunded, voided);
    let (opened_at, changed_at) = (row.time()?, row.time()?);
    Ok(Payment {
        id,
        prescription_id,
        cashier_id,
        method,
        amount,
        state,
        reference,
        provider_ref,
        reason,
        received,
        refunded,
        mark,
        opened_at,
        changed_at,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select p.id, p.prescription, p.cashier, p.method, p.amount, p.state, p.reference, p.provider_ref, p.reason,
               p.received, coalesce(b.amount, 0), coalesce(b.voided, 0), p.opened_at, p.changed_at
             from payments p left join refunded b on b.payment = p.id ",
            $rest
        )
    };
}

/// One payment.
pub fn by_id(id: PaymentId) -> Query<Payment> {
    Query { sql: select!("where p.id = $1"), args: vec![id.into()], read }
}

/// All payments of a prescription, oldest first.
pub fn of_prescription(id: PrescriptionId) -> Query<Payment> {
    Query { sql: select!("where p.prescription = $1 order by p.position"), args: vec![id.into()], read }
}

/// The latest hundred in a state, of one cashier or of all.
pub fn in_state(state: &str, cashier: Option<Uuid>) -> Query<Payment> {
    let sql =
        select!("where p.state = $1 and ($2 is null or p.cashier = $2) order by p.position desc limit 100");
    Query { sql, args: vec![state.into(), Value::from(cashier)], read }
}

/// Those of a cashier whose outcome is awaited, the latest first.
pub fn awaited_by(cashier: Uuid) -> Query<Payment> {
    let sql = select!(
        "where p.state in ('CREATED', 'SENDING', 'REGISTERED', 'CLAIMED') and p.cashier = $1
         order by p.position desc limit 20"
    );
    Query { sql, args: vec![cashier.into()], read }
}

/// From when to when the latest twenty paid ones of a method were waited for.
pub fn waits(method: &str) -> Query<(DateTime<Utc>, DateTime<Utc>)> {
    let sql = "select opened_at, changed_at from payments where state = 'PAID' and method = $1
               order by position desc limit 20";
    Query { sql, args: vec![method.into()], read: |row| Ok((row.time()?, row.time()?)) }
}

/// What the watch must ask for after a start: every attempt without money that began after `since`.
pub fn watched(since: DateTime<Utc>) -> Query<PaymentId> {
    let sql = "select id from payments where state in
                 ('CREATED', 'SENDING', 'REGISTERED', 'CLAIMED', 'ABANDONED', 'REJECTED', 'DECLINED',
                  'EXPIRED', 'REVIEW') and opened_at > $1 order by position";
    Query { sql, args: vec![since.into()], read: |row| row.id().map(PaymentId) }
}

/// How money of a method is called in the table.
pub const fn method_code(method: Method) -> &'static str {
    match method {
        Method::Cash => "CASH",
        Method::Tmoney => "TMONEY",
        Method::Flooz => "FLOOZ",
    }
}
