//! `quittance serve`: the server on the embedded ledger.

use super::{log, runtime, say, say_error};
use crate::{
    commands::users,
    execute::Asked,
    serve::{self, CannotStart, Running},
    settings::Settings,
};
use clap::Args;
use domain::user::{Added, Role};
use std::process::ExitCode;
use uuid::Uuid;

/// Réglages : voir « Environment » ci-dessous dans `quittance --help`.
#[derive(Args)]
pub struct Serve {}

impl Serve {
    /// Runs until a signal; 1 if it could not start or had to stop.
    pub fn run(self, settings: Settings) -> ExitCode {
        log();
        let ended = runtime().map_err(CannotStart::from).and_then(|runtime| {
            runtime.block_on(async {
                let listener = serve::bind(settings.listen)?;
                let running = serve::start(settings, listener)?;
                first_user(&running).await?;
                say(format!("Quittance écoute sur http://{}", running.addr));
                Ok(running.until_stopped().await)
            })
        });
        match ended {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }
}

/// An empty ledger gets an administrator with a password of its own, told once and kept nowhere.
async fn first_user(running: &Running) -> Result<(), CannotStart> {
    let app = &running.app;
    if app.ledger.head() > 0 {
        return Ok(());
    }
    let password = password()?;
    let admin = Added {
        username: "admin".into(),
        first_name: "Première".into(),
        last_name: "Administration".into(),
        role: Role::Admin,
    };
    users::add(app, &Asked::by_ourselves(Uuid::now_v7()), &admin, &password).await?;
    say(format!("Premier démarrage. Compte « admin », mot de passe (affiché une seule fois) : {password}"));
    Ok(())
}

/// 120 random bits in letters that can be read aloud.
pub(super) fn password() -> std::io::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}
