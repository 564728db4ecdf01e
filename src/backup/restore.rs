//! Brings a backup, or a continuous copy, into an empty data folder.
//!
//! All of it is made and checked in `restore.part` inside that folder, and then moved up. As long as that
//! folder is there, no server starts on the data (`store/embedded/files.rs`): after a power cut in the
//! middle of the move, half a ledger is not taken for one.

use super::{
    BackupError, Watch,
    files::{self, Part},
    manifest::Manifest,
    take::{LEDGER, MASTER, VAULT},
    witness::Witness,
};
use crate::{
    copy::{
        place::Owner,
        walk::{self, Group, Holding},
    },
    proof::head::{Head, Origin},
    settings::Settings,
    store::{
        embedded::{self, replica::Replica},
        verify::{self, Walk},
    },
    vault::{Vault, copy},
};
use chrono::{DateTime, Utc};
use std::{fs, path::Path};

/// Events between two commits of the new ledger.
const EVENTS: usize = 5_000;

/// What was brought back.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Where the ledger ends.
    pub walk: Walk,
    /// When the backup was taken, or the copy last went on.
    pub at: Option<DateTime<Utc>>,
    /// Bytes after the last whole transaction of a copy, which were cut off.
    pub torn: u64,
    /// The position of the head kept elsewhere, if the ledger does not reach it.
    pub older_than: Option<u64>,
    /// True if a master key was at hand, and it fits.
    pub has_key: bool,
}

/// Restores what lies in `from` into the data folder of these settings. A `head` that was kept elsewhere
/// is compared with it. With `partial` a damaged copy is taken as far as it is sound.
pub fn restore(
    settings: &Settings,
    from: &Path,
    head: Option<&str>,
    partial: bool,
    watch: &Watch<'_>,
) -> Result<Restored, BackupError> {
    if settings.database.is_some() {
        return Err(BackupError::Elsewhere);
    }
    let manifest = Manifest::read(from)?;
    if manifest.is_none() && Owner::read(from)?.is_none() {
        return Err(BackupError::Neither(from.to_owned()));
    }
    let dir = settings.data.as_path();
    let lock = embedded::lock(dir)?;
    is_empty(dir)?;
    let part = Part::make(dir.join(embedded::RESTORING))?;
    let (at, torn) = match &manifest {
        Some(manifest) => (Some(manifest.taken_at), carry(from, manifest, part.dir(), watch)?),
        None => {
            let holding = build(from, part.dir(), partial, watch)?;
            (holding.said.map(|said| said.at), holding.torn)
        }
    };
    copy::look(part.dir())?;
    let head = head.map(|text| kept(text, part.dir())).transpose()?;
    let (walk, older_than) = Witness::of(head).walk(part.dir(), watch)?;
    if let Some(manifest) = manifest
        && (manifest.position, &manifest.chain, &manifest.root)
            != (walk.position, &hex::encode(walk.chain), &hex::encode(walk.root))
    {
        return Err(BackupError::Unlike { found: walk.position, said: manifest.position });
    }
    let has_key = fits(settings, part.dir())?;
    move_up(part, dir)?;
    drop(lock);
    Ok(Restored { walk, at, torn, older_than, has_key })
}

/// Nothing but a key that was put there first, and the lock.
fn is_empty(dir: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        if name != MASTER && name != embedded::LOCK {
            return Err(BackupError::NotEmpty(dir.to_owned()));
        }
    }
    Ok(())
}

/// The files of a backup, each compared with what the manifest says of it.
fn carry(from: &Path, manifest: &Manifest, to: &Path, watch: &Watch<'_>) -> Result<u64, BackupError> {
    for name in [LEDGER, VAULT, MASTER] {
        let Some(said) = manifest.files.get(name) else {
            if name == MASTER {
                continue;
            }
            return Err(BackupError::Changed(name.to_owned(), "backup.json does not list it".to_owned()));
        };
        let found = files::carried(&from.join(name), &to.join(name))
            .map_err(|error| BackupError::Changed(name.to_owned(), error.to_string()))?;
        if found != *said {
            let what =
                format!("{} bytes {}, not {} bytes {}", found.bytes, found.sha256, said.bytes, said.sha256);
            return Err(BackupError::Changed(name.to_owned(), what));
        }
        watch.at(0, manifest.position)?;
    }
    Ok(0)
}

