//! What the vault asks of the database below it. The rules stand above, once; an engine keeps rows.
//!
//! What is remembered in memory is remembered with the count of changes at which it was read, and is
//! believed only while no change came since. So no cache needs a lock around it, on one process or many.

use super::VaultError;
use domain::{PatientId, UserId};

/// How many changes there were that make remembered things untrue: sessions that ended early, keys of
/// patients that were forgotten, keys that began to sign. They only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) sessions: i64,
    pub(super) keys: i64,
    pub(super) signing: i64,
}

/// How well the changes of other processes must be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All that were made before this call.
    Now,
    /// All but those of the last second.
    Recently,
}

/// A value, and the changes that were made before it was read.
pub(super) struct Reading<T> {
    pub(super) value: T,
    pub(super) at: Changes,
}

/// What the tables say of a patient's key.
pub(super) enum Stored {
    Never,
    Wrapped(Vec<u8>),
    Forgotten,
}

/// A session that was not ended early. Its token is known by the SHA-256 alone.
pub(super) struct SessionRow {
    pub(super) user: UserId,
    pub(super) expires_at: i64,
    pub(super) last_seen: i64,
}

/// A signing key as it is kept, whether it still signs or not.
#[derive(Clone)]
pub(super) struct SigningRow {
    pub(super) key_id: String,
    pub(super) wrapped_seed: Vec<u8>,
    pub(super) public: Vec<u8>,
    pub(super) signs: bool,
}

/// The SHA-256 of a token.
pub(super) type TokenHash = [u8; 32];

/// A database of the vault. Every write says the same when it is told twice, so an engine may repeat
/// one whose answer was lost; and it is durable when it returns. Times are milliseconds since 1970.
pub(super) trait Engine: Send + Sync {
    /// False beside a running server: then every write answers [`VaultError::ReadOnly`].
    fn is_writable(&self) -> bool;
    /// The changes so far. An error when they can't be had: nothing remembered may be believed then.
    fn changes(&self, known: Known) -> Result<Changes, VaultError>;

    /// The known text under the master key, once there is one.
    fn master_check(&self) -> Result<Option<Vec<u8>>, VaultError>;
    /// Keeps the known text, unless there is one already.
    fn add_master_check(&self, wrapped: &[u8]) -> Result<(), VaultError>;

    /// What is known of a patient's key.
    fn key(&self, patient: PatientId) -> Result<Reading<Stored>, VaultError>;
    /// Keeps a patient's first key. Nothing happens when he has one, or had.
    fn add_key(&self, patient: PatientId, wrapped: &[u8]) -> Result<(), VaultError>;
    /// Destroys a patient's key and sees to it that he never gets another.
    fn forget_key(&self, patient: PatientId, at: i64) -> Result<(), VaultError>;

    /// The password hash of a user.
    fn credential(&self, user: UserId) -> Result<Option<String>, VaultError>;
    /// Sets the password hash of a user.
    fn set_credential(&self, user: UserId, phc: &str, at: i64) -> Result<(), VaultError>;

    /// A session, unless it was ended early.
    fn session(&self, token: &TokenHash) -> Result<Reading<Option<SessionRow>>, VaultError>;
    /// Begins a session, and sweeps out those that are over at its beginning, `row.last_seen`.
    fn add_session(&self, token: &TokenHash, row: &SessionRow) -> Result<(), VaultError>;
    /// Writes down the last use of a session.
    fn touch_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError>;
    /// Ends a session early.
    fn end_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError>;
    /// Ends all sessions of a user early.
    fn end_sessions_of(&self, user: UserId, at: i64) -> Result<(), VaultError>;

    /// All signing keys.
    fn signing_keys(&self) -> Result<Reading<Vec<SigningRow>>, VaultError>;
    /// Keeps the first signing key, unless one signs already.
    fn add_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError>;
    /// Retires the key that signs and puts this one in its place.
    fn replace_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError>;
}
