//! One key for each patient: what is sealed with it is readable until the key is forgotten.

use super::{
    Vault, VaultError,
    cipher::Key,
    database::{Database, empty_log},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::Utc;
use domain::{PatientId, Sealed};
use moka::sync::Cache;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;
use uuid::Uuid;

/// Nobody's key: callback bodies that can't be read yet are parked under it.
pub const HOUSE: PatientId = PatientId(Uuid::nil());

/// Unwrapped keys. It is filled and emptied under the lock of the database alone, so a load that
/// began before a `forget` can't put the key back after it.
pub(super) type KeyCache = Cache<PatientId, Arc<Key>>;

pub(super) fn new_cache() -> KeyCache {
    Cache::new(10_000)
}

/// A forgotten key reads as this.
const WIPED: [u8; 72] = [0; 72];

impl Vault {
    /// Makes the key of a patient, once: durable before this returns, and nothing new when he has
    /// one. An erased patient never gets another.
    pub fn new_key(&self, patient: PatientId) -> Result<(), VaultError> {
        if self.inner.patients.contains_key(&patient) {
            return Ok(());
        }
        self.inner.database.write(|db| {
            match stored(db, patient)? {
                Stored::Wrapped(_) => return Ok(()),
                Stored::Forgotten => return Err(VaultError::Forgotten(patient)),
                Stored::Never => {}
            }
            let key = Key::random()?;
            let wrapped = self.inner.master.seal(&bound_key(patient), key.bytes())?;
            db.prepare_cached("INSERT INTO patient_keys (patient, wrapped) VALUES (?1, ?2)")?
                .execute(params![patient.0.as_bytes(), wrapped])?;
            self.inner.patients.insert(patient, Arc::new(key));
            Ok(())
        })
    }

    /// Seals `clear` for one patient and one purpose, such as `name` or `phone`.
    pub fn seal(&self, patient: PatientId, purpose: &str, clear: &[u8]) -> Result<Sealed, VaultError> {
        let key = self.key(patient)?.ok_or(VaultError::Forgotten(patient))?;
        let sealed = key.seal(&bound_text(patient, purpose), clear)?;
        Ok(Sealed { of: patient, text: BASE64_STANDARD.encode(sealed) })
    }

    /// The clear bytes; nothing when the patient was erased.
    pub fn open_sealed(&self, sealed: &Sealed, purpose: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(key) = self.key(sealed.of)? else { return Ok(None) };
        let bytes = BASE64_STANDARD.decode(&sealed.text).map_err(|_| VaultError::Tampered)?;
        key.open(&bound_text(sealed.of, purpose), &bytes).map(Some)
    }

    /// Destroys the key of a patient for good: all that was sealed for him reads as erased. Told
    /// twice it does the same again, which is the way out of [`VaultError::Busy`].
    pub fn forget(&self, patient: PatientId) -> Result<(), VaultError> {
        if patient == HOUSE {
            return Err(VaultError::HouseKey);
        }
        self.inner.database.write(|db| {
            let step = db.transaction()?;
            step.execute(
                "INSERT INTO forgotten_patients (patient, forgotten_at) VALUES (?1, ?2)
                 ON CONFLICT (patient) DO NOTHING",
                params![patient.0.as_bytes(), Utc::now().timestamp_millis()],
            )?;
            step.execute(
                "UPDATE patient_keys SET wrapped = ?2 WHERE patient = ?1",
                params![patient.0.as_bytes(), WIPED],
            )?;
            // Also when the commit fails: the key is then loaded again, or known to be gone.
            self.inner.patients.invalidate(&patient);
            step.commit()?;
            empty_log(db)
        })
    }

    /// True while a patient's key exists.
    pub fn has_key(&self, patient: PatientId) -> Result<bool, VaultError> {
        match self.key(patient) {
            Ok(key) => Ok(key.is_some()),
            Err(VaultError::NoKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The key of a patient; nothing when it was forgotten.
    fn key(&self, patient: PatientId) -> Result<Option<Arc<Key>>, VaultError> {
        if let Some(key) = self.inner.patients.get(&patient) {
            return Ok(Some(key));
        }
        let (cache, master) = (&self.inner.patients, &self.inner.master);
        load(&self.inner.database, patient, |wrapped| {
            let key = Arc::new(master.open_key(&bound_key(patient), wrapped)?);
            cache.insert(patient, Arc::clone(&key));
            Ok(key)
        })
    }
}

/// Hands the wrapped key to `keep` while the database is locked.
fn load(
    database: &Database,
    patient: PatientId,
    keep: impl FnOnce(&[u8]) -> Result<Arc<Key>, VaultError>,
) -> Result<Option<Arc<Key>>, VaultError> {
    database.read(|db| match stored(db, patient)? {
        Stored::Wrapped(wrapped) => keep(&wrapped).map(Some),
        Stored::Forgotten => Ok(None),
        Stored::Never => Err(VaultError::NoKey(patient)),
    })
}

/// What the tables say of a patient's key.
enum Stored {
    Never,
    Wrapped(Vec<u8>),
    Forgotten,
}

fn stored(db: &Connection, patient: PatientId) -> Result<Stored, VaultError> {
    let id = patient.0.as_bytes();
    let forgotten = db.prepare_cached("SELECT 1 FROM forgotten_patients WHERE patient = ?1")?.exists([id])?;
    if forgotten {
        return Ok(Stored::Forgotten);
    }
    let wrapped = db
        .prepare_cached("SELECT wrapped FROM patient_keys WHERE patient = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(wrapped.map_or(Stored::Never, Stored::Wrapped))
}

/// A wrapped key opens in its own row alone.
fn bound_key(patient: PatientId) -> Vec<u8> {
    [b"quittance-patient-key-v1".as_slice(), patient.0.as_bytes()].concat()
}

/// A sealed text opens for its own patient and purpose alone.
fn bound_text(patient: PatientId, purpose: &str) -> Vec<u8> {
    [b"quittance-sealed-v1".as_slice(), patient.0.as_bytes(), purpose.as_bytes()].concat()
}