/// A ledger built from the segments of a copy.
fn build(from: &Path, to: &Path, partial: bool, watch: &Watch<'_>) -> Result<Holding, BackupError> {
    let known = Holding::nothing(from)?;
    let id = known.owner.id(from)?;
    let total = known.said.as_ref().map_or(0, |said| said.position);
    let mut replica = Replica::create(to, &id)?;
    let (mut waiting, mut failed) = (0, None);
    let walked = walk::walk(from, &mut |group, end| {
        waiting += group.events.len();
        let taken = take(&mut replica, group, &mut waiting)
            .and_then(|()| watch.at(end.position, total.max(end.position)));
        // The walk ends with this error, but it is none of the copy's.
        taken.map_err(|error| {
            let told = std::io::Error::other(error.to_string());
            failed = Some(error);
            told.into()
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let holding = match walked {
        Ok(holding) => holding,
        Err(error) if partial => {
            tracing::warn!(%error, "the copy is taken up to where it is damaged");
            known
        }
        Err(error) => return Err(error.into()),
    };
    if !partial {
        holding.keeps_its_word()?;
    }
    replica.commit()?;
    replica.finish()?;
    keys(from, to)?;
    Ok(holding)
}

/// Adds a group whole, and commits when enough of them wait.
fn take(replica: &mut Replica, group: &Group, waiting: &mut usize) -> Result<(), BackupError> {
    for event in &group.events {
        replica.take(event)?;
    }
    for carried in &group.commands {
        replica.tell(carried)?;
    }
    if *waiting >= EVENTS {
        replica.commit()?;
        *waiting = 0;
    }
    Ok(())
}

/// The vault of a copy, with the journal of a write that was cut off: SQLite takes it back when it opens.
fn keys(from: &Path, to: &Path) -> Result<(), BackupError> {
    files::carried(&from.join(VAULT), &to.join(VAULT))?;
    let journal = format!("{VAULT}-journal");
    if from.join(&journal).try_exists()? {
        files::carried(&from.join(&journal), &to.join(&journal))?;
    }
    Ok(())
}

fn kept(text: &str, dir: &Path) -> Result<Head, BackupError> {
    let origin = Origin::of_store(&hex::encode(verify::store_id(dir)?))?;
    let keys: Vec<_> = copy::public_keys(dir)?.into_values().collect();
    Ok(Head::check(text, &origin, &keys)?)
}

/// Opens the keys with the master key, if there is one: the given one, or one of the two files.
fn fits(settings: &Settings, part: &Path) -> Result<bool, BackupError> {
    let file = [settings.data.join(MASTER), part.join(MASTER)].into_iter().find(|file| file.exists());
    let text = match (&settings.master_key, file) {
        (Some(key), _) => key.expose().to_owned(),
        (None, Some(file)) => fs::read_to_string(file)?,
        (None, None) => return Ok(false),
    };
    Vault::open_read_only(part, Some(&text))?;
    Ok(true)
}

fn move_up(part: Part, dir: &Path) -> Result<(), BackupError> {
    files::sync_dir(part.dir())?;
    for name in [MASTER, VAULT, LEDGER] {
        let (from, to) = (part.dir().join(name), dir.join(name));
        if !from.try_exists()? || (name == MASTER && to.try_exists()?) {
            continue;
        }
        if let Err(error) = fs::rename(&from, &to) {
            part.leave();
            return Err(error.into());
        }
    }
    files::sync_dir(dir)?;
    drop(part);
    Ok(files::sync_dir(dir)?)
}
