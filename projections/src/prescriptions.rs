//! Answers: what is due on this prescription, who bears it, and how far are its exams? Reads prescription
//! events; owns tables prescriptions, prescription_lines, prescription_days.
//!
//! Its status says how far money is until work begins, and how far work is from then on: what goes back later
//! shows in what is due.

pub mod queue;

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
    /// Francs that an insurer bears.
    #[schema(value_type = i64)]
    pub covered_amount: Money,
    /// His code.
    pub payer: Option<String>,
    /// Francs that nobody pays: exemptions and discounts.
    #[schema(value_type = i64)]
    pub relieved_amount: Money,
    /// Francs that the patient still has to pay.
    #[schema(value_type = i64)]
    pub due_amount: Money,
    /// `PENDING`, `PARTIALLY_PAID`, `PAID`, `IN_PROGRESS`, `COMPLETED`.
    pub status: String,
    /// The mobile payment whose outcome is awaited.
    pub live_payment_id: Option<String>,
    /// When.
    pub registered_at: DateTime<Utc>,
}

/// One line of a prescription.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrescriptionLine)]
pub struct Line {
    /// Its number, from 1.
    pub line: i64,
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
    /// Francs of it that an insurer bears.
    #[schema(value_type = i64)]
    pub covered_amount: Money,
    /// `WAITING`, `IN_PROGRESS`, `COMPLETED`.
    pub state: String,
    /// Who performs or performed it: `NOM Prénom`.
    pub technician: Option<String>,
    /// When he began.
    pub started_at: Option<String>,
    /// When he was done.
    pub completed_at: Option<String>,
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
        2
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
                   status = case when started > 0 then status
                     when paid - $1 = 0 then 'PENDING' else 'PARTIALLY_PAID' end
                 where id = $2",
                [back.amount.into(), id.into()],
            )],
            prescription::Event::Paid(paid) => vec![Change::new(
                "update prescriptions set paid = paid + $1,
                   status = case when started > 0 then status
                     when paid + covered + relieved + $1 >= total then 'PAID' else 'PARTIALLY_PAID' end,
                   attempt = case when attempt = $2 then null else attempt end
                 where id = $3",
                [paid.amount.into(), paid.payment.into(), id.into()],
            )],
            prescription::Event::Covered(fact) => covered(id, fact),
            prescription::Event::CoverageWithdrawn(_) => uncovered(id),
            prescription::Event::Relieved(fact) => vec![Change::new(
                "update prescriptions set relieved = relieved + $1,
                   status = case when started > 0 then status
                     when paid + covered + relieved + $1 >= total then 'PAID' else status end
                 where id = $2",
                [fact.amount.into(), id.into()],
            )],
            prescription::Event::ExamStarted(fact) => started(seen, fact),
            prescription::Event::ExamCompleted(fact) => completed(seen, fact),
        }
    }
}

fn registered(seen: &Seen<'_>, new: &prescription::Registered) -> Vec<Change> {
    let id = seen.id();
    let head = Change::new(
        "insert into prescriptions
           (id, number, patient, total, paid, covered, relieved, lines, started, completed, status,
            registered_at, day, position)
         values ($1, $2, $3, $4, 0, 0, 0, $5, 0, 0, 'PENDING', $6, $7, $8)",
        [
            id.into(),
            number(seen.position, seen.day).into(),
            new.patient.into(),
            new.total.into(),
            (new.lines.len() as u64).into(),
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
            "insert into prescription_lines (prescription, line, exam, price, listed, covered, state)
             values ($1, $2, $3, $4, $5, 0, 'WAITING')",
            [id.into(), at.into(), line.exam.into(), line.price.into(), line.listed.into()],
        )
    });
    [head, day].into_iter().chain(lines).collect()
}

fn covered(id: Uuid, fact: &prescription::Covered) -> Vec<Change> {
    let head = Change::new(
        "update prescriptions set covered = $1, payer = $2,
           status = case when started > 0 then status when paid + relieved + $1 >= total then 'PAID'
             else status end
         where id = $3",
        [fact.amount.into(), fact.payer.as_str().into(), id.into()],
    );
    let borne = fact.parts.iter().zip(1_i64..).filter(|(part, _)| !part.is_zero());
    let lines = borne.map(|(part, at)| {
        Change::new(
            "update prescription_lines set covered = $1 where prescription = $2 and line = $3",
            [(*part).into(), id.into(), at.into()],
        )
    });
    [head].into_iter().chain(lines).collect()
}

/// Before any money: what a relief forgives may still be all of it.
fn uncovered(id: Uuid) -> Vec<Change> {
    vec![
        Change::new(
            "update prescriptions set covered = 0, payer = null,
               status = case when started > 0 then status when paid + relieved >= total then 'PAID'
                 when paid > 0 then 'PARTIALLY_PAID' else 'PENDING' end
             where id = $1",
            [id.into()],
        ),
        Change::new("update prescription_lines set covered = 0 where prescription = $1", [id.into()]),
    ]
}

