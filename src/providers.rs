//! The product's end of the wire to mobile money providers.
//!
//! 1. `initiate` asks a provider for money: `POST {base_url}/payment/initiate` ([`answer`]).
//! 2. The provider posts a callback; `authenticate` judges its raw bytes ([`callback`]).
//! 3. [`read_report`] reads the body, only then ([`report`]).
//! 4. `status` asks when no callback came: `GET {base_url}/payment/status/{reference}`.
//! 5. `available` says whether new calls make sense ([`breaker`]); every call is bounded ([`wire`]).
//!
//! Nothing here decides: the domain does, with what is said here. A log line has the wallet, our
//! reference, the outcome and the time taken; never a phone number, a secret or a body.

use crate::secret::Secret;
use chrono::{DateTime, Utc};
use domain::Wallet;
use reqwest::{Method, Url};
use serde::Serialize;
use std::time::Instant;

pub mod answer;
pub mod breaker;
pub mod callback;
mod capabilities;
mod read;
pub mod report;
pub mod signature;
pub mod wire;

pub use answer::{Answer, Ask, RefusalCode, StatusAnswer, StatusKey, Unanswered};
pub use callback::{Authentic, CallbackHeaders, KeyAge, Rejection};
pub use capabilities::{CallbackAuth, Capabilities, Proof, Resend, StatusBy};
pub use report::{Report, ReportStatus, Unreadable, read_report};
pub use wire::{Route, Timing, http_client};

/// What the operator is told the payment is for. He must not learn what ails the patient.
const DESCRIPTION: &str = "Paiement hospitalier";

/// How one wallet's provider is reached.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Whose provider this is.
    pub wallet: Wallet,
    /// Where it listens, with or without a slash at the end.
    pub base_url: String,
    /// Who we are there.
    pub merchant_id: String,
    /// The bearer token of our calls.
    pub api_key: Secret,
    /// Signs our calls and the provider's callbacks.
    pub secret_key: Secret,
    /// The secret before a rotation: callbacks signed with it are still believed.
    pub previous_secret_key: Option<Secret>,
    /// How callbacks are signed.
    pub callback_scheme: CallbackScheme,
}

/// How a provider signs callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackScheme {
    /// `x-signature`: hex HMAC-SHA256 over the raw body.
    XSignature,
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and the body are signed together.
    StandardWebhooks,
}

/// Why a configuration makes no provider.
#[derive(Debug, thiserror::Error)]
pub enum NotAProvider {
    /// Not an `http` or `https` address, or one that carries a user or a query.
    #[error("{} has no usable base URL", .0.code())]
    BaseUrl(Wallet),
    /// No merchant id.
    #[error("{} has no merchant id", .0.code())]
    MerchantId(Wallet),
    /// A `whsec_` secret that is no base64 of at least 16 bytes.
    #[error("the secret key of {} does not decode", .0.code())]
    SecretKey(Wallet),
    /// The HTTP client cannot be made.
    #[error("no HTTP client")]
    Client(#[from] reqwest::Error),
}

/// How calls to a provider went, for metrics and health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls under way.
    pub in_flight: usize,
    /// False while the circuit is open.
    pub available: bool,
    /// Calls since the start.
    pub tally: breaker::Tally,
}

/// The configured driver of one wallet.
pub struct Provider {
    config: ProviderConfig,
    wire: wire::Wire,
    keys: callback::CallbackKeys,
    breaker: breaker::Breaker,
}

/// The body of `POST payment/initiate`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Initiate<'a> {
    merchant_id: &'a str,
    amount: i64,
    currency: &'static str,
    phone_number: String,
    reference: &'a str,
    description: &'static str,
    callback_url: &'a str,
    timestamp: i64,
    signature: String,
}

