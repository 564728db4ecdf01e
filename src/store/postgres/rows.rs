//! The statements that read the ledger, and what becomes of their rows.

use crate::store::chain::Hash;
use crate::store::end::End;
use crate::store::{Recorded, StoreError};
use chrono::DateTime;
use domain::StreamId;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Error, Row};
use std::collections::HashMap;
use uuid::Uuid;

const RANGE: &str = "SELECT position, stream, revision, event_id, name, recorded_at, meta, body, chain
    FROM ledger.events WHERE position >= $1 ORDER BY position LIMIT $2";

const STREAM: &str = "SELECT position, stream, revision, event_id, name, recorded_at, meta, body, chain
    FROM ledger.events WHERE stream = $1 AND revision > $2 ORDER BY revision";

const END: &str = "SELECT position, chain, recorded_at FROM ledger.events ORDER BY position DESC LIMIT 1";

const HEADS: &str =
    "SELECT asked.stream, head.revision FROM unnest($1::text[]) AS asked (stream) CROSS JOIN LATERAL
    (SELECT revision FROM ledger.events WHERE stream = asked.stream ORDER BY revision DESC LIMIT 1) AS head";

const COMMANDS: &str =
    "SELECT key, request, first_position, last_position FROM ledger.commands WHERE key = ANY ($1)";

/// What a command asked, and where its events lie.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    pub request: Hash,
    pub first: u64,
    pub last: u64,
}

/// At most `limit` events from position `first` on, as they lie there.
pub async fn range(connection: &mut PgConnection, first: u64, limit: u64) -> Result<Vec<Recorded>, Error> {
    let query = sqlx::query(RANGE).bind(signed(first)).bind(signed(limit));
    query.fetch_all(connection).await?.iter().map(recorded).collect()
}

/// The events of a stream after a revision, without a hole.
pub async fn stream(
    connection: &mut PgConnection,
    name: StreamId,
    after: u64,
) -> Result<Vec<Recorded>, StoreError> {
    let query = sqlx::query(STREAM).bind(name.as_str()).bind(signed(after));
    let rows = query.fetch_all(connection).await?;
    let events: Vec<Recorded> = rows.iter().map(recorded).collect::<Result<_, _>>()?;
    for (event, expected) in events.iter().zip(after.saturating_add(1)..) {
        if event.revision != expected {
            let what = format!("{name} goes on with {} instead of {expected}", event.revision);
            return Err(StoreError::Damaged { position: event.position, what });
        }
    }
    Ok(events)
}

/// Where the log ends.
pub async fn end(connection: &mut PgConnection) -> Result<End, Error> {
    let row: Option<(i64, Hash, i64)> = sqlx::query_as(END).fetch_optional(connection).await?;
    let Some((position, chain, micros)) = row else { return Ok(End::EMPTY) };
    Ok(End { position: unsigned(position)?, chain, recorded_at: time(micros)? })
}

/// The last revisions of those of the streams that have any.
pub async fn heads(connection: &mut PgConnection, streams: &[&str]) -> Result<HashMap<StreamId, u64>, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(HEADS).bind(streams).fetch_all(connection).await?;
    rows.into_iter().map(|(stream, revision)| Ok((StreamId::named(stream), unsigned(revision)?))).collect()
}

/// Those of the commands that were carried out.
pub async fn commands(connection: &mut PgConnection, keys: &[&[u8]]) -> Result<HashMap<Hash, Done>, Error> {
    let rows: Vec<(Hash, Hash, i64, i64)> = sqlx::query_as(COMMANDS).bind(keys).fetch_all(connection).await?;
    let done = |(key, request, first, last)| {
        Ok((key, Done { request, first: unsigned(first)?, last: unsigned(last)? }))
    };
    rows.into_iter().map(done).collect()
}

/// The position of one event of a stream.
pub async fn place(
    connection: &mut PgConnection,
    stream: &StreamId,
    revision: u64,
) -> Result<Option<u64>, Error> {
    let sql = "SELECT position FROM ledger.events WHERE stream = $1 AND revision = $2";
    let query = sqlx::query_scalar(sql).bind(stream.as_str()).bind(signed(revision));
    let found: Option<i64> = query.fetch_optional(connection).await?;
    found.map(unsigned).transpose()
}

/// What can't be a position lies after all that are.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// PostgreSQL knows signed numbers only, and none of ours is negative.
pub fn unsigned(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|error| Error::Decode(error.into()))
}

/// A time as it is stored.
pub fn time(micros: i64) -> Result<DateTime<chrono::Utc>, Error> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| Error::Decode("no such time".into()))
}

fn recorded(row: &PgRow) -> Result<Recorded, Error> {
    Ok(Recorded {
        position: unsigned(row.try_get(0)?)?,
        stream: StreamId::named(row.try_get::<String, _>(1)?),
        revision: unsigned(row.try_get(2)?)?,
        id: Uuid::from_bytes(row.try_get(3)?),
        name: row.try_get(4)?,
        recorded_at: time(row.try_get(5)?)?,
        meta: row.try_get(6)?,
        body: row.try_get(7)?,
        chain: row.try_get(8)?,
    })
}
