//! The master key: given from outside, or in `master.key`, never in `vault.db`.

use super::{
    VaultError,
    cipher::{Key, random},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use rusqlite::{Connection, OptionalExtension};
use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

const FILE: &str = "master.key";
const CHECK: &[u8] = b"quittance-master-check-v1";

/// The master key that fits the vault; a vault without keys takes the given one, or a new one.
pub(super) fn unlock(db: &Connection, dir: &Path, given: Option<&str>) -> Result<Key, VaultError> {
    if let Some(wrapped) = check_value(db)? {
        return fitting(find(dir, given)?, &wrapped);
    }
    let key = match find(dir, given)? {
        Some(key) => key,
        None => make(dir)?,
    };
    let wrapped = key.seal(CHECK, &random::<32>()?)?;
    db.execute("INSERT INTO master_check (one, wrapped) VALUES (1, ?1)", [wrapped])?;
    Ok(key)
}

/// As [`unlock`], but nothing is made.
pub(super) fn unlock_existing(db: &Connection, dir: &Path, given: Option<&str>) -> Result<Key, VaultError> {
    let wrapped = check_value(db)?.ok_or(VaultError::NoVault)?;
    fitting(find(dir, given)?, &wrapped)
}

fn fitting(key: Option<Key>, wrapped: &[u8]) -> Result<Key, VaultError> {
    let key = key.ok_or(VaultError::NoMasterKey)?;
    key.open(CHECK, wrapped).map_err(|_| VaultError::WrongMasterKey)?;
    Ok(key)
}

fn check_value(db: &Connection) -> Result<Option<Vec<u8>>, VaultError> {
    Ok(db.query_row("SELECT wrapped FROM master_check", [], |row| row.get(0)).optional()?)
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
