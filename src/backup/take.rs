//! Takes a backup beside a server that goes on writing.
//!
//! The events are read a page at a time, each page in a read transaction of its own: a snapshot held for
//! the length of a backup would keep the write-ahead log from being emptied. The log only grows, so the
//! events up to the head that was found at the start are a ledger in themselves.
//! The vault comes after them: a key is made before the first event that needs it.

use super::{
    BackupError, Watch,
    files::{self, Part},
    manifest::{self, Manifest},
    witness::Witness,
};
use crate::{
    proof::head::{Head, Origin},
    settings::Settings,
    store::{EventStore, StoreError, embedded::EmbeddedStore, embedded::replica::Replica, end::End},
    vault::{Vault, copy},
};
use chrono::Utc;
use std::path::Path;

/// Events, or commands, read at a time.
const PAGE: u64 = 1_000;
/// The files of a backup besides its manifest.
pub const LEDGER: &str = "ledger.db";
/// Keys, wrapped.
pub const VAULT: &str = "vault.db";
/// The signed head once more, as a file for `verify --against`.
const HEAD: &str = "head.txt";
/// Only if it was asked for.
pub const MASTER: &str = "master.key";

/// Takes a backup of the ledger of these settings into the new folder `to`.
pub fn take(
    settings: &Settings,
    to: &Path,
    with_master_key: bool,
    watch: &Watch<'_>,
) -> Result<Manifest, BackupError> {
    if settings.database.is_some() {
        return Err(BackupError::Elsewhere);
    }
    let dir = settings.data.as_path();
    if to.try_exists()? {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let store = EmbeddedStore::open_read_only(dir)?;
    let signer = Vault::open_read_only(dir, settings.master_key.as_ref().map(|key| key.expose()))?.signer();
    if with_master_key && !dir.join(MASTER).try_exists()? {
        return Err(BackupError::NoKeyFile);
    }
    let part = Part::make(beside(to))?;
    let now = Utc::now();
    let upto = *store.head().borrow();
    ledger(&store, upto, part.dir(), watch)?;
    copy::Twin::open(dir, &part.dir().join(VAULT))?.bring_up()?;
    copy::look(part.dir())?;
    let (walk, _) = Witness::of(None).walk(part.dir(), watch)?;
    let id = hex::encode(store.id());
    let head =
        Head { origin: Origin::of_store(&id)?, size: walk.position, root: walk.root, chain: walk.chain };
    let signed = head.sign(&signer);
    files::write(&part.dir().join(HEAD), signed.as_bytes())?;
    if with_master_key {
        files::carried(&dir.join(MASTER), &part.dir().join(MASTER))?;
    }
    let mut manifest = Manifest::new(id, &head, signed, now);
    for name in [LEDGER, VAULT, HEAD, MASTER] {
        let file = part.dir().join(name);
        if file.try_exists()? {
            manifest.files.insert(name.to_owned(), files::sealed(&file)?);
        }
        watch.at(walk.position, walk.position)?;
    }
    files::write(&part.dir().join(manifest::FILE), &manifest.text()?)?;
    part.keep_as(to)?;
    Ok(manifest)
}

/// `name.part`, where `name` is not there yet: a rename within one file system is all or nothing.
fn beside(to: &Path) -> std::path::PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    files::parent(to).join(name)
}

fn ledger(store: &EmbeddedStore, upto: u64, dir: &Path, watch: &Watch<'_>) -> Result<(), BackupError> {
    let mut replica = Replica::create(dir, &store.id())?;
    let mut end = End::EMPTY;
    while end.position < upto {
        let wanted = PAGE.min(upto - end.position);
        let events = store.page(&mut end, wanted)?;
        if events.is_empty() {
            let what = "it is missing, and nothing comes after".to_owned();
            return Err(StoreError::Damaged { position: end.position + 1, what }.into());
        }
        for event in &events {
            replica.take(event)?;
        }
        replica.commit()?;
        watch.at(end.position, upto)?;
    }
    // Whatever ended by `upto` is there since before that head was read, so one pass finds all of it.
    let mut after = vec![];
    loop {
        let page = store.commands_after_key(&after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.command.key.to_vec();
        for carried in page.iter().filter(|carried| carried.last <= upto) {
            replica.tell(carried)?;
        }
        replica.commit()?;
        watch.at(upto, upto)?;
    }
    replica.finish()?;
    Ok(())
}