fn started(seen: &Seen<'_>, fact: &prescription::ExamStarted) -> Vec<Change> {
    let id = seen.id();
    vec![
        Change::new(
            "update prescriptions set started = started + 1, status = 'IN_PROGRESS' where id = $1",
            [id.into()],
        ),
        Change::new(
            "update prescription_lines set state = 'IN_PROGRESS', technician = $1, started_at = $2
             where prescription = $3 and line = $4",
            [fact.by.into(), seen.at.into(), id.into(), i64::from(fact.line).into()],
        ),
    ]
}

fn completed(seen: &Seen<'_>, fact: &prescription::ExamCompleted) -> Vec<Change> {
    let id = seen.id();
    vec![
        Change::new(
            "update prescriptions set completed = completed + 1,
               status = case when completed + 1 >= lines then 'COMPLETED' else 'IN_PROGRESS' end
             where id = $1",
            [id.into()],
        ),
        Change::new(
            "update prescription_lines set state = 'COMPLETED', technician = $1, completed_at = $2
             where prescription = $3 and line = $4",
            [fact.by.into(), seen.at.into(), id.into(), i64::from(fact.line).into()],
        ),
    ]
}

fn read(row: &mut Row) -> Result<Prescription, Misread> {
    let (id, prescription_number, patient_id, patient_name) =
        (row.id()?, row.text()?, row.id()?, row.text()?);
    let (total, paid, covered, payer, relieved) =
        (row.money()?, row.money()?, row.money()?, row.maybe_text()?, row.money()?);
    Ok(Prescription {
        id,
        prescription_number,
        patient_id,
        patient_name,
        total_amount: total,
        paid_amount: paid,
        covered_amount: covered,
        payer,
        relieved_amount: relieved,
        due_amount: total.less(paid).less(covered).less(relieved),
        status: row.text()?,
        live_payment_id: row.maybe_text()?,
        registered_at: row.time()?,
    })
}

macro_rules! select {
    ($rest:literal) => {
        select!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "select p.id, p.number, p.patient, case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end,
               p.total, p.paid, p.covered, p.payer, p.relieved, p.status, p.attempt, p.registered_at",
            $more,
            "
             from prescriptions p left join patients w on w.id = p.patient ",
            $rest
        )
    };
}

/// One prescription.
pub fn by_id(id: PrescriptionId) -> Query<Prescription> {
    Query { sql: select!("where p.id = $1"), args: vec![id.into()], read }
}

/// The lines of one prescription.
pub fn lines(id: PrescriptionId) -> Query<Line> {
    let sql = "select l.line, l.exam, e.code, e.name, l.price, l.listed, l.covered, l.state,
                 coalesce(u.last_name || ' ' || u.first_name, l.technician), l.started_at, l.completed_at
               from prescription_lines l left join exams e on e.id = l.exam
                 left join users u on u.id = l.technician
               where l.prescription = $1 order by l.line";
    let read = |row: &mut Row| {
        Ok(Line {
            line: row.int()?,
            exam_id: row.id()?,
            code: row.maybe_text()?,
            name: row.maybe_text()?,
            price: row.money()?,
            listed_price: row.maybe_money()?,
            covered_amount: row.money()?,
            state: row.text()?,
            technician: row.maybe_text()?,
            started_at: row.maybe_text()?,
            completed_at: row.maybe_text()?,
        })
    };
    Query { sql, args: vec![id.into()], read }
}

/// The latest fifty of a status (all for none) whose number or patient's name contains `words`.
pub fn search(status: Option<&str>, words: &str) -> Query<Prescription> {
    let sql = select!(
        "where ($1 is null or p.status = $1) and (p.number like $2 or w.search like $3)
         order by p.position desc limit 50"
    );
    let words = words.trim().replace(['%', '_', '\\'], " ");
    let args = vec![
        Value::from(status),
        format!("%{}%", words.to_uppercase()).into(),
        format!("%{}%", patients::folded(&[&words])).into(),
    ];
    Query { sql, args, read }
}

/// At most `limit` on which something is due, registered on or before a day, after a position: the oldest first.
pub fn outstanding(to: NaiveDate, after: u64, limit: u64) -> Query<(Prescription, u64)> {
    let sql = select!(
        ", p.position",
        "where p.total > p.covered + p.relieved + p.paid and p.day <= $1 and p.position > $2
         order by p.position limit $3"
    );
    let read = |row: &mut Row| Ok((read(row)?, row.int()?.unsigned_abs()));
    Query { sql, args: vec![to.into(), after.into(), limit.into()], read }
}

/// What is due on all of them together, and how many there are.
pub fn outstanding_sum(to: NaiveDate) -> Query<(i64, i64)> {
    let sql = "select count(*), cast(coalesce(sum(total - covered - relieved - paid), 0) as bigint)
               from prescriptions where total > covered + relieved + paid and day <= $1";
    Query { sql, args: vec![to.into()], read: |row| Ok((row.int()?, row.int()?)) }
}

/// How many were registered on `day`.
pub fn registered_on(day: NaiveDate) -> Query<i64> {
    let sql = "select cast(coalesce(sum(registered), 0) as bigint) from prescription_days where day = $1";
    Query { sql, args: vec![day.into()], read: Row::int }
}
