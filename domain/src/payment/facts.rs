//! What happened to one payment, as it lies on disk. Read by `payments`, `work_items`, the watch.

use crate::{Money, PatientId, PrescriptionId, Sealed, TillId, UserId, Wallet, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one payment.
    Event {
        /// Written by `POST /api/payments/cash`.
        CashTaken = "payment-cash-taken.v1",
        /// Written by `POST /api/payments/mobile-money/initiate`, before any call (rule 21).
        Opened = "payment-opened.v1",
        /// Written by the sender: the call leaves after this is durable.
        Sent = "payment-sent.v1",
        /// Written by the sender: the provider knows the payment. Written by callbacks and the watch
        /// where they name money that was booked without a reference.
        Registered = "payment-registered.v1",
        /// Written by the sender: the provider refused before registration; no push was sent.
        Refused = "payment-refused.v1",
        /// Written by the sender: nobody knows whether the provider has it (rule 22).
        Unanswered = "payment-unanswered.v1",
        /// Written by the watch: the provider knew nothing, so the same identifier goes again.
        Resent = "payment-resent.v1",
        /// Written by callbacks: success told without proof; we ask (rule 24).
        Claimed = "payment-claimed.v1",
        /// Written by the watch: nothing proved the claim.
        ClaimLapsed = "payment-claim-lapsed.v1",
        /// Written by callbacks: told, and of no effect.
        Noted = "payment-noted.v1",
        /// Written by callbacks, the watch, statements: the money is proven and booked.
        Confirmed = "payment-confirmed.v1",
        /// As `Confirmed`, for a second operator reference: a second payment (to 4191).
        Doubled = "payment-doubled.v1",
        /// Written by callbacks and the watch: proven not to come.
        Declined = "payment-declined.v1",
        /// Written by callbacks and the watch: the provider gave up on the payer.
        Expired = "payment-expired.v1",
        /// Written by `POST /api/payments/{id}/abandon`; still watched (rule 30).
        Abandoned = "payment-abandoned.v1",
        /// Written by callbacks: told to have failed, or another amount, after it was paid (rule 29).
        Contradicted = "payment-contradicted.v1",
        /// The provider named another reference than before.
        ReferenceDiffers = "payment-reference-differs.v1",
        /// Money that can't be booked without a person (rule 31: another currency).
        Questioned = "payment-questioned.v1",
        /// Written by `POST /api/payments/{id}/resolve`, by the first of two persons.
        ResolutionProposed = "payment-resolution-proposed.v1",
        /// Written by the second person, with `Confirmed` where money is booked.
        Resolved = "payment-resolved.v1",
    }
}

impl Event {
    /// What the fact stands on, where somebody told it.
    pub const fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Claimed(fact) => Some(&fact.evidence),
            Self::Noted(fact) => Some(&fact.evidence),
            Self::Confirmed(fact) => Some(&fact.evidence),
            Self::Doubled(fact) => Some(&fact.evidence),
            Self::Declined(fact) => Some(&fact.evidence),
            Self::Expired(fact) => Some(&fact.evidence),
            Self::Contradicted(fact) => Some(&fact.evidence),
            Self::Questioned(fact) => Some(&fact.evidence),
            Self::CashTaken(_)
            | Self::Opened(_)
            | Self::Sent(_)
            | Self::Registered(_)
            | Self::Refused(_)
            | Self::Unanswered(_)
            | Self::Resent(_)
            | Self::ClaimLapsed(_)
            | Self::Abandoned(_)
            | Self::ReferenceDiffers(_)
            | Self::ResolutionProposed(_)
            | Self::Resolved(_) => None,
        }
    }
}

/// Cash for what was due, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashTaken {
    /// For what.
    pub prescription: PrescriptionId,
    /// By whom.
    pub cashier: UserId,
    /// Into which drawer.
    pub till: TillId,
    /// What stays: `tendered` less `change`.
    pub amount: Money,
    /// What the payer gave.
    pub tendered: Money,
    /// What he got back.
    pub change: Money,
}

