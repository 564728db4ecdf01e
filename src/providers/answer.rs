//! What a call to a provider can come to. Not knowing is an answer of its own (rule 22).

use super::report::Report;
use domain::{Money, Msisdn};
use std::fmt;

/// One request for money. The reference is durable in the ledger before this leaves (rule 21).
#[derive(Clone, Debug)]
pub struct Ask {
    /// Our identifier of the attempt; the same one for every resend.
    pub reference: String,
    /// What the payer shall pay.
    pub amount: Money,
    /// Whose wallet is asked.
    pub phone: Msisdn,
    /// Where the provider reports the outcome.
    pub callback_url: String,
}

/// What asking for money came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider asks the payer now.
    Registered {
        /// The provider's identifier.
        provider_ref: String,
    },
    /// He has this reference already: our own resend arrived twice (rule 23).
    Duplicate {
        /// The provider's identifier, if he repeats it.
        provider_ref: Option<String>,
    },
    /// He will not ask the payer; nothing was registered.
    Refused {
        /// Why, in our words.
        code: RefusalCode,
    },
    /// Nobody knows. The payer may be asked, and may pay.
    Unanswered {
        /// What was seen instead of an answer.
        why: Unanswered,
    },
}

/// Which payment a status query is about: always ours, theirs as a second way to find it.
#[derive(Clone, Copy, Debug)]
pub struct StatusKey<'a> {
    /// Our identifier of the attempt.
    pub ours: &'a str,
    /// The provider's identifier, once known.
    pub theirs: Option<&'a str>,
}

/// What a status query came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusAnswer {
    /// The provider knows the payment.
    Known(Report),
    /// He says that he has never heard of it.
    Unknown,
    /// Nobody knows.
    Unanswered(Unanswered),
}

/// What was seen instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// Our patience ended first.
    Timeout,
    /// No connection, or it broke.
    Unreachable,
    /// The provider has a fault of his own, or wants us to wait.
    ServerError(u16),
    /// Bytes that are no answer of this protocol.
    Garbage,
}

/// Why money was refused: a closed set, so no text of a provider reaches screens or the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// Not enough in the wallet.
    InsufficientFunds,
    /// No wallet with this number.
    PayerNotFound,
    /// A ceiling of the wallet or of the day is reached.
    PayerLimit,
    /// The wallet is blocked.
    PayerBlocked,
    /// The payer gave a wrong code.
    WrongPin,
    /// The payer or his operator declined.
    Declined,
    /// The payer cancelled.
    Cancelled,
    /// The provider doesn't take this amount.
    AmountOutOfRange,
    /// Our own key or signature is wrong: an alarm, not the patient's fault.
    ProviderCredentials,
    /// A reason this set doesn't have.
    ProviderRefused,
}

impl RefusalCode {
    /// The stable code for answers and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::PayerNotFound => "payer_not_found",
            Self::PayerLimit => "payer_limit",
            Self::PayerBlocked => "payer_blocked",
            Self::WrongPin => "wrong_pin",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::AmountOutOfRange => "amount_out_of_range",
            Self::ProviderCredentials => "provider_credentials",
            Self::ProviderRefused => "provider_refused",
        }
    }

    /// Maps a provider's spelling, if it is one of those known.
    pub fn known(spelling: &str) -> Option<Self> {
        match spelling.to_ascii_uppercase().as_str() {
            "INSUFFICIENT_FUNDS" | "INSUFFICIENT_BALANCE" => Some(Self::InsufficientFunds),
            "PAYER_NOT_FOUND" => Some(Self::PayerNotFound),
            "PAYER_LIMIT" | "PAYER_LIMIT_REACHED" => Some(Self::PayerLimit),
            "PAYER_BLOCKED" => Some(Self::PayerBlocked),
            "WRONG_PIN" => Some(Self::WrongPin),
            "DECLINED" | "PAYER_DECLINED" | "APPROVAL_REJECTED" | "PAYMENT_NOT_APPROVED" => {
                Some(Self::Declined)
            }
            "CANCELLED" | "CANCELED" => Some(Self::Cancelled),
            "AMOUNT_OUT_OF_RANGE" => Some(Self::AmountOutOfRange),
            "BAD_SIGNATURE" | "BAD_TOKEN" => Some(Self::ProviderCredentials),
            _ => None,
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Unanswered {
    /// The stable code for logs and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::ServerError(_) => "server_error",
            Self::Garbage => "garbage",
        }
    }
}

impl Answer {
    /// One word for logs and metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Duplicate { .. } => "duplicate",
            Self::Refused { code } => code.as_str(),
            Self::Unanswered { why } => why.as_str(),
        }
    }
}

impl StatusAnswer {
    /// One word for logs and metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Known(_) => "known",
            Self::Unknown => "unknown",
            Self::Unanswered(why) => why.as_str(),
        }
    }
}
