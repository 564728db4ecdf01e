//! `quittance simulate-provider`: a mobile money provider of our own, with its faults.

use super::{log, runtime, say, say_error};
use crate::{
    secret::Secret,
    settings::Settings,
    simulate_provider::{self, Options, scenario},
};
use clap::Args;
use domain::Wallet;
use std::{net::SocketAddr, process::ExitCode};

/// Les deux portefeuilles sont servis sous /tmoney et /flooz. Identifiants : TMONEY_MERCHANT_ID,
/// TMONEY_API_KEY et TMONEY_SECRET_KEY, ou à défaut des valeurs tirées au sort et affichées.
#[derive(Args)]
#[command(after_help = scenario::help())]
pub struct SimulateProvider {
    /// Adresse d’écoute ; le port 0 en prend un de libre.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Multiplie toutes les attentes : 0.1 va dix fois plus vite.
    #[arg(long, default_value_t = 1.0)]
    pace: f64,
}

impl SimulateProvider {
    /// Runs until it is ended.
    pub fn run(self, settings: &Settings) -> ExitCode {
        log();
        let outcome = runtime().and_then(|runtime| runtime.block_on(self.simulate(settings)));
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    async fn simulate(self, settings: &Settings) -> std::io::Result<()> {
        let options = options(settings, self.listen, self.pace)?;
        let (merchant, api, secret) =
            (options.merchant_id.clone(), options.api_key.clone(), options.secret_key.clone());
        let running = simulate_provider::start(options).await?;
        say(format!("TMONEY_API_URL={}", running.base_url(Wallet::Tmoney)));
        say(format!("FLOOZ_API_URL={}", running.base_url(Wallet::Flooz)));
        if settings.providers.is_empty() {
            for code in ["TMONEY", "FLOOZ"] {
                say(format!("{code}_MERCHANT_ID={merchant}"));
                say(format!("{code}_API_KEY={}", api.expose()));
                say(format!("{code}_SECRET_KEY={}", secret.expose()));
            }
        }
        crate::serve::signal().await;
        running.stop().await;
        Ok(())
    }
}

/// Plays the configured provider, or one with secrets made now.
pub(super) fn options(settings: &Settings, listen: SocketAddr, pace: f64) -> std::io::Result<Options> {
    let secret = || {
        let text = super::serve::password()?;
        Secret::parse(&text).map_err(std::io::Error::other)
    };
    let configured = settings.providers.first();
    Ok(Options {
        listen,
        merchant_id: configured.map_or_else(|| "SIMULATED".into(), |config| config.merchant_id.clone()),
        api_key: configured.map_or_else(secret, |config| Ok(config.api_key.clone()))?,
        secret_key: configured.map_or_else(secret, |config| Ok(config.secret_key.clone()))?,
        scheme: configured
            .map_or(crate::providers::CallbackScheme::XSignature, |config| config.callback_scheme),
        pace,
        seed: u64::from(getrandom::u32().map_err(std::io::Error::other)?),
    })
}
