//! What is looked at before a ledger is trusted: its head, and the chain of its last events.

use super::rows;
use crate::store::StoreError;
use crate::store::chain::Hash;
use crate::store::end::End;
use rusqlite::Connection;

const FORMAT: i64 = 1;
const LOOKED_AT: u64 = 1000;

/// The one row of `log_head`.
pub struct LogHead {
    pub position: u64,
    pub chain: Hash,
    pub store_id: [u8; 16],
}

/// The head row, if it agrees with the events on where the log ends.
pub fn log_head(connection: &Connection) -> Result<LogHead, StoreError> {
    // One statement, so one snapshot, whatever a writer does meanwhile.
    let sql = "SELECT position, chain, store_id, format, (SELECT coalesce(max(position), 0) FROM events) FROM log_head";
    let (head, format, last) = connection.query_row(sql, [], |row| {
        let head = LogHead { position: rows::unsigned(row, 0)?, chain: row.get(1)?, store_id: row.get(2)? };
        Ok((head, row.get::<_, i64>(3)?, rows::unsigned(row, 4)?))
    })?;
    if format != FORMAT {
        return Err(StoreError::Unsafe(format!("the log has format {format}, and {FORMAT} is known")));
    }
    if last != head.position {
        let what = format!("the head is at {}, and the last event at {last}", head.position);
        return Err(StoreError::Damaged { position: last.min(head.position) + 1, what });
    }
    Ok(head)
}

/// The end of the log, after a look at its last events.
pub fn end(connection: &Connection, head: &LogHead) -> Result<End, StoreError> {
    let start = head.position.saturating_sub(LOOKED_AT);
    let missing = || StoreError::Damaged { position: start, what: "it is missing".to_owned() };
    let mut end = rows::end_at(connection, start)?.ok_or_else(missing)?;
    rows::after(connection, &mut end, head.position - start)?;
    agree(&end, head)?;
    Ok(end)
}

/// Whether a walk over the events has come to what the head says.
pub fn agree(end: &End, head: &LogHead) -> Result<(), StoreError> {
    if end.position != head.position {
        let what = format!("it is missing, and the head is at {}", head.position);
        return Err(StoreError::Damaged { position: end.position + 1, what });
    }
    if end.chain != head.chain {
        let what = "the head has another chain than the last event".to_owned();
        return Err(StoreError::Damaged { position: end.position, what });
    }
    Ok(())
}
