//! The furthest event that this process has seen durable, and whether the database still has it.
//!
//! A standby that takes over may lack the tail of what the one before it has confirmed. On such a database
//! nothing more is read or written: receipts would be numbered twice, and what was acknowledged would be
//! forgotten without a word (decision 0020). Whoever opens a session looks first.

use crate::store::end::End;
use crate::store::{StoreError, chain::Hash};
use parking_lot::Mutex;
use sqlx::postgres::PgConnection;
use std::sync::Arc;

const LOOK: &str = "SELECT pg_is_in_recovery(), (SELECT chain FROM ledger.events WHERE position = $1),
    (SELECT coalesce(max(position), 0) FROM ledger.events)";

/// What was seen, and what was found instead.
#[derive(Clone)]
pub struct Seen(Arc<Mutex<State>>);

struct State {
    end: End,
    replaced: Option<Replaced>,
}

/// The log behind the sessions is another one, or an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The event that was seen, and is not there now.
    seen: u64,
    /// Where the log ends now.
    found: u64,
}

/// Why a new session is not used.
#[derive(Debug)]
pub enum Distrust {
    /// It may be better in a moment.
    NotNow(String),
    /// It never will be.
    Replaced(Replaced),
}

impl Seen {
    /// Up to this end.
    pub fn new(end: End) -> Self {
        Self(Arc::new(Mutex::new(State { end, replaced: None })))
    }

    /// The furthest.
    pub fn end(&self) -> End {
        self.0.lock().end
    }

    /// A later end, before anybody is told of it.
    pub fn keep(&self, end: End) {
        let mut state = self.0.lock();
        if end.position > state.end.position && state.replaced.is_none() {
            state.end = end;
        }
    }

    /// Refuses once a session has found another log.
    pub fn trusted(&self) -> Result<(), StoreError> {
        self.0.lock().replaced.map_or(Ok(()), |replaced| Err(replaced.into()))
    }

    /// Looks at the log behind a new session.
    pub async fn check(&self, connection: &mut PgConnection) -> Result<(), Distrust> {
        // Before the look: what is seen meanwhile may be younger than its snapshot.
        let End { position: seen, chain, .. } = self.end();
        if let Some(replaced) = self.0.lock().replaced {
            return Err(Distrust::Replaced(replaced));
        }
        if seen == 0 {
            return Ok(());
        }
        let look = sqlx::query_as(LOOK).bind(super::rows::signed(seen)).fetch_one(connection).await;
        let (standby, there, found): (bool, Option<Hash>, i64) =
            look.map_err(|error| Distrust::NotNow(error.to_string()))?;
        match there {
            Some(there) if there == chain => Ok(()),
            // It may lag behind, and nobody writes there.
            _ if standby => Err(Distrust::NotNow("the database is a standby".into())),
            _ => Err(Distrust::Replaced(self.distrust(Replaced { seen, found: found.unsigned_abs() }))),
        }
    }

    fn distrust(&self, replaced: Replaced) -> Replaced {
        let Replaced { seen, found } = replaced;
        tracing::error!(
            seen,
            found,
            "the database was replaced by an older or another one: nothing is written there"
        );
        *self.0.lock().replaced.get_or_insert(replaced)
    }
}

impl From<Replaced> for StoreError {
    fn from(Replaced { seen, found }: Replaced) -> Self {
        Self::Replaced { seen, found }
    }
}
