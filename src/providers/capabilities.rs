//! What a driver can do, as data: stated for whoever plans polls or doubts a callback once drivers
//! differ. Nobody reads it yet; with one driver the plans know what it can do.

use super::CallbackScheme;

/// The abilities of one driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The driver's name in configuration and events.
    pub driver: &'static str,
    /// How a callback shows who sent it.
    pub callback_auth: CallbackAuth,
    /// What proves that money came (rule 24).
    pub proves_payment: &'static [Proof],
    /// Which identifier a status query takes.
    pub status_key: StatusBy,
    /// Whether a status answer carries the amount.
    pub amount_in_status: bool,
    /// What may be sent again after silence.
    pub resend: Resend,
}

/// How a callback shows who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackAuth {
    /// An HMAC over the raw body.
    RawBody,
    /// An HMAC over id, timestamp and raw body, with a window against repeats.
    Timestamped,
}

/// What proves that money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A callback whose signature holds.
    SignedCallback,
    /// Our own query, over a connection that proves the provider.
    StatusQuery,
}

/// Which identifier a status query takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusBy {
    /// Ours or theirs.
    EitherReference,
}

/// What may be sent again after silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// The same reference with the same content: a second copy is answered "duplicate".
    SameReference,
}

impl Capabilities {
    /// The driver `hmac`, which speaks the seed's protocol.
    pub const fn hmac(scheme: CallbackScheme) -> Self {
        Self {
            driver: "hmac",
            callback_auth: match scheme {
                CallbackScheme::XSignature => CallbackAuth::RawBody,
                CallbackScheme::StandardWebhooks => CallbackAuth::Timestamped,
            },
            proves_payment: &[Proof::SignedCallback, Proof::StatusQuery],
            status_key: StatusBy::EitherReference,
            amount_in_status: true,
            resend: Resend::SameReference,
        }
    }
}
