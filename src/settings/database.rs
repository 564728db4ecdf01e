//! Where the ledger is, when it is in PostgreSQL, and the key without which it can't be used.

use super::BadSettings;
use crate::secret::Secret;
use std::{fmt, sync::Arc};

/// A database and the master key of its vault. It does not print itself: the address holds a password.
#[derive(Clone)]
pub struct Database {
    url: Arc<str>,
    master: Secret,
}

impl Database {
    /// Takes an address, and the master key that all processes on it must be given alike.
    pub fn parse(url: &str, master: Option<Secret>) -> Result<Self, BadSettings> {
        let url = url.trim();
        let bad = |name: &str, why: &str| BadSettings::Value(name.into(), why.into());
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(bad("DATABASE_URL", "a postgres:// address"));
        }
        let why = "a ledger in PostgreSQL needs it, the same for every process: openssl rand -base64 32";
        let master = master.ok_or_else(|| bad("QUITTANCE_MASTER_KEY", why))?;
        Ok(Self { url: url.into(), master })
    }

    /// The address, for whoever connects.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The master key, for the vault.
    pub const fn master(&self) -> &Secret {
        &self.master
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database(…)")
    }
}
