//! The command line. Each command is a file. Help, results and verdicts are for people, in French;
//! errors and the list of variables are for those who run the server, in English.

mod backup;
mod copy;
mod demo;
mod demo_data;
mod explain;
mod head;
mod progress;
mod projector;
mod rebuild;
mod receipt;
mod replay;
mod restore;
mod serve;
mod simulate_provider;
mod stopping;
mod verify;

use crate::settings::{BadSettings, Settings, VARIABLES};
use clap::{Parser, Subcommand};
use std::{
    fmt::{Display, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Quittance : le registre des paiements de l’hôpital.
#[derive(Parser)]
#[command(version, about, after_help = variables())]
pub struct Cli {
    /// Fichier de réglages TOML ; l’environnement l’emporte sur lui.
    #[arg(long, global = true, env = "QUITTANCE_CONFIG")]
    config: Option<PathBuf>,
    /// Dossier du registre (QUITTANCE_DATA).
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Démarre le serveur.
    Serve(serve::Serve),
    /// Démarre le serveur avec des données de démonstration et un opérateur simulé.
    Demo(demo::Demo),
    /// Démarre un opérateur de mobile money simulé.
    SimulateProvider(simulate_provider::SimulateProvider),
    /// Vérifie tout le registre : chaîne, suites, numéros de reçus, écrans.
    Verify(verify::Verify),
    /// Écrit la tête signée du registre, à garder hors de la machine.
    Head(head::Head),
    /// Refait les écrans depuis le registre.
    Rebuild(rebuild::Rebuild),
    /// Les projecteurs des écrans.
    #[command(subcommand)]
    Projector(projector::Projector),
    /// Sauvegarde le registre et les clés, serveur en marche ou non.
    Backup(backup::Backup),
    /// Restaure une sauvegarde ou une copie continue dans un dossier de données vide.
    Restore(restore::Restore),
    /// La copie continue.
    #[command(subcommand)]
    Copy(copy::Copy),
    /// Raconte l’histoire d’un paiement, d’une prescription ou d’une caisse.
    Replay(replay::Replay),
    /// Nomme les événements qui font un total, et les additionne à nouveau.
    Explain(explain::Explain),
    /// Les reçus.
    #[command(subcommand)]
    Receipt(receipt::Receipt),
}

impl Cli {
    /// Runs the command; 0 if all is well, 1 if not, 2 for settings that can't be used.
    pub fn run(self) -> ExitCode {
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(error) => {
                say_error(&error);
                return ExitCode::from(2);
            }
        };
        match self.command {
            Command::Serve(command) => command.run(settings),
            Command::Demo(command) => command.run(settings),
            Command::SimulateProvider(command) => command.run(&settings),
            Command::Verify(command) => command.run(&settings),
            Command::Head(command) => command.run(&settings),
            Command::Rebuild(command) => command.run(&settings),
            Command::Projector(command) => command.run(&settings),
            Command::Backup(command) => command.run(&settings),
            Command::Restore(command) => command.run(&settings),
            Command::Copy(command) => command.run(),
            Command::Replay(command) => command.run(&settings),
            Command::Explain(command) => command.run(&settings),
            Command::Receipt(command) => command.run(&settings),
        }
    }

    fn settings(&self) -> Result<Settings, BadSettings> {
        let mut settings = Settings::load(self.config.as_deref(), &|name| std::env::var(name).ok())?;
        if let Some(data) = &self.data {
            settings.data.clone_from(data);
        }
        Ok(settings)
    }
}

fn variables() -> String {
    let mut text = String::from("Environment:\n");
    for (name, what) in VARIABLES {
        // Writing to a string can't fail.
        _ = writeln!(text, "  {name:<32} {what}");
    }
    text
}

/// A line for the person who called.
#[expect(clippy::print_stdout, reason = "the command line speaks to people here, and only here")]
fn say(line: impl Display) {
    println!("{line}");
}

/// What went wrong, for the person who called.
#[expect(clippy::print_stderr, reason = "the command line speaks to people here, and only here")]
fn say_error(error: impl Display) {
    eprintln!("quittance: {error}");
}

/// Log lines as JSON on standard error; `RUST_LOG` chooses how many.
fn log() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A log that can't be written must not end the thread that wanted to write it: a full disk often holds both.
    let lines = fmt().json().with_writer(std::io::stderr).with_env_filter(filter).log_internal_errors(false);
    if lines.try_init().is_err() {
        tracing::debug!("logging was set up before");
    }
}

/// The runtime of a server.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
