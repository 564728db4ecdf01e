//! Where streams end, kept in memory so that most commits are decided without a query.

use crate::generations::Generations;
use domain::StreamId;

/// A stream's row and its last revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The row in `streams`.
    pub id: i64,
    /// Its last revision.
    pub revision: u64,
}

/// Of streams that were written lately; it only holds what is committed.
pub type Heads = Generations<StreamId, Head>;
