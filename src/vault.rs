//! Keys and secrets: whatever must be kept from a reader of the ledger, or must be destroyed one day.
//!
//! One SQLite file, `vault.db`, beside the ledger, or the schema `vault` of a PostgreSQL database that
//! several processes share; every key in it is wrapped by a master key that is not. Read on in this order:
//! 1. `vault/engine.rs` says what a database must do, `vault/sqlite.rs` and `vault/postgres.rs` do it,
//!    `vault/master.rs` finds the master key;
//! 2. `vault/patients.rs` seals personal data with a key for each patient, and forgets that key;
//! 3. `vault/credentials.rs` knows passwords, `vault/sessions.rs` who is signed in;
//! 4. `vault/signing.rs` signs receipts and heads;
//! 5. `vault/copy.rs` keeps a second vault equal to this one, for backups and the continuous copy.
//!
//! All methods are synchronous. Most answer from memory; a write waits for the disk, and where several
//! processes share the vault somebody asks once a second what the others have changed.

mod cipher;
pub mod copy;
mod credentials;
mod engine;
mod master;
mod patients;
mod postgres;
mod sessions;
mod signing;
mod sqlite;

pub use credentials::{PASSWORD_BYTES, Passwords};
pub use patients::HOUSE;
pub use postgres::Outage;
pub use sessions::{SessionLimits, Token};
pub use signing::{Signer, key_id_of};

use cipher::Key;
use domain::PatientId;
use engine::Engine;
use postgres::Postgres;
use sqlite::Sqlite;
use std::{fmt, path::Path, sync::Arc};

/// The keys and secrets of one installation; a clone shares the same open file.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
    limits: SessionLimits,
}

struct Inner {
    engine: Box<dyn Engine>,
    master: Key,
    patients: patients::KeyCache,
    sessions: sessions::SessionCache,
    signing: signing::Ring,
}

impl Vault {
    /// Opens `vault.db` in `dir`, making it at the first start.
    ///
    /// `master` is base64 of 32 bytes. Without it the file `master.key` in `dir` is taken, and made
    /// (mode 0600) when there are no keys yet that another master key must have wrapped.
    pub fn open(dir: &Path, master: Option<&str>) -> Result<Self, VaultError> {
        let sqlite = Sqlite::open(dir)?;
        let master = master::unlock(&sqlite, dir, master)?;
        sqlite.settle()?;
        Self::make_complete(sqlite, master)
    }

    /// Opens the vault in the schema `vault` of a PostgreSQL database, making it at the first start.
    /// Several processes may have it open, and may start at once.
    ///
    /// `master` is base64 of 32 bytes, the same for all of them: none is made.
    pub fn open_postgres(url: &str, master: &str) -> Result<Self, VaultError> {
        let postgres = Postgres::open(url)?;
        let master = master::unlock_shared(&postgres, master)?;
        postgres.settle();
        Self::make_complete(postgres, master)
    }

    /// Opens an existing vault beside a running server. Whatever would write answers
    /// [`VaultError::ReadOnly`].
    pub fn open_read_only(dir: &Path, master: Option<&str>) -> Result<Self, VaultError> {
        let sqlite = Sqlite::open_read_only(dir)?;
        let master = master::unlock_existing(&sqlite, dir, master)?;
        let signing = signing::Ring::load(&sqlite, &master)?;
        Ok(Self::with(sqlite, master, signing))
    }

    /// The same vault with other limits for its sessions.
    #[must_use]
    pub const fn with_session_limits(mut self, limits: SessionLimits) -> Self {
        self.limits = limits;
        self
    }

    /// A vault has a key that signs and one of the house.
    fn make_complete(engine: impl Engine + 'static, master: Key) -> Result<Self, VaultError> {
        let signing = signing::Ring::load_or_make(&engine, &master)?;
        let vault = Self::with(engine, master, signing);
        vault.new_key(HOUSE)?;
        Ok(vault)
    }

    fn with(engine: impl Engine + 'static, master: Key, signing: signing::Ring) -> Self {
        let (patients, sessions) = (patients::new_cache(), sessions::new_cache());
        let inner = Inner { engine: Box::new(engine), master, patients, sessions, signing };
        Self { inner: Arc::new(inner), limits: SessionLimits::default() }
    }
}

/// Nothing of a vault may reach a log.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// What can go wrong in the vault. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The vault holds keys that another master key has wrapped.
    #[error("the master key does not fit this vault: give the master key that this vault was made with")]
    WrongMasterKey,
    /// `vault.db` holds keys, but no master key was given and there is no `master.key`.
    #[error("vault.db holds keys but master.key is missing: put it back, or give the master key")]
    NoMasterKey,
    /// The given master key, or the file, is something else.
    #[error("the master key is not base64 of 32 bytes")]
    MalformedMasterKey,
    /// No master key was given for a vault that several processes share.
    #[error("the vault in PostgreSQL needs QUITTANCE_MASTER_KEY: base64 of 32 bytes, the same everywhere")]
    MasterKeyRequired,
    /// There is no vault to read.
    #[error("there is no vault here: the server makes it at its first start")]
    NoVault,
    /// Pages of the file do not fit together.
    #[error("vault.db is damaged: {0}")]
    Damaged(String),
    /// The tables were made by a later version.
    #[error("the vault has the layout {0}, which this version does not know")]
    UnknownLayout(i64),
    /// A write was asked of a vault opened for reading.
    #[error("the vault is open for reading only")]
    ReadOnly,
    /// The patient was erased: nothing more can be sealed for him, and no key made again.
    #[error("patient {0} was erased")]
    Forgotten(PatientId),
    /// No key was ever made for the patient, which is no erasure: a vault of another ledger, or an
    /// old copy.
    #[error("the vault never had a key for patient {0}")]
    NoKey(PatientId),
    /// The house key is nobody's: it can't be forgotten.
    #[error("the key of the house can't be forgotten")]
    HouseKey,
    /// The text was changed, cut, or sealed for another patient or purpose.
    #[error("sealed data does not open: it was changed, or sealed for something else")]
    Tampered,
    /// A forgotten key is gone from the tables, but a reader kept the log from being emptied, or the
    /// old version of its row from being swept out.
    #[error("another process reads the vault: forget once more, so that no copy remains beside it")]
    Busy,
    /// Passwords have from 1 to [`PASSWORD_BYTES`] bytes.
    #[error("a password has from 1 to {PASSWORD_BYTES} bytes")]
    PasswordLength,
    /// A stored password hash can't be read, or the work ended early.
    #[error("the password could not be hashed")]
    Hashing,
    /// No signing key is in the vault.
    #[error("the vault holds no signing key")]
    NoSigningKey,
    /// A row of the signing keys was changed, or put there by somebody without the master key.
    #[error("signing key {0} is not of this vault: its seed does not open, or its public key is another's")]
    ForgedSigningKey(String),
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness(#[from] getrandom::Error),
    /// The database failed.
    #[error("vault.db failed")]
    Database(#[from] rusqlite::Error),
    /// PostgreSQL is out of reach or too slow. A write may have happened; told again it does the same.
    #[error("the database of the vault does not answer")]
    Unavailable(#[source] Outage),
    /// PostgreSQL refused.
    #[error("the database of the vault failed")]
    Postgres(#[source] sqlx::Error),
    /// A file could not be read or written.
    #[error("a file of the vault could not be read or written")]
    File(#[from] std::io::Error),
}
