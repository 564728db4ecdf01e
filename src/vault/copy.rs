//! The vault at a second place: everything but the sessions, brought up to date in place.
//!
//! Keys stay wrapped by the master key, which is not copied. In place, and not a new file each time,
//! because of erasures: a key that was forgotten here is overwritten there, and no older file keeps it.
//! The live vault is read in one short transaction and let go before the second place is written:
//! a slow disk there must not stand in the way of an erasure here.

use super::{
    VaultError,
    sqlite::{FILE, layout_known, migrate},
};
use rusqlite::{Connection, OpenFlags, Row, Transaction, params};
use std::{collections::BTreeMap, fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path, time::Duration};

const BUSY: Duration = Duration::from_secs(2);

/// A live vault and its copy.
pub struct Twin {
    live: Connection,
    copy: Connection,
    /// What SQLite called the state of the live vault when the copy was last equal to it.
    seen: Option<i64>,
}

/// How many keys a vault holds; the figures of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Patients whose key exists.
    pub keys: u64,
    /// Patients who were erased.
    pub erased: u64,
}

type Key = (i64, Vec<u8>, Vec<u8>);
type Tombstone = (Vec<u8>, i64);
type Credential = (Vec<u8>, String, i64);
type SigningKey = (String, Vec<u8>, Vec<u8>, i64, Option<i64>);

/// What the copy lacks.
struct Lacking {
    anew: bool,
    master: Vec<u8>,
    keys: Vec<Key>,
    tombstones: Vec<Tombstone>,
    credentials: Vec<Credential>,
    signing: Vec<SigningKey>,
}

