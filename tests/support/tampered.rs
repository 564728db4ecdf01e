//! A ledger in the hands of one who has its file: its guards are gone while he works, and put back after.

use rusqlite::Connection;
use std::{ops::Deref, path::Path};

pub struct Tampered {
    ledger: Connection,
    guards: Vec<(String, String)>,
}

impl Tampered {
    /// The ledger in `dir`, open to every change.
    pub fn open(dir: &Path) -> Self {
        let ledger = Connection::open(dir.join("ledger.db")).unwrap();
        let guards: Vec<(String, String)> = ledger
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(!guards.is_empty());
        for (name, _) in &guards {
            ledger.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        ledger.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        Self { ledger, guards }
    }
}

impl Deref for Tampered {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.ledger
    }
}

impl Drop for Tampered {
    fn drop(&mut self) {
        for (_, guard) in &self.guards {
            // A test that failed already must not be aborted here.
            _ = self.ledger.execute_batch(guard);
        }
    }
}
