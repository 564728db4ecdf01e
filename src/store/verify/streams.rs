//! Whether each stream is counted without a hole, in the order of the log, up to where it says it ends.

use crate::store::StoreError;
use crate::store::embedded::rows;
use rusqlite::{Connection, Row};

/// Streams looked at in one read transaction.
const PAGE: i64 = 1000;

const REVISIONS: &str = "SELECT s.id, s.name, s.revision, e.revision, e.position
    FROM streams s LEFT JOIN events e ON e.stream_id = s.id
    WHERE s.id > ?1 AND s.id <= ?2 ORDER BY s.id, e.revision";

/// A position at which a stream does not go on from where it was, and why.
#[derive(Debug)]
pub struct Bent {
    pub position: u64,
    pub what: String,
}

/// The first such position, if there is one. What a stream lacks at its end would have to lie after
/// `head`, for a hole before it is found otherwise.
pub fn bent(connection: &Connection, head: u64) -> Result<Option<Bent>, StoreError> {
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM streams", [], |row| row.get(0))?;
    let mut statement = connection.prepare(REVISIONS)?;
    let mut first: Option<Bent> = None;
    for after in (0..last).step_by(PAGE as usize) {
        let mut counter = Counter::new(head);
        let mut rows = statement.query((after, after + PAGE))?;
        while let Some(row) = rows.next()? {
            counter.count(row)?;
        }
        let found = counter.finish();
        first = first.into_iter().chain(found).min_by_key(|bent| bent.position);
    }
    Ok(first)
}

/// Counts along the streams of a page, one after the other.
struct Counter {
    head: u64,
    stream: Option<Counted>,
    first: Option<Bent>,
}

struct Counted {
    id: i64,
    name: String,
    says: u64,
    revision: u64,
    position: u64,
}

impl Counter {
    fn new(head: u64) -> Self {
        Self { head, stream: None, first: None }
    }

    fn count(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let id = row.get(0)?;
        if self.stream.as_ref().is_none_or(|stream| stream.id != id) {
            self.end_stream();
            let (name, says) = (row.get(1)?, rows::unsigned(row, 2)?);
            self.stream = Some(Counted { id, name, says, revision: 0, position: 0 });
        }
        // No event at all: then the end of the stream tells whether that is what it says.
        if row.get::<_, Option<i64>>(3)?.is_none() {
            return Ok(());
        }
        let (revision, position) = (rows::unsigned(row, 3)?, rows::unsigned(row, 4)?);
        if let Some(stream) = &mut self.stream {
            let in_order = revision == stream.revision + 1 && position > stream.position;
            let fault = (!in_order || revision > stream.says)
                .then(|| format!("{} {revision} comes after {}", stream.name, stream.revision));
            (stream.revision, stream.position) = (revision, position);
            self.note(fault.map(|what| Bent { position, what }));
        }
        Ok(())
    }

    fn end_stream(&mut self) {
        let short = self.stream.take().filter(|stream| stream.revision < stream.says).map(|stream| Bent {
            position: self.head + 1,
            what: format!("{} says {} and ends with {}", stream.name, stream.says, stream.revision),
        });
        self.note(short);
    }

    fn note(&mut self, fault: Option<Bent>) {
        self.first = self.first.take().into_iter().chain(fault).min_by_key(|bent| bent.position);
    }

    fn finish(mut self) -> Option<Bent> {
        self.end_stream();
        self.first
    }
}
