//! Walks a ledger from its first event to its last and recomputes everything that can be.
//!
//! It reads beside a running server, a page at a time, up to the head it found at the start. What it
//! can't see is a whole log rewritten with a new chain: for that, compare [`Walk`] with a head that
//! was kept elsewhere.

pub mod shared;
mod streams;

use super::chain::Hash;
use super::embedded::{files, opening, rows};
use super::end::End;
use super::tree::Tree;
use super::{Recorded, StoreError};
use rusqlite::{Connection, ErrorCode};
use std::ops::ControlFlow;
use std::path::Path;
use streams::Bent;

const PAGE: u64 = 512;

/// What a walk has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The last position walked over.
    pub position: u64,
    /// The running chain after it.
    pub chain: Hash,
    /// The RFC 6962 root over the leaves up to it.
    pub root: Hash,
}

/// Checks the ledger in `dir`, telling `progress` how many events are done, of how many.
pub fn verify(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Walk, StoreError> {
    walk(dir, progress, &mut |_| Ok(ControlFlow::Continue(())))
}

/// As [`verify`], and shows each event to `visit` once it is checked; `visit` may end the walk there.
pub fn walk(
    dir: &Path,
    progress: &mut dyn FnMut(u64, u64),
    visit: &mut dyn FnMut(&Recorded) -> Result<ControlFlow<()>, StoreError>,
) -> Result<Walk, StoreError> {
    let connection = files::reading(dir)?;
    let head = opening::log_head(&connection);
    // Even a log that disagrees with its head is walked: the first bad position may lie before.
    let total = match &head {
        Ok(head) => head.position,
        Err(StoreError::Damaged { position, .. }) => position - 1,
        Err(_) => 0,
    };
    let bent = match streams::bent(&connection, total) {
        // The walk may still name an event: what is only known of the whole comes after it.
        Err(error) if unreadable(&error) => Some(Bent { position: total + 1, what: error.to_string() }),
        bent => bent?,
    };
    let (mut end, mut tree) = (End::EMPTY, Tree::default());
    while end.position < total {
        for event in page(&connection, &end, total)? {
            refuse(bent.as_ref(), event.position)?;
            tree.push(end.pass(&event)?);
            if visit(&event)?.is_break() {
                return Ok(Walk { position: end.position, chain: end.chain, root: tree.root() });
            }
        }
        progress(end.position, total);
    }
    opening::agree(&end, &head?)?;
    refuse(bent.as_ref(), u64::MAX)?;
    Ok(Walk { position: end.position, chain: end.chain, root: tree.root() })
}

/// The next events up to `total`, at least one of them.
fn page(connection: &Connection, end: &End, total: u64) -> Result<Vec<Recorded>, StoreError> {
    let next = end.position + 1;
    let damaged = |what: String| StoreError::Damaged { position: next, what };
    match rows::range(connection, next, PAGE.min(total - end.position)) {
        Ok(events) if events.is_empty() => Err(damaged("it is missing, and nothing comes after".to_owned())),
        Ok(events) => Ok(events),
        // Then page size one, to name the position that can't be read and not its page.
        Err(error) if unreadable(&error) => match rows::range(connection, next, 1) {
            Ok(events) if !events.is_empty() => Ok(events),
            _ => Err(damaged(error.to_string())),
        },
        Err(error) => Err(error),
    }
}

fn unreadable(error: &StoreError) -> bool {
    let StoreError::Engine(error) = error else { return false };
    error.sqlite_error_code().is_none_or(|code| code == ErrorCode::DatabaseCorrupt)
}

fn refuse(bent: Option<&Bent>, reached: u64) -> Result<(), StoreError> {
    match bent {
        Some(Bent { position, what }) if *position <= reached => {
            Err(StoreError::Damaged { position: *position, what: what.clone() })
        }
        _ => Ok(()),
    }
}

/// The id of the ledger in `dir`, also of a damaged one.
pub fn store_id(dir: &Path) -> Result<[u8; 16], StoreError> {
    let connection = files::reading(dir)?;
    Ok(connection.query_row("SELECT store_id FROM log_head", [], |row| row.get(0))?)
}
