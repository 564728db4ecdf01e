//! `quittance demo`: the server, a simulated provider and a day's data, from nothing.

use super::{demo_data, log, runtime, say, say_error, serve::password, simulate_provider::options};
use crate::{
    providers::ProviderConfig,
    secret::Secret,
    serve::{self, CannotStart, Running},
    settings::Settings,
    simulate_provider,
};
use clap::Args;
use domain::Wallet;
use serde::{Deserialize, Serialize};
use std::{io::Write, net::SocketAddr, os::unix::fs::OpenOptionsExt, path::Path, process::ExitCode};

/// Les réglages de l’environnement l’emportent sur ceux de la démonstration.
#[derive(Args)]
pub struct Demo {
    /// Adresse de l’opérateur simulé ; le port 0 en prend un de libre.
    #[arg(long, default_value = "127.0.0.1:0")]
    simulator: SocketAddr,
    /// Multiplie les attentes de l’opérateur simulé.
    #[arg(long, default_value_t = 1.0)]
    pace: f64,
    /// Sans patients, prescriptions ni paiements.
    #[arg(long)]
    empty: bool,
}

/// What scripts need: `data/demo.json`.
#[derive(Serialize, Deserialize)]
struct Told {
    url: String,
    simulator: Option<String>,
    logins: Vec<Login>,
}

/// One user of the demo.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Login {
    pub username: String,
    pub password: String,
    pub role: String,
}

impl Demo {
    /// Runs until a signal.
    pub fn run(self, settings: Settings) -> ExitCode {
        log();
        let ended =
            runtime().map_err(CannotStart::from).and_then(|runtime| runtime.block_on(self.show(settings)));
        match ended {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    async fn show(self, mut settings: Settings) -> Result<bool, CannotStart> {
        std::fs::create_dir_all(&settings.data)?;
        let listener = serve::bind(settings.listen)?;
        // The simulator plays a provider that nobody has configured; a configured one is left alone.
        let simulator = match settings.providers.is_empty() {
            true => {
                let options = options(&settings, self.simulator, self.pace)?;
                let simulator = simulate_provider::start(options.clone()).await?;
                settings.providers =
                    Wallet::ALL.map(|wallet| configured(wallet, simulator.base_url(wallet), &options)).into();
                Some(simulator)
            }
            false => None,
        };
        let file = settings.data.join("demo.json");
        let logins = logins(&file)?;
        let running = serve::start(settings, listener).await?;
        let told = Told {
            url: format!("http://{}", running.addr),
            simulator: simulator.as_ref().map(|simulator| format!("http://{}", simulator.addr())),
            logins,
        };
        keep(&file, &told)?;
        self.fill(&running, &told).await?;
        tell(&told);
        let in_order = running.until_stopped().await;
        if let Some(simulator) = simulator {
            simulator.stop().await;
        }
        Ok(in_order)
    }

    /// Users first, then a day's business, unless the ledger has some.
    async fn fill(&self, running: &Running, told: &Told) -> Result<(), CannotStart> {
        if running.app.ledger.head() > 0 {
            return Ok(());
        }
        demo_data::users(&running.app, &told.logins).await?;
        if !self.empty {
            demo_data::day(&running.app).await?;
        }
        Ok(())
    }
}

fn configured(wallet: Wallet, base_url: String, options: &simulate_provider::Options) -> ProviderConfig {
    ProviderConfig {
        wallet,
        base_url,
        merchant_id: options.merchant_id.clone(),
        api_key: options.api_key.clone(),
        secret_key: options.secret_key.clone(),
        previous_secret_key: None::<Secret>,
        callback_scheme: options.scheme,
    }
}

/// The logins of an earlier start, or new ones with passwords drawn now.
fn logins(file: &Path) -> Result<Vec<Login>, CannotStart> {
    if let Ok(text) = std::fs::read(file) {
        let told: Told = serde_json::from_slice(&text).map_err(std::io::Error::other)?;
        return Ok(told.logins);
    }
    let login = |(username, role): &(&str, &str)| {
        Ok(Login { username: (*username).into(), password: password()?, role: (*role).into() })
    };
    demo_data::USERS.iter().map(login).collect()
}

/// Readable for its owner alone: it holds passwords.
fn keep(file: &Path, told: &Told) -> std::io::Result<()> {
    let json = serde_json::to_vec_pretty(told).map_err(std::io::Error::other)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(&json)
}

fn tell(told: &Told) {
    say(format!("Quittance (démonstration) écoute sur {}", told.url));
    if let Some(simulator) = &told.simulator {
        say(format!("Opérateur simulé : {simulator} (scénarios : {simulator}/control/scenarios)"));
    }
    for login in &told.logins {
        say(format!("  {:<12} {:<12} {}", login.role, login.username, login.password));
    }
}
