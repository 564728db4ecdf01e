//! `quittance restore`: a backup or a continuous copy becomes a data folder.

use super::{progress::bar, say, say_error, stopping::stopping};
use crate::{
    backup::{
        BackupError, Watch,
        restore::{self, Restored},
    },
    settings::Settings,
};
use clap::Args;
use std::{path::PathBuf, process::ExitCode};

/// Le dossier de données (`--data`) doit être vide ; seule `master.key` peut déjà s’y trouver.
///
/// Tout est vérifié avant d’être mis en place : les empreintes des fichiers, la chaîne, les suites.
#[derive(Args)]
pub struct Restore {
    /// Une sauvegarde (`quittance backup`) ou une copie continue (`QUITTANCE_COPY`).
    #[arg(value_name = "FROM_DIR")]
    from: PathBuf,
    /// Une tête signée, gardée ailleurs : dit si ce qui est restauré est plus ancien, ou réécrit.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// Prend une copie continue abîmée jusqu’au dernier endroit sain.
    #[arg(long)]
    partial: bool,
}

impl Restore {
    /// 0 if the data folder is ready for a start.
    pub fn run(self, settings: &Settings) -> ExitCode {
        match self.restore(settings) {
            Ok(restored) => {
                tell(&restored, settings);
                ExitCode::SUCCESS
            }
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    fn restore(&self, settings: &Settings) -> Result<Restored, BackupError> {
        let head = self.head.as_ref().map(std::fs::read_to_string).transpose()?;
        let (bar, stopped) = (bar("restauration"), stopping()?);
        let progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let watch = Watch { progress: &progress, stopped: &stopped };
        let restored = restore::restore(settings, &self.from, head.as_deref(), self.partial, &watch)?;
        bar.finish_and_clear();
        Ok(restored)
    }
}

fn tell(restored: &Restored, settings: &Settings) {
    let (walk, dir) = (&restored.walk, settings.data.display());
    say(format!("Registre restauré dans {dir}, en ordre jusqu’à la position {}.", walk.position));
    if let Some(at) = restored.at {
        say(format!("État du {}.", at.format("%Y-%m-%d %H:%M:%S UTC")));
    }
    say(format!("Chaîne {}", hex::encode(walk.chain)));
    if restored.torn > 0 {
        say(format!("Fin de copie inachevée : {} octets laissés de côté.", restored.torn));
    }
    match restored.older_than {
        Some(head) => say(format!(
            "PLUS ANCIEN que la tête gardée : {} événements manquent (positions {} à {head}).",
            head - walk.position,
            walk.position + 1,
        )),
        None => say("Écrans : refaits au prochain démarrage."),
    }
    if restored.has_key {
        say("La clé maîtresse convient. Ensuite : `quittance verify`, puis `quittance serve`.");
    } else {
        say(format!(
            "Ensuite : remettez master.key dans {dir} (ou QUITTANCE_MASTER_KEY), `quittance verify`, puis \
             `quittance serve`."
        ));
    }
}
