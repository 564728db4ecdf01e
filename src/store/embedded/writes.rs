//! The statements that add to the ledger, for the server's writer and for a replica alike.

use super::heads::Head;
use super::rows;
use crate::store::chain::Hash;
use crate::store::{CommandKey, Recorded};
use domain::StreamId;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Statement};

const EVENT: &str =
    "INSERT INTO events (position, stream_id, revision, event_id, name, recorded_at, meta, body, chain)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const OPEN_STREAM: &str = "INSERT INTO streams (name) VALUES (?1)";
const FIND_STREAM: &str =
    "SELECT id, (SELECT coalesce(max(revision), 0) FROM events WHERE stream_id = streams.id)
    FROM streams WHERE name = ?1";
const COMMAND: &str =
    "INSERT INTO commands (key, request, first_position, last_position) VALUES (?1, ?2, ?3, ?4)";
const MOVE_HEAD: &str = "UPDATE log_head SET position = ?1, chain = ?2";

/// To be looked up once for many events.
pub fn event_statement(connection: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached(EVENT)
}

/// Adds an event to the stream of this row.
pub fn event(statement: &mut Statement<'_>, stream_id: i64, event: &Recorded) -> rusqlite::Result<()> {
    let row = (
        rows::signed(event.position),
        stream_id,
        rows::signed(event.revision),
        event.id.as_bytes(),
        &event.name,
        event.recorded_at.timestamp_micros(),
        &event.meta,
        &event.body,
        &event.chain,
    );
    statement.execute(row).map(drop)
}

/// Where a stream ends; none if it was never written.
pub fn find_stream(connection: &Connection, stream: &StreamId) -> rusqlite::Result<Option<Head>> {
    let row = |row: &Row<'_>| Ok(Head { id: row.get(0)?, revision: rows::unsigned(row, 1)? });
    connection.prepare_cached(FIND_STREAM)?.query_row([stream.as_str()], row).optional()
}

/// Gives a new stream its row.
pub fn open_stream(connection: &Connection, stream: &StreamId) -> rusqlite::Result<Head> {
    connection.prepare_cached(OPEN_STREAM)?.execute([stream.as_str()])?;
    Ok(Head { id: connection.last_insert_rowid(), revision: 0 })
}

/// Keeps which events a command has written.
pub fn command(connection: &Connection, key: &CommandKey, first: u64, last: u64) -> rusqlite::Result<()> {
    let row = (key.key, key.request, rows::signed(first), rows::signed(last));
    connection.prepare_cached(COMMAND)?.execute(row).map(drop)
}

/// Says where the log ends now.
pub fn move_head(connection: &Connection, position: u64, chain: &Hash) -> rusqlite::Result<()> {
    connection.prepare_cached(MOVE_HEAD)?.execute((rows::signed(position), chain)).map(drop)
}
