//! The vault in PostgreSQL, shared by several processes: what the others change is asked once a second.
//!
//! 1. `postgres/link.rs` carries statements to the database and waits for their answers;
//! 2. `postgres/tables.rs` and `postgres/signing.rs` have the statements;
//! 3. here stands what is known of the changes: an answer of the last second, or no answer at all.

mod link;
mod signing;
mod tables;

pub use link::Outage;

use super::{
    VaultError,
    engine::{Changes, Known},
};
use link::Link;
use parking_lot::Mutex;
use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};
use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

const MIGRATION: &str = include_str!("../../migrations/postgres/0002_vault.sql");

/// For so long the changes of other processes may go unnoticed.
const RECENTLY: Duration = Duration::from_secs(1);

/// The open database.
pub(super) struct Postgres {
    link: Link,
    seen: Mutex<Seen>,
    /// One caller asks, the others wait for his answer.
    asking: Mutex<()>,
}

/// The changes as they were, at the latest, when the question was sent.
#[derive(Clone, Copy)]
struct Seen {
    changes: Changes,
    asked: Instant,
}

impl Postgres {
    /// Connects, and makes the tables at the first start.
    pub(super) fn open(url: &str) -> Result<Self, VaultError> {
        let link = Link::open(url)?;
        link.migrate(migrator()).map_err(layout)?;
        let (asked, changes) = (Instant::now(), link.ask(tables::changes)?);
        Ok(Self { link, seen: Mutex::new(Seen { changes, asked }), asking: Mutex::new(()) })
    }

    /// Finishes what a crash may have cut short between forgetting a key and sweeping out its old row.
    pub(super) fn settle(&self) {
        if let Err(error) = self.link.ask(tables::sweep) {
            // The next start, or the next erasure, does it; PostgreSQL itself does it in time.
            tracing::warn!(%error, "the keys of erased patients were not swept out yet");
        }
    }

    fn known(&self, known: Known) -> Result<Changes, VaultError> {
        let called = Instant::now();
        let enough = |seen: Seen| match known {
            Known::Now => seen.asked >= called,
            Known::Recently => seen.asked + RECENTLY >= called,
        };
        if let Some(seen) = Some(*self.seen.lock()).filter(|seen| enough(*seen)) {
            return Ok(seen.changes);
        }
        let _alone = self.asking.lock();
        if let Some(seen) = Some(*self.seen.lock()).filter(|seen| enough(*seen)) {
            return Ok(seen.changes);
        }
        let asked = Instant::now();
        let changes = self.link.ask(tables::changes)?;
        self.note(changes, asked);
        Ok(changes)
    }

    /// Counts only grow, so the greater of two answers is right for both questions: a change that it
    /// lacks came after the later of them.
    fn note(&self, changes: Changes, asked: Instant) {
        let mut seen = self.seen.lock();
        let Changes { sessions, keys, signing } = seen.changes;
        seen.changes = Changes {
            sessions: sessions.max(changes.sessions),
            keys: keys.max(changes.keys),
            signing: signing.max(changes.signing),
        };
        seen.asked = seen.asked.max(asked);
    }
}

/// With a table of migrations of its own: the ledger's may be in the same database.
fn migrator() -> Migrator {
    let vault = Cow::Borrowed("vault");
    let sql = MIGRATION.into_sql_str();
    let migration = Migration::new(2, vault.clone(), MigrationType::Simple, sql, false);
    let mut migrator = Migrator::with_migrations(vec![migration]);
    migrator.create_schema(vault);
    migrator.dangerous_set_table_name("vault.migrations");
    migrator
}

fn layout(error: VaultError) -> VaultError {
    match error {
        VaultError::Postgres(sqlx::Error::Migrate(why)) => match *why {
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
                VaultError::UnknownLayout(version)
            }
            other => VaultError::Postgres(other.into()),
        },
        other => other,
    }
}
