//! Many events at once, as COPY gives them: half the work of rows on either side.

use super::rows;
use crate::store::end::End;
use crate::store::{Recorded, StoreError};
use domain::StreamId;
use futures_util::StreamExt;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// What binary COPY begins with: a signature, flags, and the length of an extension.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
const HEADER: usize = SIGNATURE.len() + 8;
const COLUMNS: i16 = 9;

/// Appends to `events` at most `limit` events after `end`, each checked against the one before.
/// An error leaves the session in the middle of an answer.
pub async fn after(
    connection: &mut PgConnection,
    end: &mut End,
    limit: u64,
    events: &mut Vec<Recorded>,
) -> Result<u64, StoreError> {
    let sql = format!(
        "COPY (SELECT position, stream, revision, event_id, name, recorded_at, meta, body, chain
        FROM ledger.events WHERE position > {} ORDER BY position LIMIT {limit}) TO STDOUT (FORMAT binary)",
        rows::signed(end.position)
    );
    let mut messages = connection.copy_out_raw(&sql).await?;
    let (mut begun, mut count) = (false, 0);
    while let Some(message) = messages.next().await {
        let message = message?;
        let mut rest = &message[..];
        if !begun {
            begun = true;
            rest = rest.get(HEADER..).filter(|_| rest.starts_with(SIGNATURE)).ok_or_else(unreadable)?;
        }
        while let Some(event) = next(&mut rest)? {
            end.pass(&event)?;
            events.push(event);
            count += 1;
        }
    }
    Ok(count)
}

/// The next row of a message; none at its end. The server never splits a row.
fn next(rest: &mut &[u8]) -> Result<Option<Recorded>, StoreError> {
    if rest.is_empty() {
        return Ok(None);
    }
    match i16::from_be_bytes(take(rest)?) {
        -1 => return Ok(None),
        COLUMNS => {}
        _ => return Err(unreadable()),
    }
    Ok(Some(Recorded {
        position: rows::unsigned(number(rest)?)?,
        stream: StreamId::named(text(rest)?),
        revision: rows::unsigned(number(rest)?)?,
        id: Uuid::from_bytes(field(rest)?.try_into().map_err(|_| unreadable())?),
        name: text(rest)?,
        recorded_at: rows::time(number(rest)?)?,
        meta: field(rest)?.to_vec(),
        body: field(rest)?.to_vec(),
        chain: field(rest)?.try_into().map_err(|_| unreadable())?,
    }))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], StoreError> {
    let (bytes, after) = rest.split_first_chunk().ok_or_else(unreadable)?;
    *rest = after;
    Ok(*bytes)
}

/// A length in four bytes, then the value; no column of ours is ever null.
fn field<'r>(rest: &mut &'r [u8]) -> Result<&'r [u8], StoreError> {
    let length = usize::try_from(i32::from_be_bytes(take(rest)?)).map_err(|_| unreadable())?;
    let (value, after) = rest.split_at_checked(length).ok_or_else(unreadable)?;
    *rest = after;
    Ok(value)
}

fn number(rest: &mut &[u8]) -> Result<i64, StoreError> {
    Ok(i64::from_be_bytes(field(rest)?.try_into().map_err(|_| unreadable())?))
}

fn text(rest: &mut &[u8]) -> Result<String, StoreError> {
    String::from_utf8(field(rest)?.to_vec()).map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::Database(Error::Decode("COPY gave something else than events".into()))
}
