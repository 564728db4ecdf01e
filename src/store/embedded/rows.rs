//! The statements that read events, and what becomes of their rows.

use crate::store::chain::Hash;
use crate::store::end::End;
use crate::store::{Recorded, StoreError};
use chrono::DateTime;
use domain::StreamId;
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Params, Row};
use uuid::Uuid;

/// `CROSS JOIN` fixes the order of the loops: from the events of a range to their names.
const FOLLOW: &str =
    "SELECT e.position, s.name, e.revision, e.event_id, e.name, e.recorded_at, e.meta, e.body, e.chain
    FROM events e CROSS JOIN streams s ON s.id = e.stream_id
    WHERE e.position >= ?1 ORDER BY e.position LIMIT ?2";

const READ: &str =
    "SELECT e.position, s.name, e.revision, e.event_id, e.name, e.recorded_at, e.meta, e.body, e.chain
    FROM streams s CROSS JOIN events e ON e.stream_id = s.id
    WHERE s.name = ?1 AND e.revision > ?2 ORDER BY e.revision";

const COMMAND: &str = "SELECT request, first_position, last_position FROM commands WHERE key = ?1";

const PLACE: &str = "SELECT position FROM events WHERE stream_id = ?1 AND revision = ?2";

/// At most `limit` events from position `first` on, as they lie there.
pub fn range(connection: &Connection, first: u64, limit: u64) -> Result<Vec<Recorded>, StoreError> {
    select(connection, FOLLOW, (signed(first), signed(limit)))
}

/// At most `limit` events after `end`, each checked against the one before.
pub fn after(connection: &Connection, end: &mut End, limit: u64) -> Result<Vec<Recorded>, StoreError> {
    let events = range(connection, end.position.saturating_add(1), limit)?;
    for event in &events {
        end.pass(event)?;
    }
    Ok(events)
}

/// The end of the log as it was at `position`; none when nothing lies there yet.
pub fn end_at(connection: &Connection, position: u64) -> Result<Option<End>, StoreError> {
    if position == 0 {
        return Ok(Some(End::EMPTY));
    }
    let found = range(connection, position, 1)?;
    match found.first() {
        Some(event) if event.position == position => Ok(Some(End::after(event))),
        Some(_) => Err(StoreError::Damaged { position, what: "it is missing".to_owned() }),
        None => Ok(None),
    }
}

/// The events of a stream after a revision, without a hole.
pub fn stream(connection: &Connection, name: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError> {
    let events = select(connection, READ, (name.as_str(), signed(after)))?;
    for (event, expected) in events.iter().zip(after.saturating_add(1)..) {
        if event.revision != expected {
            let what = format!("{name} goes on with {} instead of {expected}", event.revision);
            return Err(StoreError::Damaged { position: event.position, what });
        }
    }
    Ok(events)
}

/// What a command asked and the positions of its events, if it was carried out.
pub fn command(connection: &Connection, key: &Hash) -> Result<Option<(Hash, u64, u64)>, StoreError> {
    let mut statement = connection.prepare_cached(COMMAND)?;
    let row = |row: &Row<'_>| Ok((row.get(0)?, unsigned(row, 1)?, unsigned(row, 2)?));
    Ok(statement.query_row([key.as_slice()], row).optional()?)
}

/// The position of one event of a stream.
pub fn place(connection: &Connection, stream_id: i64, revision: u64) -> Result<Option<u64>, StoreError> {
    let mut statement = connection.prepare_cached(PLACE)?;
    Ok(statement.query_row((stream_id, signed(revision)), |row| unsigned(row, 0)).optional()?)
}

/// What can't be a position lies after all that are.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// SQLite knows signed numbers only, and none of ours is negative.
pub fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| Error::IntegralValueOutOfRange(column, number))
}

fn select(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<Recorded>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, recorded)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    let micros: i64 = row.get(5)?;
    let name: String = row.get(1)?;
    Ok(Recorded {
        position: unsigned(row, 0)?,
        stream: StreamId::named(name),
        revision: unsigned(row, 2)?,
        id: Uuid::from_bytes(row.get(3)?),
        name: row.get(4)?,
        recorded_at: DateTime::from_timestamp_micros(micros)
            .ok_or_else(|| Error::FromSqlConversionFailure(5, Type::Integer, "no such time".into()))?,
        meta: row.get(6)?,
        body: row.get(7)?,
        chain: row.get(8)?,
    })
}
