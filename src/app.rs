//! What the commands, the reactions and the routes share.

use crate::{
    clock::Clock,
    copy::Copying,
    execute::Ledger,
    failure::Failure,
    heads::Heads,
    providers::{NotAProvider, Provider, ProviderConfig, Timing},
    react::React,
    vault::{Passwords, Vault, VaultError},
    views::Views,
};
use domain::{Money, Sealed, Wallet, patient::Identity};
use parking_lot::Mutex;
use std::{collections::HashMap, path::PathBuf, sync::Arc, thread, time::Duration};

/// A running Quittance without its HTTP side.
pub struct App {
    /// The write path.
    pub ledger: Ledger,
    /// The read models.
    pub views: Views,
    /// Keys, sessions.
    pub vault: Vault,
    /// Checks passwords, a few at a time.
    pub passwords: Passwords,
    /// The wallets' providers.
    pub providers: Providers,
    /// The one clock.
    pub clock: Clock,
    /// Effects: the sender and the watch.
    pub react: React,
    /// Of this hospital.
    pub house: House,
    /// The ledger's head, for papers.
    pub heads: Arc<Heads>,
    /// The continuous copy, where one is kept.
    pub copy: Option<Copying>,
}

/// What is particular to this hospital.
#[derive(Clone, Debug)]
pub struct House {
    /// Printed on receipts and reports.
    pub name: String,
    /// The receipts' series.
    pub series: String,
    /// For files that are gone when they are closed.
    pub folder: PathBuf,
    /// The largest difference that a cashier closes his till with alone.
    pub till_alone: Money,
    /// Where providers and telephones reach us, without a slash at the end.
    pub public_url: String,
}

impl House {
    /// The route that really exists, as it is given to a provider (fault 2 of the seed).
    pub fn callback_url(&self, wallet: Wallet) -> String {
        format!("{}/api/payments/mobile-money/callback/{}", self.public_url, wallet.code())
    }
}

/// The configured providers.
pub struct Providers {
    configured: Vec<ProviderConfig>,
    timing: Timing,
    /// By wallet and base URL: an attempt is asked for where it was made.
    known: Mutex<HashMap<(Wallet, String), Arc<Provider>>>,
}

impl Providers {
    /// Checks every configuration.
    pub fn new(configured: Vec<ProviderConfig>, timing: Timing) -> Result<Self, NotAProvider> {
        let providers = Self { configured, timing, known: Mutex::default() };
        for config in providers.configured.clone() {
            let key = (config.wallet, config.base_url.clone());
            let provider = Provider::new(config, providers.timing)?;
            providers.known.lock().insert(key, Arc::new(provider));
        }
        Ok(providers)
    }

    /// Every configured provider, for health and metrics.
    pub fn all(&self) -> Vec<Arc<Provider>> {
        self.configured.iter().filter_map(|config| self.of(config.wallet).ok()).map(|(p, _)| p).collect()
    }

    /// The provider of a wallet, and its base URL.
    pub fn of(&self, wallet: Wallet) -> Result<(Arc<Provider>, String), Failure> {
        let config = self.configured.iter().find(|config| config.wallet == wallet);
        let base_url = config.ok_or(Failure::NoProvider)?.base_url.clone();
        Ok((self.at(wallet, &base_url)?, base_url))
    }

    /// The provider of a wallet where it was when an attempt was made.
    pub fn at(&self, wallet: Wallet, base_url: &str) -> Result<Arc<Provider>, Failure> {
        let key = (wallet, base_url.to_owned());
        let mut known = self.known.lock();
        if let Some(provider) = known.get(&key) {
            return Ok(provider.clone());
        }
        let config = self.configured.iter().find(|config| config.wallet == wallet);
        let config = ProviderConfig { base_url: key.1.clone(), ..config.ok_or(Failure::NoProvider)?.clone() };
        let provider = Arc::new(Provider::new(config, self.timing).map_err(|_| Failure::NoProvider)?);
        known.insert(key, provider.clone());
        Ok(provider)
    }
}

/// What is sealed, so that text sealed for one purpose can't be passed off for another.
pub mod purpose {
    /// A patient's identity.
    pub const IDENTITY: &str = "identity";
    /// The payer's phone.
    pub const PHONE: &str = "phone";
    /// A callback that could not be read.
    pub const CALLBACK: &str = "callback";
    /// The card and the voucher by which an insurer pays.
    pub const COVERAGE: &str = "coverage";
}

/// Between two questions to a vault that is out of reach.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Opens identities for projectors while the keys exist. Blocks while the vault is out of reach: a row
/// that reads as erased because of an outage would stay so.
#[derive(Clone)]
pub struct People(pub Vault);

impl projections::Identities for People {
    fn identity(&self, sealed: &Sealed) -> Option<Identity> {
        let opened = loop {
            match self.0.open_sealed(sealed, purpose::IDENTITY) {
                Err(VaultError::Unavailable(outage)) => {
                    tracing::warn!(%outage, "an identity waits for the vault");
                    thread::sleep(ASK_AGAIN);
                }
                opened => break opened,
            }
        };
        match opened {
            Ok(clear) => clear.and_then(|clear| serde_json::from_slice(&clear).ok()),
            Err(error) => {
                // Reads as erased; the chain still proves what was written.
                tracing::error!(%error, "an identity could not be opened");
                None
            }
        }
    }
}