/// Our identifier, the amount and the wallet are fixed from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// For what.
    pub prescription: PrescriptionId,
    /// Whose.
    pub patient: PatientId,
    /// Who asked.
    pub cashier: UserId,
    /// What was due when it was asked for, or the part of it that was asked.
    pub amount: Money,
    /// Which wallet was asked.
    pub wallet: Wallet,
    /// The driver that speaks to the provider.
    pub driver: String,
    /// Where that provider was: after a move of theirs the old place may alone know the payment.
    pub base_url: String,
    /// The payer's phone; often not the patient's.
    pub phone: Sealed,
    /// Our identifier at the provider's; random, never used again (rule 23).
    pub reference: String,
}

/// The call leaves now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {}

/// The provider has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Its own reference, unless it only said "duplicate".
    pub provider_ref: Option<String>,
}

/// The provider refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Of a closed set, such as `insufficient_funds`.
    pub code: String,
}

/// No answer, or none that says anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// `timeout`, `unreachable`, `server_error`, `garbage`.
    pub why: String,
}

/// The same call leaves again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resent {}

/// Somebody told of success without proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The amount he told, if any.
    pub amount: Option<Money>,
    /// Where from.
    pub evidence: Evidence,
}

/// No proof came in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimLapsed {}

/// Told, without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The status told.
    pub status: String,
    /// Where from.
    pub evidence: Evidence,
}

/// The money is in the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// What was asked for.
    pub asked: Money,
    /// What came in: `applied` and `advance`.
    pub reported: Money,
    /// What went to the prescription.
    pub applied: Money,
    /// What did not fit it (4191).
    pub advance: Money,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// The proof.
    pub evidence: Evidence,
    /// When the provider says it happened, in his own words: evidence only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_at: Option<String>,
}

/// Money came in a second time under one identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubled {
    /// What came in, all of it an advance.
    pub reported: Money,
    /// The second reference.
    pub provider_ref: Option<String>,
    /// The proof.
    pub evidence: Evidence,
}

/// Proven not to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// Why, as the provider codes it.
    pub code: String,
    /// The proof.
    pub evidence: Evidence,
}

/// The payer did not answer in the provider's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// The proof.
    pub evidence: Evidence,
}

/// The cashier gave up waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandoned {
    /// Who gave up.
    pub by: UserId,
}

/// Something told after the money was booked does not fit it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradicted {
    /// The status told.
    pub status: String,
    /// The amount told.
    pub amount: Option<Money>,
    /// Where from.
    pub evidence: Evidence,
}

/// Two references of the provider for one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceDiffers {
    /// The first.
    pub known: String,
    /// The other.
    pub reported: String,
}

/// Success was proven, but not how much in francs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questioned {
    /// `currency`, `amount`.
    pub why: String,
    /// The amount told.
    pub amount: Option<Money>,
    /// The currency told.
    pub currency: Option<String>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// Where from.
    pub evidence: Evidence,
}

/// One person says how a review ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionProposed {
    /// Who.
    pub by: UserId,
    /// How.
    pub outcome: Outcome,
    /// Why, and on what evidence; free text about money, no person's name.
    pub note: String,
}

/// A second person agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Who agreed.
    pub by: UserId,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a review ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The money came: this much, booked now; 0 where it was booked before.
    Paid(Money),
    /// No money came.
    Declined,
}

/// What a statement about a payment stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Who told.
    pub source: Source,
    /// Names this telling, so that it counts once: an event id, or a hash of what was told.
    pub key: String,
    /// SHA-256 of the raw bytes, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_sha256: Option<String>,
}

/// Who told us about a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A callback with a good signature.
    Callback,
    /// A callback that nobody signed.
    Unsigned,
    /// The provider's answer to our own question.
    Status,
    /// A line of the provider's statement.
    Statement,
    /// Two persons of the hospital.
    Person,
}
