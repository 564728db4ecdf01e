//! Answers: what is due on this prescription, and is it paid? Reads prescription events; owns tables
//! prescriptions, prescription_lines, prescription_days.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value, patients};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::{Event, Money, PrescriptionId, prescription};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Prescriptions;

/// One prescription.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Prescription {
    /// Its id.
    pub id: Uuid,
    /// Its number, see [`number`].
    pub prescription_number: String,
    /// Whose.
    pub patient_id: Uuid,
    /// `NOM Prénom`, or `effacé`.
    pub patient_name: String,
    /// Francs asked for.
    #[schema(value_type = i64)]
    pub total_amount: Money,
    /// Francs received for it.
    #[schema(value_type = i64)]
    pub paid_amount: Money,
    /// `PENDING`, `PARTIALLY_PAID`, `PAID`.
    pub status: String,
    /// The mobile payment whose outcome is awaited.
    pub live_payment_id: Option<String>,
    /// When.
    pub registered_at: DateTime<Utc>,
}

/// One line of a prescription.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Of the catalogue.
    pub exam_id: Uuid,
    /// The exam's code, if it is still known.
    pub code: Option<String>,
    /// The exam's name.
    pub name: Option<String>,
    /// Francs asked for.
    #[schema(value_type = i64)]
    pub price: Money,
    /// The catalogue's price, where another one was asked for.
    #[schema(value_type = Option<i64>)]
    pub listed_price: Option<Money>,
}

/// The number of the prescription registered at `position`: unique by construction, as positions are.
pub fn number(position: u64, day: NaiveDate) -> String {
    format!("ORD-{}-{position:06}", day.year())
}

impl Projector for Prescriptions {
    fn name(&self) -> &'static str {
        "prescriptions"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["prescriptions", "prescription_lines", "prescription_days"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/prescriptions.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Prescription(event) = seen.event else { return vec![] };
        let id = seen.id();
        match event {
            prescription::Event::Registered(new) => registered(seen, new),
            prescription::Event::AttemptOpened(opened) => vec![Change::new(
                "update prescriptions set attempt = $1 where id = $2",
                [opened.payment.into(), id.into()],
            )],
            prescription::Event::AttemptClosed(closed) => vec![Change::new(
                "update prescriptions set attempt = null where attempt = $1 and id = $2",
                [closed.payment.into(), id.into()],
            )],
            prescription::Event::Refunded(back) => vec![Change::new(
                "update prescriptions set paid = paid - $1,
                   status = case when paid - $1 = 0 then 'PENDING' else 'PARTIALLY_PAID' end
                 where id = $2",
                [back.amount.into(), id.into()],
            )],
            prescription::Event::Covered(_)
            | prescription::Event::Relieved(_)
            | prescription::Event::ExamStarted(_)
            | prescription::Event::ExamCompleted(_) => vec![],
            prescription::Event::Paid(paid) => vec![Change::new(
                "update prescriptions set paid = paid + $1,
                   status = case when paid + $1 >= total then 'PAID' else 'PARTIALLY_PAID' end,
                   attempt = case when attempt = $2 or paid + $1 >= total then null else attempt end
                 where id = $3",
                [paid.amount.into(), paid.payment.into(), id.into()],
            )],
        }
    }
}

fn registered(seen: &Seen<'_>, new: &prescription::Registered) -> Vec<Change> {
    let id = seen.id();
    let head = Change::new(
        "insert into prescriptions
           (id, number, patient, total, paid, status, registered_at, day, position)
         values ($1, $2, $3, $4, 0, 'PENDING', $5, $6, $7)",
        [
            id.into(),
            number(seen.position, seen.day).into(),
            new.patient.into(),
            new.total.into(),
            seen.at.into(),
            seen.day.into(),
            seen.position.into(),
        ],
    );
    let day = Change::new(
        "insert into prescription_days (day, registered) values ($1, 1)
         on conflict (day) do update set registered = prescription_days.registered + 1",
        [seen.day.into()],
    );
    let lines = new.lines.iter().zip(1_i64..).map(|(line, at)| {
        Change::new(
            "insert into prescription_lines (prescription, line, exam, price, listed)
             values ($1, $2, $3, $4, $5)",
            [id.into(), at.into(), line.exam.into(), line.price.into(), line.listed.into()],
        )
    });
    [head, day].into_iter().chain(lines).collect()
}

fn read(row: &mut Row) -> Result<Prescription, Misread> {
    Ok(Prescription {
        id: row.id()?,
        prescription_number: row.text()?,
        patient_id: row.id()?,
        patient_name: row.text()?,
        total_amount: row.money()?,
        paid_amount: row.money()?,
        status: row.text()?,
        live_payment_id: row.maybe_text()?,
        registered_at: row.time()?,
    })
}

/// One prescription.
pub fn by_id(id: PrescriptionId) -> Query<Prescription> {
    let sql = "select p.id, p.number, p.patient, case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end,
                 p.total, p.paid, p.status, p.attempt, p.registered_at
               from prescriptions p left join patients w on w.id = p.patient where p.id = $1";
    Query { sql, args: vec![id.into()], read }
}

/// The lines of one prescription.
pub fn lines(id: PrescriptionId) -> Query<Line> {
    let sql = "select l.exam, e.code, e.name, l.price, l.listed
               from prescription_lines l left join exams e on e.id = l.exam
               where l.prescription = $1 order by l.line";
    let read = |row: &mut Row| {
        Ok(Line {
            exam_id: row.id()?,
            code: row.maybe_text()?,
            name: row.maybe_text()?,
            price: row.money()?,
            listed_price: row.maybe_money()?,
        })
    };
    Query { sql, args: vec![id.into()], read }
}

/// The latest fifty of a status (all for none) whose number or patient's name contains `words`.
pub fn search(status: Option<&str>, words: &str) -> Query<Prescription> {
    let sql = "select p.id, p.number, p.patient, case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end,
                 p.total, p.paid, p.status, p.attempt, p.registered_at
               from prescriptions p left join patients w on w.id = p.patient
               where ($1 is null or p.status = $1) and (p.number like $2 or w.search like $3)
               order by p.position desc limit 50";
    let words = words.trim().replace(['%', '_', '\\'], " ");
    let args = vec![
        Value::from(status),
        format!("%{}%", words.to_uppercase()).into(),
        format!("%{}%", patients::folded(&[&words])).into(),
    ];
    Query { sql, args, read }
}

/// How many were registered on `day`.
pub fn registered_on(day: NaiveDate) -> Query<i64> {
    let sql = "select cast(coalesce(sum(registered), 0) as bigint) from prescription_days where day = $1";
    Query { sql, args: vec![day.into()], read: Row::int }
}
