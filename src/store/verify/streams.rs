//! Whether each stream is counted without a hole, in the order of the log.

use crate::store::StoreError;
use crate::store::embedded::rows;
use rusqlite::{Connection, Row};

/// Streams looked at in one read transaction.
const PAGE: i64 = 1000;

const REVISIONS: &str = "SELECT s.id, s.name, e.revision, e.position
    FROM streams s LEFT JOIN events e ON e.stream_id = s.id
    WHERE s.id > ?1 AND s.id <= ?2 ORDER BY s.id, e.revision";

/// A position at which a stream does not go on from where it was, and why.
#[derive(Debug)]
pub struct Bent {
    pub position: u64,
    pub what: String,
}

/// The first such position, if there is one. What a stream without
/// events lacks would have to lie after `head`.
pub fn bent(connection: &Connection, head: u64) -> Result<Option<Bent>, StoreError> {
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM streams", [], |row| row.get(0))?;
    let mut statement = connection.prepare(REVISIONS)?;
    let mut first: Option<Bent> = None;
    for after in (0..last).step_by(PAGE as usize) {
        let mut counter = Counter { head, id: 0, revision: 0, position: 0, first: None };
        let mut rows = statement.query((after, after + PAGE))?;
        while let Some(row) = rows.next()? {
            counter.count(row)?;
        }
        first = first.into_iter().chain(counter.first).min_by_key(|bent| bent.position);
    }
    Ok(first)
}

/// Counts along the streams of a page, one after the other.
struct Counter {
    head: u64,
    id: i64,
    revision: u64,
    position: u64,
    first: Option<Bent>,
}

impl Counter {
    fn count(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let (id, name): (i64, String) = (row.get(0)?, row.get(1)?);
        if id != self.id {
            (self.id, self.revision, self.position) = (id, 0, 0);
        }
        if row.get::<_, Option<i64>>(2)?.is_none() {
            let what = format!("{name} has no event");
            self.note(Bent { position: self.head + 1, what });
            return Ok(());
        }
        let (revision, position) = (rows::unsigned(row, 2)?, rows::unsigned(row, 3)?);
        if revision != self.revision + 1 || position <= self.position {
            let what = format!("{name} {revision} comes after {}", self.revision);
            self.note(Bent { position, what });
        }
        (self.revision, self.position) = (revision, position);
        Ok(())
    }

    fn note(&mut self, fault: Bent) {
        self.first = self.first.take().into_iter().chain([fault]).min_by_key(|bent| bent.position);
    }
}