impl Twin {
    /// The vault in `dir` and its copy `to`, a file that is made if it is not there.
    pub fn open(dir: &Path, to: &Path) -> Result<Self, VaultError> {
        let live = Connection::open_with_flags(dir.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        live.busy_timeout(BUSY)?;
        layout_known(&live)?;
        OpenOptions::new().append(true).create(true).mode(0o600).open(to)?;
        let mut copy = Connection::open(to)?;
        copy.busy_timeout(BUSY)?;
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        copy.pragma_update(None, "synchronous", "FULL")?;
        copy.pragma_update(None, "secure_delete", "ON")?;
        copy.pragma_update(None, "temp_store", "MEMORY")?;
        migrate(&mut copy)?;
        Ok(Self { live, copy, seen: None })
    }

    /// Makes the copy equal to what is committed now; durable before this returns. True if that took
    /// a write.
    pub fn bring_up(&mut self) -> Result<bool, VaultError> {
        let version: i64 = self.live.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.seen == Some(version) {
            return Ok(false);
        }
        let lacking = self.lacking()?;
        let written = lacking.is_any();
        if written {
            let step = self.copy.transaction()?;
            lacking.write(&step)?;
            step.commit()?;
        }
        self.seen = Some(version);
        Ok(written)
    }

    fn lacking(&mut self) -> Result<Lacking, VaultError> {
        let live = self.live.transaction()?;
        let here = |sql: &str| -> rusqlite::Result<i64> { live.query_row(sql, [], |row| row.get(0)) };
        let there = |sql: &str| -> rusqlite::Result<i64> { self.copy.query_row(sql, [], |row| row.get(0)) };
        let last = "SELECT coalesce(max(id), 0) FROM patient_keys";
        let master: Vec<u8> = live.query_row("SELECT wrapped FROM master_check", [], |row| row.get(0))?;
        let known: Vec<Vec<u8>> = all(&self.copy, "SELECT wrapped FROM master_check", |row| row.get(0))?;
        // Another master key, or the copy of another vault: nothing in it is of use.
        let anew = !known.is_empty() && (known != [master.clone()] || there(last)? > here(last)?);
        let after = if anew { 0 } else { there(last)? };
        let keys = live
            .prepare("SELECT id, patient, wrapped FROM patient_keys WHERE id > ?1 ORDER BY id")?
            .query_map([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let count = "SELECT count(*) FROM forgotten_patients";
        let tombstones = match anew || here(count)? != there(count)? {
            true => all(&live, "SELECT patient, forgotten_at FROM forgotten_patients", |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?,
            false => vec![],
        };
        let (credentials, signing) = (credentials(&live)?, signing_keys(&live)?);
        let same = !anew && credentials == self::credentials(&self.copy)?;
        let same_signing = !anew && signing == signing_keys(&self.copy)?;
        Ok(Lacking {
            anew: anew || known.is_empty(),
            master,
            keys,
            tombstones,
            credentials: if same { vec![] } else { credentials },
            signing: if same_signing { vec![] } else { signing },
        })
    }
}

impl Lacking {
    fn is_any(&self) -> bool {
        self.anew
            || !self.keys.is_empty()
            || !self.tombstones.is_empty()
            || !self.credentials.is_empty()
            || !self.signing.is_empty()
    }

    fn write(&self, step: &Transaction<'_>) -> rusqlite::Result<()> {
        if self.anew {
            step.execute_batch(
                "DELETE FROM master_check; DELETE FROM patient_keys; DELETE FROM forgotten_patients;
                 DELETE FROM credentials; DELETE FROM signing_keys;",
            )?;
            step.execute("INSERT INTO master_check (one, wrapped) VALUES (1, ?1)", [&self.master])?;
        }
        for (id, patient, wrapped) in &self.keys {
            step.prepare_cached("INSERT INTO patient_keys (id, patient, wrapped) VALUES (?1, ?2, ?3)")?
                .execute(params![id, patient, wrapped])?;
        }
        for (patient, at) in &self.tombstones {
            let known = "INSERT INTO forgotten_patients (patient, forgotten_at) VALUES (?1, ?2)
                ON CONFLICT (patient) DO NOTHING";
            if step.prepare_cached(known)?.execute(params![patient, at])? == 1 {
                step.execute("UPDATE patient_keys SET wrapped = zeroblob(72) WHERE patient = ?1", [patient])?;
            }
        }
        if !self.credentials.is_empty() {
            step.execute("DELETE FROM credentials", [])?;
        }
        for (user, phc, at) in &self.credentials {
            step.execute(
                "INSERT INTO credentials (user, phc, set_at) VALUES (?1, ?2, ?3)",
                params![user, phc, at],
            )?;
        }
        if !self.signing.is_empty() {
            step.execute("DELETE FROM signing_keys", [])?;
        }
        for (id, seed, public, created, retired) in &self.signing {
            step.execute(
                "INSERT INTO signing_keys (key_id, wrapped_seed, public, created_at, retired_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, seed, public, created, retired],
            )?;
        }
        Ok(())
    }
}

fn credentials(db: &Connection) -> rusqlite::Result<Vec<Credential>> {
    let sql = "SELECT user, phc, set_at FROM credentials ORDER BY user";
    all(db, sql, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

fn signing_keys(db: &Connection) -> rusqlite::Result<Vec<SigningKey>> {
    let sql = "SELECT key_id, wrapped_seed, public, created_at, retired_at FROM signing_keys ORDER BY key_id";
    all(db, sql, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
}

fn all<T>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    db.prepare(sql)?.query_map([], read)?.collect()
}

/// Looks at every page of a copied vault, which needs no master key.
pub fn look(dir: &Path) -> Result<Holdings, VaultError> {
    let db = reading(dir)?;
    let said: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(VaultError::Damaged(said));
    }
    let count = |sql: &str| -> Result<u64, VaultError> {
        let count: i64 = db.query_row(sql, [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    Ok(Holdings {
        keys: count("SELECT count(*) FROM patient_keys WHERE wrapped <> zeroblob(72)")?,
        erased: count("SELECT count(*) FROM forgotten_patients")?,
    })
}

/// The public keys of the vault in `dir` by id. They lie there in clear: no master key is needed.
pub fn public_keys(dir: &Path) -> Result<BTreeMap<String, [u8; 32]>, VaultError> {
    let keys =
        all(&reading(dir)?, "SELECT key_id, public FROM signing_keys", |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(keys.into_iter().collect())
}

fn reading(dir: &Path) -> Result<Connection, VaultError> {
    let file = dir.join(FILE);
    if !file.try_exists()? {
        return Err(VaultError::NoVault);
    }
    // A copy that was cut off in the middle of a write has a journal, which only a writer rolls back.
    let db = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .or_else(|_| Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
    db.busy_timeout(BUSY)?;
    layout_known(&db)?;
    Ok(db)
}
