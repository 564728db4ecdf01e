//! Answers: which exams wait for a technician, which are under way, which are done? Over the tables of
//! prescriptions.
//!
//! A line waits here once nothing is due on its prescription (rule 5), and goes when somebody begins or when
//! money goes back. What has begun stays until it is done.

use crate::{Misread, Query, Row, Value};
use domain::Money;
use serde::Serialize;
use uuid::Uuid;

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Released, and nobody has begun.
    Pending,
    /// Somebody is at it.
    InProgress,
    /// Done.
    Completed,
}

/// One exam to perform.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExamInQueue)]
pub struct Waiting {
    /// Of which prescription.
    pub prescription_id: Uuid,
    /// Its number.
    pub prescription_number: String,
    /// Which line of it, from 1.
    pub line: i64,
    /// Of the catalogue.
    pub exam_id: Uuid,
    /// The exam's code.
    pub code: String,
    /// The exam's name.
    pub name: String,
    /// The service that performs it.
    pub category: String,
    /// `NOM Prénom`, or `effacé`.
    pub patient_name: String,
    /// Francs asked for.
    #[schema(value_type = i64)]
    pub price: Money,
    /// Who performs or performed it: `NOM Prénom`.
    pub technician: Option<String>,
    /// When the prescription was registered.
    pub registered_at: String,
    /// When the technician began.
    pub started_at: Option<String>,
    /// When he was done.
    pub completed_at: Option<String>,
}

macro_rules! select {
    ($from:expr, $rest:literal) => {
        concat!(
            "select p.id, p.number, l.line, l.exam, coalesce(e.code, ''), coalesce(e.name, ''),
               coalesce(e.category, ''),
               case when w.erased = 1 then w.last_name else coalesce(w.last_name || ' ' || w.first_name, '') end,
               l.price, coalesce(u.last_name || ' ' || u.first_name, l.technician), p.registered_at,
               l.started_at, l.completed_at
             from ",
            $from,
            " left join exams e on e.id = l.exam
               left join patients w on w.id = p.patient
               left join users u on u.id = l.technician ",
            $rest
        )
    };
}

/// The oldest that wait, of prescriptions with one status: in the order of an index, so that a long queue is
/// read no further than it is shown.
macro_rules! oldest {
    ($status:literal) => {
        concat!(
            "select * from (select p.id, l.line from prescriptions p
               join prescription_lines l on l.prescription = p.id
               left join exams e on e.id = l.exam
             where p.status = '",
            $status,
            "' and p.paid + p.covered + p.relieved >= p.total and l.state = 'WAITING'
               and ($1 is null or e.category = $1)
             order by p.position, l.line limit 200) as ",
            $status
        )
    };
}

/// At most two hundred of a category (all for none): what waits and what is under way oldest first, what is
/// done latest first.
pub fn of(state: State, category: Option<&str>) -> Query<Waiting> {
    let sql = match state {
        State::Pending => select!(
            concat!(
                "(",
                oldest!("PAID"),
                " union all ",
                oldest!("IN_PROGRESS"),
                ") as first_ones join prescriptions p on p.id = first_ones.id
                 join prescription_lines l on l.prescription = first_ones.id and l.line = first_ones.line"
            ),
            "order by p.position, l.line limit 200"
        ),
        State::InProgress => select!(
            "prescriptions p join prescription_lines l on l.prescription = p.id",
            "where l.state = 'IN_PROGRESS' and ($1 is null or e.category = $1)
             order by l.started_at, p.position, l.line limit 200"
        ),
        State::Completed => select!(
            "prescriptions p join prescription_lines l on l.prescription = p.id",
            "where l.state = 'COMPLETED' and ($1 is null or e.category = $1)
             order by l.completed_at desc, p.position desc, l.line desc limit 200"
        ),
    };
    Query { sql, args: vec![Value::from(category)], read }
}

fn read(row: &mut Row) -> Result<Waiting, Misread> {
    Ok(Waiting {
        prescription_id: row.id()?,
        prescription_number: row.text()?,
        line: row.int()?,
        exam_id: row.id()?,
        code: row.text()?,
        name: row.text()?,
        category: row.text()?,
        patient_name: row.text()?,
        price: row.money()?,
        technician: row.maybe_text()?,
        registered_at: row.text()?,
        started_at: row.maybe_text()?,
        completed_at: row.maybe_text()?,
    })
}

/// How many exams wait and how many are under way. The first thousand prescriptions that wait are looked at:
/// a house whose technicians don't work with this queue has all that it ever sold in it.
pub fn counts() -> Query<(i64, i64)> {
    let sql = "select (select cast(coalesce(sum(waiting), 0) as bigint) from
                 (select lines - started as waiting from prescriptions
                  where status in ('PAID', 'IN_PROGRESS') and paid + covered + relieved >= total
                  limit 1000) as first_ones),
               (select count(*) from prescription_lines where state = 'IN_PROGRESS')";
    Query { sql, args: vec![], read: |row| Ok((row.int()?, row.int()?)) }
}
