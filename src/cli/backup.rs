//! `quittance backup`: a checked copy of ledger and keys, also beside a running server.

use super::{progress::bar, say, say_error, stopping::stopping};
use crate::{
    backup::{BackupError, Watch, manifest::Manifest, take},
    settings::Settings,
};
use clap::Args;
use std::{path::PathBuf, process::ExitCode};

/// Le serveur peut encaisser pendant ce temps. La copie est vérifiée en entier avant de porter son nom ;
/// Ctrl-C l’arrête sans rien laisser.
///
/// Sont copiés : `ledger.db` (les faits) et `vault.db` (les clés, emballées ; les sessions n’en font pas
/// partie). Ne sont pas copiés : `views.db`, refait au démarrage, et `master.key`, à garder ailleurs.
#[derive(Args)]
pub struct Backup {
    /// Le dossier à créer ; il ne doit pas exister.
    #[arg(value_name = "TO_DIR")]
    to: PathBuf,
    /// Copie aussi `master.key`. Qui a ce dossier lit alors tous les noms : à chiffrer ou à enfermer.
    #[arg(long)]
    with_master_key: bool,
}

impl Backup {
    /// 0 if the backup is complete and in order.
    pub fn run(self, settings: &Settings) -> ExitCode {
        match self.take(settings) {
            Ok(manifest) => {
                self.tell(&manifest);
                ExitCode::SUCCESS
            }
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }

    fn take(&self, settings: &Settings) -> Result<Manifest, BackupError> {
        let (bar, stopped) = (bar("sauvegarde"), stopping()?);
        let progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let watch = Watch { progress: &progress, stopped: &stopped };
        let manifest = take::take(settings, &self.to, self.with_master_key, &watch)?;
        bar.finish_and_clear();
        Ok(manifest)
    }

    fn tell(&self, manifest: &Manifest) {
        let bytes: u64 = manifest.files.values().map(|file| file.bytes).sum();
        say(format!(
            "Sauvegarde complète et vérifiée : {} (position {}, {} Kio).",
            self.to.display(),
            manifest.position,
            bytes.div_ceil(1024)
        ));
        say(format!("Chaîne {}", manifest.chain));
        if self.with_master_key {
            say("La clé maîtresse (master.key) s’y trouve : qui a ce dossier lit tous les noms.");
        } else {
            say("La clé maîtresse n’y est pas : gardez-la ailleurs, sans elle les noms restent scellés.");
        }
        say(
            "Gardez head.txt aussi en un autre lieu : `restore --head` dira si une sauvegarde est plus ancienne.",
        );
    }
}
