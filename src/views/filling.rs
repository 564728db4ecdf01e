//! Read models that are filled behind the others: nobody reads them yet, all else serves.

use super::{FillingProjector, ViewsError};
use parking_lot::Mutex;
use serde::Serialize;
use std::{sync::Arc, time::Instant};

/// One read model on its way.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    model: FillingProjector,
    /// Where it must get to.
    total: u64,
    begun: Instant,
    from: u64,
}

/// How far something is that goes over the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Events gone over.
    pub done: u64,
    /// Events there are.
    pub total: u64,
    /// Events in a second, so far.
    pub per_second: u64,
    /// The estimated end, in seconds from now.
    pub seconds_left: u64,
}

impl Progress {
    /// From `from` at `begun` to `done` now.
    pub fn since(begun: Instant, from: u64, done: u64, total: u64) -> Self {
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let per_second = (done.saturating_sub(from)).saturating_mul(1_000) / millis;
        let seconds_left = total.saturating_sub(done) / per_second.max(1);
        Self { done, total, per_second, seconds_left }
    }
}

/// All that are on their way; a reader takes a copy before his snapshot.
#[derive(Clone, Default)]
pub struct Fillings(Arc<Mutex<Arc<[Filling]>>>);

impl Fillings {
    /// As they are now.
    pub fn now(&self) -> Arc<[Filling]> {
        self.0.lock().clone()
    }

    /// What the writer tells.
    pub fn tell(&self, models: Vec<FillingProjector>, total: u64) {
        let mut known = self.0.lock();
        if models.is_empty() && known.is_empty() {
            return;
        }
        let filling = |model: FillingProjector| {
            let before = known.iter().find(|before| before.model.name == model.name);
            let (begun, from) =
                before.map_or_else(|| (Instant::now(), model.position), |before| (before.begun, before.from));
            Filling { model, total, begun, from }
        };
        let now = models.into_iter().map(filling).collect();
        *known = now;
    }
}

impl Filling {
    /// Which.
    pub const fn name(&self) -> &'static str {
        self.model.name
    }

    /// How far.
    pub fn progress(&self) -> Progress {
        Progress::since(self.begun, self.from, self.model.position, self.total)
    }
}

/// Refuses a query that reads a model which is still filled.
pub fn refuse(fillings: &[Filling], sql: &str) -> Result<(), ViewsError> {
    match fillings.iter().find(|filling| reads(sql, filling.model.tables)) {
        Some(filling) => Err(ViewsError::Filling { name: filling.name(), progress: filling.progress() }),
        None => Ok(()),
    }
}

/// True if one of the tables stands after `from` or `join`.
fn reads(sql: &str, tables: &[&str]) -> bool {
    let mut words =
        sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        if matches!(word, "from" | "join") && words.next().is_some_and(|table| tables.contains(&table)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::reads;

    #[test]
    fn a_table_is_read_where_it_stands_after_from_or_join_and_a_column_of_its_name_is_none() {
        let sql =
            "select payments, (select price from exam_prices where exam = id) from tills t left join users u";
        assert!(reads(sql, &["exam_prices"]) && reads(sql, &["a", "tills"]) && reads(sql, &["users"]));
        assert!(!reads(sql, &["payments", "exams", "exam"]));
    }
}
