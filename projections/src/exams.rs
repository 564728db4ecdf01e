//! Answers: what can be prescribed, at which price today? Owns tables exams, exam_prices.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use chrono::NaiveDate;
use domain::{Event, Money, exam};
use serde::Serialize;
use uuid::Uuid;

/// The projector.
pub struct Exams;

/// One exam with its price in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exam {
    /// Its id.
    pub id: Uuid,
    /// The hospital's code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The service that performs it.
    pub category: String,
    /// Francs, on the day asked for; none if its first price begins later.
    #[schema(value_type = Option<i64>)]
    pub price: Option<Money>,
}

impl Projector for Exams {
    fn name(&self) -> &'static str {
        "exams"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["exams", "exam_prices"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/exams.sql")
    }
    fn project(&self, seen: &Seen<'_>, _: &dyn Identities) -> Vec<Change> {
        let Event::Exam(event) = seen.event else { return vec![] };
        match event {
            exam::Event::Listed(listed) => vec![Change::new(
                "insert into exams (id, code, name, category) values ($1, $2, $3, $4)",
                [
                    seen.id().into(),
                    listed.code.as_str().into(),
                    listed.name.as_str().into(),
                    listed.category.as_str().into(),
                ],
            )],
            exam::Event::Priced(priced) => vec![Change::new(
                "insert into exam_prices (exam, from_day, price) values ($1, $2, $3)
                 on conflict (exam, from_day) do update set price = excluded.price",
                [seen.id().into(), priced.from.into(), priced.price.into()],
            )],
        }
    }
}

fn read(row: &mut Row) -> Result<Exam, Misread> {
    Ok(Exam {
        id: row.id()?,
        code: row.text()?,
        name: row.text()?,
        category: row.text()?,
        price: row.maybe_money()?,
    })
}

/// The catalogue on `day`.
pub fn all(day: NaiveDate) -> Query<Exam> {
    let sql = "select id, code, name, category,
                 (select price from exam_prices where exam = id and from_day <= $1
                  order by from_day desc limit 1)
               from exams order by category, code";
    Query { sql, args: vec![day.into()], read }
}
