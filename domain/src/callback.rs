//! Callbacks that found no payment: kept, because they are money until proven otherwise (rule 32).
//!
//! Each has a stream of its own, named after its content, so that the same callback told fifty
//! times is one event.

use crate::{Money, Sealed, Wallet, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What a provider said that could not be matched. Read by the read model `work_items`.
    Event {
        /// Authentic, but we know no such reference.
        Orphaned = "callback-orphaned.v1",
        /// Authentic, but not readable: parked as it came.
        Parked = "callback-parked.v1",
        /// Refused at the door: no or a wrong signature (rule 25).
        Rejected = "callback-rejected.v1",
    }
}

/// An authentic callback for a reference that is not ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphaned {
    /// Whose callback.
    pub wallet: Wallet,
    /// The reference it names.
    pub reference: String,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
    /// What it tells: `SUCCESS`, `PENDING`...
    pub status: String,
    /// The amount it tells.
    pub amount: Option<Money>,
    /// SHA-256 of the raw body, in hex.
    pub body_sha256: String,
}

/// An authentic callback that this program can't read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Whose callback.
    pub wallet: Wallet,
    /// The raw body under the house's key: it may name a person.
    pub body: Sealed,
    /// SHA-256 of the raw body, in hex.
    pub body_sha256: String,
}

/// A callback that nobody vouched for; its content is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Whose route it came to.
    pub wallet: Wallet,
    /// `missing_signature`, `wrong_signature`, `stale_timestamp`, `malformed_signature`.
    pub reason: String,
    /// SHA-256 of the raw body, in hex.
    pub body_sha256: String,
}
