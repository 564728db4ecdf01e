//! The master key: given from outside, or in `master.key`, never in the database.

use super::{
    VaultError,
    cipher::{Key, random},
    engine::Engine,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

const FILE: &str = "master.key";
const CHECK: &[u8] = b"quittance-master-check-v1";

/// The master key that fits the vault; a vault without keys takes the given one, or a new one.
pub(super) fn unlock(engine: &dyn Engine, dir: &Path, given: Option<&str>) -> Result<Key, VaultError> {
    if let Some(wrapped) = engine.master_check()? {
        return fitting(find(dir, given)?, &wrapped);
    }
    let key = match find(dir, given)? {
        Some(key) => key,
        None => make(dir)?,
    };
    admit(engine, key)
}

/// As [`unlock`], but nothing is made.
pub(super) fn unlock_existing(
    engine: &dyn Engine,
    dir: &Path,
    given: Option<&str>,
) -> Result<Key, VaultError> {
    let wrapped = engine.master_check()?.ok_or(VaultError::NoVault)?;
    fitting(find(dir, given)?, &wrapped)
}

/// The given master key, if it fits: processes on several machines have no file in common.
pub(super) fn unlock_shared(engine: &dyn Engine, given: &str) -> Result<Key, VaultError> {
    if given.trim().is_empty() {
        return Err(VaultError::MasterKeyRequired);
    }
    let key = parse(given)?;
    match engine.master_check()? {
        Some(wrapped) => fitting(Some(key), &wrapped),
        None => admit(engine, key),
    }
}

/// Makes the vault this key's, unless another process with another key came first.
fn admit(engine: &dyn Engine, key: Key) -> Result<Key, VaultError> {
    engine.add_master_check(&key.seal(CHECK, &random::<32>()?)?)?;
    let wrapped = engine.master_check()?.ok_or(VaultError::NoVault)?;
    fitting(Some(key), &wrapped)
}

fn fitting(key: Option<Key>, wrapped: &[u8]) -> Result<Key, VaultError> {
    let key = key.ok_or(VaultError::NoMasterKey)?;
    key.open(CHECK, wrapped).map_err(|_| VaultError::WrongMasterKey)?;
    Ok(key)
}

/// The given key, else the one of the file.
fn find(dir: &Path, given: Option<&str>) -> Result<Option<Key>, VaultError> {
    if let Some(text) = given {
        return parse(text).map(Some);
    }
    let file = dir.join(FILE);
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    if fs::metadata(&file)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!("master.key can be read by others than its owner: its mode should be 0600");
    }
    parse(&text).map(Some)
}

fn parse(text: &str) -> Result<Key, VaultError> {
    let bytes = BASE64_STANDARD.decode(text.trim()).map_err(|_| VaultError::MalformedMasterKey)?;
    bytes.try_into().map(Key::from_bytes).map_err(|_| VaultError::MalformedMasterKey)
}

/// Writes a new key under another name first: a crash leaves no half of a key behind.
fn make(dir: &Path) -> Result<Key, VaultError> {
    let key = Key::random()?;
    let draft = dir.join("master.key.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(key.bytes()))?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(FILE))?;
    File::open(dir)?.sync_all()?;
    Ok(key)
}
