//! Is this callback the provider's? Decided over the raw bytes, before anything reads them (rule 25).
//!
//! A body parsed and written again has other bytes (`1500.00`, `\u00ed`, the order of keys), so a
//! genuine callback would be refused. The key before a rotation stays valid beside the new one.

use super::signature::{verifies, webhook_key};
use super::{CallbackScheme, ProviderConfig};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

/// How far a signed timestamp may lie from our clock, either way (rule 26).
pub const WINDOW_SECONDS: i64 = 300;

/// More candidates than any rotation needs; each costs a comparison.
const MOST_SIGNATURES: usize = 8;
const LONGEST_EVENT_ID: usize = 128;

/// The headers that can carry a signature, as the request had them.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallbackHeaders<'a> {
    /// `x-signature`.
    pub x_signature: Option<&'a str>,
    /// `webhook-id`.
    pub webhook_id: Option<&'a str>,
    /// `webhook-timestamp`.
    pub webhook_timestamp: Option<&'a str>,
    /// `webhook-signature`.
    pub webhook_signature: Option<&'a str>,
}

/// Proof that the provider has signed these bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentic {
    /// The sender's id of this event, where the scheme has one: the key against repeats.
    pub event_id: Option<String>,
    /// Which secret matched; a rotation is over when nothing comes with the previous one.
    pub key: KeyAge,
}

/// Which secret has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAge {
    /// The configured one.
    Current,
    /// The one before the rotation.
    Previous,
}

/// Why a callback is not believed. The sender is told 401 and no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A header that the scheme needs is not there.
    #[error("missing_signature")]
    MissingSignature,
    /// The header is there but cannot be a signature of this scheme.
    #[error("malformed_signature")]
    MalformedSignature,
    /// No valid key has signed these bytes.
    #[error("wrong_signature")]
    WrongSignature,
    /// Signed by the provider, but outside the window: an old message sent again.
    #[error("stale_timestamp")]
    StaleTimestamp,
}

/// The keys against which callbacks are checked, ready for use.
pub(super) struct CallbackKeys {
    scheme: CallbackScheme,
    keys: Vec<(KeyAge, Vec<u8>)>,
}

impl CallbackKeys {
    /// `None` where a `whsec_` secret does not decode.
    pub(super) fn of(config: &ProviderConfig) -> Option<Self> {
        let secrets = [
            (KeyAge::Current, Some(&config.secret_key)),
            (KeyAge::Previous, config.previous_secret_key.as_ref()),
        ];
        let mut keys = Vec::new();
        for (age, secret) in secrets {
            let Some(secret) = secret else { continue };
            let key = match config.callback_scheme {
                CallbackScheme::XSignature => secret.expose().as_bytes().to_vec(),
                CallbackScheme::StandardWebhooks => webhook_key(secret)?,
            };
            keys.push((age, key));
        }
        Some(Self { scheme: config.callback_scheme, keys })
    }

    pub(super) fn check(
        &self,
        headers: CallbackHeaders<'_>,
        raw_body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Authentic, Rejection> {
        match self.scheme {
            CallbackScheme::XSignature => self.check_plain(headers, raw_body),
            CallbackScheme::StandardWebhooks => self.check_timestamped(headers, raw_body, now),
        }
    }

    fn check_plain(&self, headers: CallbackHeaders<'_>, raw_body: &[u8]) -> Result<Authentic, Rejection> {
        let tag = hex::decode(present(headers.x_signature)?).map_err(|_| Rejection::MalformedSignature)?;
        if tag.len() != 32 {
            return Err(Rejection::MalformedSignature);
        }
        let key = self.signer(&[raw_body], &[tag])?;
        Ok(Authentic { event_id: None, key })
    }

    fn check_timestamped(
        &self,
        headers: CallbackHeaders<'_>,
        raw_body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Authentic, Rejection> {
        let id = present(headers.webhook_id)?;
        let timestamp = present(headers.webhook_timestamp)?;
        let candidates = version_one(present(headers.webhook_signature)?);
        let seconds: i64 = timestamp.parse().map_err(|_| Rejection::MalformedSignature)?;
        if candidates.is_empty() || id.len() > LONGEST_EVENT_ID {
            return Err(Rejection::MalformedSignature);
        }
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", raw_body];
        let key = self.signer(&signed, &candidates)?;
        // The signature first: "stale" then says that the provider itself once sent this.
        if now.timestamp().abs_diff(seconds) > WINDOW_SECONDS.unsigned_abs() {
            return Err(Rejection::StaleTimestamp);
        }
        Ok(Authentic { event_id: Some(id.to_owned()), key })
    }

    fn signer(&self, signed: &[&[u8]], candidates: &[Vec<u8>]) -> Result<KeyAge, Rejection> {
        let fits = |key: &[u8]| candidates.iter().any(|tag| verifies(key, signed, tag));
        let found = self.keys.iter().find(|(_, key)| fits(key));
        found.map(|(age, _)| *age).ok_or(Rejection::WrongSignature)
    }
}

fn present(header: Option<&str>) -> Result<&str, Rejection> {
    header.map(str::trim).filter(|text| !text.is_empty()).ok_or(Rejection::MissingSignature)
}

/// The `v1` tags of a header such as `v1,<base64> v1a,<base64>`; other versions are not ours to judge.
fn version_one(header: &str) -> Vec<Vec<u8>> {
    let tags = header.split(' ').filter_map(|part| part.strip_prefix("v1,"));
    tags.take(MOST_SIGNATURES)
        .filter_map(|tag| STANDARD.decode(tag).ok())
        .filter(|tag| tag.len() == 32)
        .collect()
}
