//! Whose events the read models show: the chain after the last of them. A start compares it with the
//! log, so that the models of another ledger, or of one that was put back, are never taken for ours.

use crate::{store::chain::Hash, views::ViewsError};
use rusqlite::{Connection, OptionalExtension};

/// The furthest event that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its position.
    pub position: u64,
    /// The chain after it.
    pub chain: Hash,
}

pub(super) const SCHEMA: &str = "create table if not exists history (
    one integer primary key check (one = 1), position integer not null, chain blob not null) strict";

/// A read model made anew goes over the past again; that takes nothing back.
pub(super) fn keep(transaction: &Connection, position: u64, chain: Hash) -> rusqlite::Result<()> {
    let sql = "insert into history (one, position, chain) values (1, $1, $2)
               on conflict (one) do update set position = $1, chain = $2 where position < $1";
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    transaction.prepare_cached(sql)?.execute((position, chain))?;
    Ok(())
}

pub(super) fn read(writer: &Connection) -> rusqlite::Result<Option<Reached>> {
    let sql = "select position, chain from history";
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Reached { position: row.get::<_, i64>(0)?.unsigned_abs(), chain: row.get(1)? })
    };
    writer.query_row(sql, [], row).optional()
}

/// Refuses read models that are further than the log, or that followed another one. `here` is the
/// log's chain at their position, `log` its last position.
pub fn agrees(reached: Reached, here: Option<Hash>, log: u64) -> Result<(), ViewsError> {
    match here {
        None => Err(ViewsError::BeyondTheLog { views: reached.position, log }),
        Some(chain) if chain != reached.chain => Err(ViewsError::OtherHistory(reached.position)),
        Some(_) => Ok(()),
    }
}
