//! One key for each patient: what is sealed with it is readable until the key is forgotten.

use super::{
    Vault, VaultError,
    cipher::Key,
    engine::{Known, Stored},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::Utc;
use domain::{PatientId, Sealed};
use moka::sync::Cache;
use std::sync::Arc;
use uuid::Uuid;

/// Nobody's key: callback bodies that can't be read yet are parked under it.
pub const HOUSE: PatientId = PatientId(Uuid::nil());

/// Unwrapped keys, each with the count of forgotten ones at which it was read: a load that began before
/// a `forget` may put the key back after it, but nobody believes it.
pub(super) type KeyCache = Cache<PatientId, Kept>;

pub(super) fn new_cache() -> KeyCache {
    Cache::new(10_000)
}

/// A key in memory.
#[derive(Clone)]
pub(super) struct Kept {
    key: Arc<Key>,
    at: i64,
}

impl Vault {
    /// Makes the key of a patient, once: durable before this returns, and nothing new when he has
    /// one. An erased patient never gets another.
    pub fn new_key(&self, patient: PatientId) -> Result<(), VaultError> {
        match self.key(patient, Known::Now) {
            Err(VaultError::NoKey(_)) => {}
            known => return known?.map(drop).ok_or(VaultError::Forgotten(patient)),
        }
        let wrapped = self.inner.master.seal(&bound_key(patient), Key::random()?.bytes())?;
        self.inner.engine.add_key(patient, &wrapped)?;
        // Not what was offered but what stands there now: another caller may have come first.
        self.load_key(patient)?.map(drop).ok_or(VaultError::Forgotten(patient))
    }

    /// Seals `clear` for one patient and one purpose, such as `name` or `phone`. No key is taken that
    /// another process has forgotten, be it a moment ago.
    pub fn seal(&self, patient: PatientId, purpose: &str, clear: &[u8]) -> Result<Sealed, VaultError> {
        let key = self.key(patient, Known::Now)?.ok_or(VaultError::Forgotten(patient))?;
        let sealed = key.seal(&bound_text(patient, purpose), clear)?;
        Ok(Sealed { of: patient, text: BASE64_STANDARD.encode(sealed) })
    }

    /// The clear bytes; nothing when the patient was erased.
    pub fn open_sealed(&self, sealed: &Sealed, purpose: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(key) = self.key(sealed.of, Known::Recently)? else { return Ok(None) };
        let bytes = BASE64_STANDARD.decode(&sealed.text).map_err(|_| VaultError::Tampered)?;
        key.open(&bound_text(sealed.of, purpose), &bytes).map(Some)
    }

    /// Destroys the key of a patient for good: all that was sealed for him reads as erased. Told
    /// twice it does the same again, which is the way out of [`VaultError::Busy`].
    pub fn forget(&self, patient: PatientId) -> Result<(), VaultError> {
        if patient == HOUSE {
            return Err(VaultError::HouseKey);
        }
        let forgotten = self.inner.engine.forget_key(patient, Utc::now().timestamp_millis());
        // Also when it failed: the key is then loaded again, or known to be gone.
        self.inner.patients.invalidate(&patient);
        forgotten
    }

    /// True while a patient's key exists.
    pub fn has_key(&self, patient: PatientId) -> Result<bool, VaultError> {
        match self.key(patient, Known::Recently) {
            Ok(key) => Ok(key.is_some()),
            Err(VaultError::NoKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The key of a patient; nothing when it was forgotten.
    fn key(&self, patient: PatientId, known: Known) -> Result<Option<Arc<Key>>, VaultError> {
        let changes = self.inner.engine.changes(known)?;
        match self.inner.patients.get(&patient) {
            Some(kept) if kept.at == changes.keys => Ok(Some(kept.key)),
            Some(_) => {
                // One of the keys in memory was forgotten: none of them need stay there.
                self.inner.patients.invalidate_all();
                self.load_key(patient)
            }
            None => self.load_key(patient),
        }
    }

    fn load_key(&self, patient: PatientId) -> Result<Option<Arc<Key>>, VaultError> {
        let reading = self.inner.engine.key(patient)?;
        match reading.value {
            Stored::Wrapped(wrapped) => {
                let key = Arc::new(self.inner.master.open_key(&bound_key(patient), &wrapped)?);
                self.inner.patients.insert(patient, Kept { key: Arc::clone(&key), at: reading.at.keys });
                Ok(Some(key))
            }
            Stored::Forgotten => Ok(None),
            Stored::Never => Err(VaultError::NoKey(patient)),
        }
    }
}

/// A wrapped key opens in its own row alone.
fn bound_key(patient: PatientId) -> Vec<u8> {
    [b"quittance-patient-key-v1".as_slice(), patient.0.as_bytes()].concat()
}

/// A sealed text opens for its own patient and purpose alone.
fn bound_text(patient: PatientId, purpose: &str) -> Vec<u8> {
    [b"quittance-sealed-v1".as_slice(), patient.0.as_bytes(), purpose.as_bytes()].concat()
}
