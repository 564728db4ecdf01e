//! `quittance receipt check`: is this receipt genuine? No network, no ledger, only a public key.

use super::{say, say_error};
use crate::{proof::receipt_code, settings::Settings, vault::Vault};
use clap::Subcommand;
use std::process::ExitCode;

/// Contrôle des reçus.
#[derive(Subcommand)]
pub enum Receipt {
    /// Contrôle le texte d’un QR, hors ligne.
    Check {
        /// Le texte lu dans le QR.
        code: String,
        /// La clé publique en hexadécimal, telle qu’affichée au mur ; sinon celles du dossier de données.
        #[arg(long)]
        key: Vec<String>,
    },
}

impl Receipt {
    /// 0 if the receipt is genuine.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let Self::Check { code, key } = self;
        let keys = match keys(settings, &key) {
            Ok(keys) => keys,
            Err(error) => {
                say_error(error);
                return ExitCode::from(2);
            }
        };
        let known = |id: &str| keys.iter().find(|key| crate::vault::key_id_of(key) == id).copied();
        match receipt_code::check(&code, known) {
            Ok(code) => {
                let (number, amount, day) = (code.number(), code.amount(), code.day());
                say(format!("Reçu authentique : n° {number}, {amount}, le {}", day.format("%d/%m/%Y")));
                ExitCode::SUCCESS
            }
            Err(error) => {
                say_error(format!("reçu non authentique ({error})"));
                ExitCode::FAILURE
            }
        }
    }
}

fn keys(settings: &Settings, given: &[String]) -> Result<Vec<[u8; 32]>, Box<dyn std::error::Error>> {
    if given.is_empty() {
        let master = settings.master_key.as_ref().map(|key| key.expose());
        let vault = match &settings.database {
            Some(database) => super::runtime()?.block_on(crate::serve::vault(database))?,
            None => Vault::open_read_only(&settings.data, master)?,
        };
        return Ok(vault.public_keys().into_values().collect());
    }
    let mut keys = vec![];
    for text in given {
        let bytes = hex::decode(text)?;
        keys.push(<[u8; 32]>::try_from(bytes.as_slice())?);
    }
    Ok(keys)
}
