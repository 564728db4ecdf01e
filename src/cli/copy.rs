//! `quittance copy status`: what a continuous copy holds, read from its first event to its last.

use super::{progress::bar, say, say_error};
use crate::{
    copy::{
        CopyError,
        walk::{self, Holding},
    },
    vault::copy::{Holdings, look},
};
use clap::Subcommand;
use std::{path::PathBuf, process::ExitCode};

/// La copie continue (`QUITTANCE_COPY`).
#[derive(Subcommand)]
pub enum Copy {
    /// Vérifie une copie en entier et dit jusqu’où elle va ; peut tourner à côté du serveur.
    Status {
        /// Le dossier de la copie.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

impl Copy {
    /// 0 if the copy is sound and has all that it says.
    pub fn run(self) -> ExitCode {
        let Self::Status { dir } = self;
        match status(&dir) {
            Ok((holding, keys)) => {
                tell(&holding, keys);
                ExitCode::SUCCESS
            }
            Err(error) => {
                say_error(error);
                ExitCode::FAILURE
            }
        }
    }
}

fn status(dir: &std::path::Path) -> Result<(Holding, Holdings), CopyError> {
    let bar = bar("copie");
    // What it says first: a server that goes on meanwhile only adds to it.
    let said = Holding::nothing(dir)?.said;
    bar.set_length(said.as_ref().map_or(0, |said| said.position));
    let mut holding = walk::walk(dir, &mut |_, end| {
        bar.set_position(end.position);
        Ok(())
    })?;
    bar.finish_and_clear();
    holding.said = said;
    holding.keeps_its_word()?;
    Ok((holding, look(dir)?))
}

fn tell(holding: &Holding, keys: Holdings) {
    say(format!("Copie en ordre jusqu’à la position {}.", holding.end.position));
    if holding.end.position > 0 {
        say(format!("Dernier événement du {}.", holding.end.recorded_at.format("%Y-%m-%d %H:%M:%S UTC")));
    }
    say(format!("Registre {}", holding.owner.store_id));
    say(format!("Chaîne {}", hex::encode(holding.end.chain)));
    say(format!("{} commandes, {} clés, {} patients effacés.", holding.commands, keys.keys, keys.erased));
    if holding.torn > 0 {
        say(format!("Fin inachevée : {} octets qui ne comptent pas (encore).", holding.torn));
    }
}
