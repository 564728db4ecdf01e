//! Why a command or a question had no answer. Refusals of the domain are values; the rest is
//! infrastructure. One place, `http::problem`, turns both into problem+json.

use crate::{
    recording::Stopped,
    store::{AppendError, StoreError},
    vault::VaultError,
    views::ViewsError,
};
use domain::Refusal;

/// A refusal, or a failure of something below.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules do not allow it; nothing was written.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Others kept writing to the same streams; nothing was written.
    #[error("too many writers on one stream")]
    Contended,
    /// The Idempotency-Key belongs to another request.
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    /// The provider is known to be out of reach; nothing was written.
    #[error("the provider is out of reach")]
    ProviderDown,
    /// No provider is configured for that wallet; nothing was written.
    #[error("no provider is configured for that wallet")]
    NoProvider,
    /// Too many commits wait; nothing was written.
    #[error("the ledger is busy")]
    Busy,
    /// The ledger did not answer; ask again with the same key.
    #[error("the outcome is unknown")]
    Unknown(#[source] StoreError),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(StoreError),
    /// The log holds something that this program can't read.
    #[error(transparent)]
    Unreadable(#[from] Stopped),
    /// The keys failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The read models failed.
    #[error(transparent)]
    Views(#[from] ViewsError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { .. } => Self::Contended,
            AppendError::KeyReused => Self::KeyReused,
            AppendError::Busy => Self::Busy,
            AppendError::Unanswered(why) => Self::Unknown(why),
            AppendError::Malformed(why) => Self::Store(StoreError::Unsafe(why.to_owned())),
            AppendError::Store(why) => Self::Store(why),
        }
    }
}
