//! Answers: which exams were performed, by whom, and for how much? Owns table activity.
//!
//! Totals are kept as exams are done, by their day: a year is as many rows as it has days, exams and
//! technicians that go together.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen, Value};
use chrono::NaiveDate;
use domain::{Event, prescription};
use uuid::Uuid;

/// The projector.
pub struct Activity;

/// How often one technician performed one exam.
#[derive(Clone, Debug)]
pub struct Performed {
    /// Of the catalogue.
    pub exam: Uuid,
    /// The exam's code; tells homonyms apart.
    pub code: String,
    /// The exam's name.
    pub name: String,
    /// The service that performs it.
    pub category: String,
    /// Who.
    pub technician: Uuid,
    /// `NOM Prénom`.
    pub technician_name: String,
    /// At the door; tells homonyms apart.
    pub username: String,
    /// How often.
    pub completed: i64,
    /// The prices of all of them in francs, whoever bears them.
    pub revenue: i64,
}

impl Projector for Activity {
    fn name(&self) -> &'static str {
        "activity"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["activity"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/activity.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Prescription(prescription::Event::ExamCompleted(done)) = seen.event else {
            return vec![];
        };
        vec![Change::new(
            "insert into activity (day, exam, technician, completed, revenue) values ($1, $2, $3, 1, $4)
             on conflict (day, exam, technician) do update set completed = activity.completed + 1,
               revenue = activity.revenue + excluded.revenue",
            [seen.day.into(), done.exam.into(), done.by.into(), done.price.into()],
        )]
    }
}

/// What was performed from the first day to the last, both in it, in one category or in all.
pub fn between(first: NaiveDate, last: NaiveDate, category: Option<&str>) -> Query<Performed> {
    let sql = "select a.exam, coalesce(e.code, ''), coalesce(e.name, a.exam), coalesce(e.category, ''),
                 a.technician, coalesce(u.last_name || ' ' || u.first_name, a.technician),
                 coalesce(u.username, ''), cast(sum(a.completed) as bigint), cast(sum(a.revenue) as bigint)
               from activity a left join exams e on e.id = a.exam left join users u on u.id = a.technician
               where a.day >= $1 and a.day <= $2 and ($3 is null or e.category = $3)
               group by a.exam, e.code, e.name, e.category, a.technician, u.last_name, u.first_name, u.username
               order by e.category, e.code, u.username, a.exam, a.technician";
    let read = |row: &mut Row| -> Result<Performed, Misread> {
        Ok(Performed {
            exam: row.id()?,
            code: row.text()?,
            name: row.text()?,
            category: row.text()?,
            technician: row.id()?,
            technician_name: row.text()?,
            username: row.text()?,
            completed: row.int()?,
            revenue: row.int()?,
        })
    };
    Query { sql, args: vec![first.into(), last.into(), Value::from(category)], read }
}

/// How many exams were performed on `day`.
pub fn completed_on(day: NaiveDate) -> Query<i64> {
    let sql = "select cast(coalesce(sum(completed), 0) as bigint) from activity where day = $1";
    Query { sql, args: vec![day.into()], read: Row::int }
}
