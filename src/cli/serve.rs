//! `quittance serve`: the server.

use super::{log, runtime, say, say_error};
use crate::{
    commands::users,
    execute::Asked,
    failure::Failure,
    serve::{self, CannotStart, Running},
    settings::Settings,
};
use clap::Args;
use domain::{
    UserId,
    user::{Added, Role},
};
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
                let running = serve::start(settings, listener).await?;
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
///
/// A first start may be cut off between his event and his password: then nobody could ever sign in, so
/// the next start gives him another one. It is told before it is set, or it could be lost in between.
async fn first_user(running: &Running) -> Result<(), CannotStart> {
    let (app, id) = (&running.app, UserId::of_username(FIRST));
    let begun = app.ledger.head() > 0;
    if begun
        && (app.vault.has_password(id).map_err(Failure::from)? || users::active(app, id).await?.is_none())
    {
        return Ok(());
    }
    let password = password()?;
    say(format!("Premier démarrage. Compte « {FIRST} », mot de passe (affiché une seule fois) : {password}"));
    if begun {
        app.passwords.set(id, password).await.map_err(Failure::from)?;
        return Ok(());
    }
    let admin = Added {
        username: FIRST.into(),
        first_name: "Première".into(),
        last_name: "Administration".into(),
        role: Role::Admin,
    };
    users::add(app, &Asked::by_ourselves(Uuid::now_v7()), &admin, &password).await?;
    Ok(())
}

/// Who administers a new ledger.
const FIRST: &str = "admin";

/// 120 random bits in letters that can be read aloud.
pub(super) fn password() -> std::io::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}
