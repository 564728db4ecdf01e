//! Answers: which receipt is this, what went back of it, and which receipts were issued on a day? Owns table
//! receipts.

use crate::{
    Change, Identities, Misread, Projector, Query, Row, Seen, Value, payments::method_code, refunds,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Event, Money, PaymentId, PrescriptionId,
    receipt::{self, ReceiptNumber},
};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Receipts;

/// One receipt.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// `R-2026-000042`.
    pub receipt_number: String,
    /// The payment that brought the money.
    pub payment_id: Uuid,
    /// The number of the prescription it was meant for.
    pub prescription_number: String,
    /// `NOM Prénom`, or `effacé`.
    pub patient_name: String,
    /// Who asked for the money.
    pub cashier_id: Uuid,
    /// `NOM Prénom`.
    pub cashier: String,
    /// `CASH`, `TMONEY`, `FLOOZ`.
    pub method: String,
    /// Francs that came in.
    #[schema(value_type = i64)]
    pub amount: Money,
    /// Of them for the prescription.
    #[schema(value_type = i64)]
    pub applied: Money,
    /// Of them owed back to the patient.
    #[schema(value_type = i64)]
    pub advance: Money,
    /// Francs of them that went back since.
    #[schema(value_type = i64)]
    pub refunded: Money,
    /// `VOIDED`, `REFUNDED`, `PARTLY_REFUNDED`; nothing while all of it is kept.
    pub mark: Option<&'static str>,
    /// The business day.
    pub day: NaiveDate,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Of the fact in the ledger.
    #[serde(skip)]
    pub position: u64,
}

impl Projector for Receipts {
    fn name(&self) -> &'static str {
        "receipts"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["receipts"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/receipts.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Receipt(event) = seen.event else { return vec![] };
        let issued = match event {
            receipt::Event::Issued(issued) => issued,
            receipt::Event::Duplicated(_) => return vec![],
        };
        let Some((series, year)) = series_of(seen.stream.as_str()) else { return vec![] };
        vec![Change::new(
            "insert into receipts (series, year, number, payment, prescription, patient, cashier, method,
               amount, applied, advance, day, issued_at, position)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            [
                series.into(),
                i64::from(year).into(),
                seen.revision.into(),
                issued.payment.into(),
                issued.prescription.into(),
                issued.patient.into(),
                issued.cashier.into(),
                method_code(issued.method).into(),
                issued.amount.into(),
                issued.applied.into(),
                issued.advance.into(),
                issued.day.into(),
                seen.at.into(),
                seen.position.into(),
            ],
        )]
    }
}

/// Series and year out of `receipts-{series}-{year}`.
pub fn series_of(stream: &str) -> Option<(&str, i32)> {
    let (series, year) = stream.strip_prefix("receipts-")?.rsplit_once('-')?;
    Some((series, year.parse().ok()?))
}

/// The number of a paper whose place in `{papers}-{series}-{year}` is `revision`: slips of refunds and deposits,
/// vouchers.
pub fn number_of(papers: &str, stream: &str, revision: u64) -> Option<ReceiptNumber> {
    let (series, year) = stream.strip_prefix(papers)?.strip_prefix('-')?.rsplit_once('-')?;
    Some(ReceiptNumber { series: series.to_owned(), year: year.parse().ok()?, number: revision })
}

fn read(row: &mut Row) -> Result<Receipt, Misread> {
    let (series, year, number) = (row.text()?, row.int()?, row.int()?);
    let year = i32::try_from(year).map_err(|_| Misread(Some(Value::Int(year))))?;
    let number = ReceiptNumber { series, year, number: number.unsigned_abs() };
    let receipt_number = number.to_string();
    let (payment_id, prescription_number, patient_name) = (row.id()?, row.text()?, row.text()?);
    let (cashier_id, cashier, method) = (row.id()?, row.text()?, row.text()?);
    let (amount, applied, advance) = (row.money()?, row.money()?, row.money()?);
    let (day, issued_at, position) = (row.day()?, row.time()?, row.int()?.unsigned_abs());
    let (back, back_advance, voided) = (row.money()?, row.money()?, row.int()? > 0);
    let earlier = row.money()?;
    // An older receipt's advance goes back before a newer one's: a mark that stands never moves.
    let refunded = back.less(back_advance).min(applied);
    let refunded = refunded.plus(back_advance.less(earlier).min(advance)).unwrap_or(amount);
    Ok(Receipt {
        receipt_number,
        payment_id,
        prescription_number,
        patient_name,
        cashier_id,
        cashier,
        method,
        amount,
        applied,
        advance,
        refunded,
        mark: refunds::mark(amount, refunded, voided),
        day,
        issued_at,
        position,
    })
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.series, r.year, r.number, r.payment, coalesce(p.number, ''),
               case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end, r.cashier,
               coalesce(u.last_name || ' ' || u.first_name, ''), r.method, r.amount, r.applied, r.advance,
               r.day, r.issued_at, r.position, coalesce(b.amount, 0), coalesce(b.advance, 0), coalesce(b.voided, 0),
               case when b.payment is null then 0 else
                 (select cast(coalesce(sum(e.advance), 0) as bigint) from receipts e
                  where e.payment = r.payment and e.position < r.position) end
             from receipts r
               left join prescriptions p on p.id = r.prescription
               left join patients w on w.id = r.patient
               left join users u on u.id = r.cashier
               left join refunded b on b.payment = r.payment ",
            $rest
        )
    };
}

/// One receipt.
pub fn by_number(number: &ReceiptNumber) -> Query<Receipt> {
    let sql = select!("where r.series = $1 and r.year = $2 and r.number = $3");
    let args = vec![number.series.as_str().into(), i64::from(number.year).into(), Value::from(number.number)];
    Query { sql, args, read }
}

/// The receipts of a payment, oldest first: one, and one more for each advance that came later.
pub fn of_payment(id: PaymentId) -> Query<Receipt> {
    Query { sql: select!("where r.payment = $1 order by r.position"), args: vec![id.into()], read }
}

/// The receipts of all payments for a prescription, oldest first.
pub fn of_prescription(id: PrescriptionId) -> Query<Receipt> {
    let sql =
        select!("where r.payment in (select id from payments where prescription = $1) order by r.position");
    Query { sql, args: vec![id.into()], read }
}

/// At most `limit` receipts of a day after a position, in order, of one cashier or of all.
pub fn of_day(day: NaiveDate, cashier: Option<Uuid>, after: u64, limit: u64) -> Query<Receipt> {
    let sql = select!(
        "where r.day = $1 and ($2 is null or r.cashier = $2) and r.position > $3 order by r.position limit $4"
    );
    Query { sql, args: vec![day.into(), cashier.into(), after.into(), limit.into()], read }
}