impl Provider {
    /// Checks the configuration and opens the pool; nothing is sent yet.
    pub fn new(config: ProviderConfig, timing: Timing) -> Result<Self, NotAProvider> {
        let base_url = Url::parse(&config.base_url).map_err(|_| NotAProvider::BaseUrl(config.wallet))?;
        let more_than_a_place = !base_url.username().is_empty() || base_url.query().is_some();
        if !matches!(base_url.scheme(), "http" | "https") || more_than_a_place {
            return Err(NotAProvider::BaseUrl(config.wallet));
        }
        if config.merchant_id.trim().is_empty() {
            return Err(NotAProvider::MerchantId(config.wallet));
        }
        let keys = callback::CallbackKeys::of(&config).ok_or(NotAProvider::SecretKey(config.wallet))?;
        let wire = wire::Wire::new(base_url, config.api_key.clone(), &timing)?;
        Ok(Self { wire, keys, breaker: breaker::Breaker::new(timing.cool_down), config })
    }

    /// Whose provider this is.
    pub fn wallet(&self) -> Wallet {
        self.config.wallet
    }

    /// What this driver can do.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities::hmac(self.config.callback_scheme)
    }

    /// Whether new payments and polls make sense now (rule 36); cash always does.
    pub fn available(&self) -> bool {
        self.breaker.available(Instant::now())
    }

    /// How calls went.
    pub fn load(&self) -> Load {
        Load { in_flight: self.wire.in_flight(), available: self.available(), tally: self.breaker.tally() }
    }

    /// Asks for money, once. A resend of the same [`Ask`] is safe: the provider knows the reference.
    pub async fn initiate(&self, ask: &Ask) -> Answer {
        let begun = self.leave();
        let request = self.wire.request(Method::POST, &["payment", "initiate"]).json(&self.body_of(ask));
        let answer = match self.wire.call(request).await {
            Ok(reply) => read::initiate(&reply),
            Err(why) => Answer::Unanswered { why },
        };
        let answered = !matches!(answer, Answer::Unanswered { .. });
        self.note("initiate", begun, answered, &ask.reference, answer.outcome());
        answer
    }

    /// Asks how far a payment is: by our reference, and by theirs where ours is not found.
    pub async fn status(&self, key: StatusKey<'_>) -> StatusAnswer {
        let answer = self.status_by(key, key.ours).await;
        match key.theirs {
            Some(theirs) if answer == StatusAnswer::Unknown => self.status_by(key, theirs).await,
            _ => answer,
        }
    }

    /// Whether the provider has signed these bytes, decided before they are read (rule 25).
    pub fn authenticate(
        &self,
        headers: CallbackHeaders<'_>,
        raw_body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Authentic, Rejection> {
        self.keys.check(headers, raw_body, now)
    }

    async fn status_by(&self, key: StatusKey<'_>, id: &str) -> StatusAnswer {
        let begun = self.leave();
        let answer = match self.wire.call(self.wire.request(Method::GET, &["payment", "status", id])).await {
            Ok(reply) => read::status(&reply, key),
            Err(why) => StatusAnswer::Unanswered(why),
        };
        let answered = !matches!(answer, StatusAnswer::Unanswered(_));
        self.note("status", begun, answered, key.ours, answer.outcome());
        answer
    }

    fn leave(&self) -> Instant {
        let now = Instant::now();
        self.breaker.leaves(now);
        now
    }

    fn note(
        &self,
        call: &'static str,
        begun: Instant,
        answered: bool,
        reference: &str,
        outcome: &'static str,
    ) {
        let now = Instant::now();
        let took = now - begun;
        self.breaker.ended(answered, took, now);
        let wallet = self.config.wallet.code();
        tracing::info!(call, wallet, reference, outcome, ms = took.as_millis(), "provider called");
    }

    fn body_of<'a>(&'a self, ask: &'a Ask) -> Initiate<'a> {
        let timestamp = Utc::now().timestamp_millis();
        let merchant_id = self.config.merchant_id.as_str();
        let amount = ask.amount.francs();
        let signed = format!("{merchant_id}{amount}{}{timestamp}", ask.reference);
        let tag = signature::hmac_sha256(self.config.secret_key.expose().as_bytes(), &[signed.as_bytes()]);
        Initiate {
            merchant_id,
            amount,
            currency: "XOF",
            phone_number: ask.phone.e164(),
            reference: &ask.reference,
            description: DESCRIPTION,
            callback_url: &ask.callback_url,
            timestamp,
            signature: hex::encode(tag),
        }
    }
}
