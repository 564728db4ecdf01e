//! Ed25519 keys for receipts and heads: one signs, all that ever signed can be checked.

use super::{Vault, VaultError, cipher::Key};
use chrono::Utc;
use ed25519_dalek::{Signer as _, SigningKey};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// A signing key, ready for use. It does not print its secret.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    key: Arc<SigningKey>,
}

impl Signer {
    /// The signer of a seed: the same seed is always the same key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        Self { key_id: key_id_of(key.verifying_key().as_bytes()), key: Arc::new(key) }
    }

    /// Names the key in what it signs.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public half.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// The Ed25519 signature over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, …)", self.key_id)
    }
}

/// The first 8 hexadecimal digits of the SHA-256 of a public key.
pub fn key_id_of(public: &[u8; 32]) -> String {
    hex::encode(&Sha256::digest(public)[..4])
}

impl Vault {
    /// The key that signs now.
    pub fn signer(&self) -> Signer {
        self.inner.signing.read(|keys| keys.current.clone())
    }

    /// The public key of this id, whether it still signs or not.
    pub fn public_key(&self, key_id: &str) -> Option<[u8; 32]> {
        self.inner.signing.read(|keys| keys.public.get(key_id).copied())
    }

    /// All public keys by id.
    pub fn public_keys(&self) -> BTreeMap<String, [u8; 32]> {
        self.inner.signing.read(|keys| keys.public.clone())
    }

    /// Retires the key that signs and makes a new one; what was signed before stays valid.
    pub fn rotate_signing_key(&self) -> Result<Signer, VaultError> {
        self.inner.database.write(|db| {
            let step = db.transaction()?;
            step.execute(
                "UPDATE signing_keys SET retired_at = ?1 WHERE retired_at IS NULL",
                [Utc::now().timestamp_millis()],
            )?;
            let signer = make(&step, &self.inner.master)?;
            step.commit()?;
            self.inner.signing.turn_to(signer.clone());
            Ok(signer)
        })
    }
}

/// The keys in memory.
pub(super) struct Ring(RwLock<Keys>);

struct Keys {
    current: Signer,
    public: BTreeMap<String, [u8; 32]>,
}

impl Ring {
    /// The keys of the vault, which gets its first one here.
    pub(super) fn load_or_make(db: &mut Connection, master: &Key) -> Result<Self, VaultError> {
        let step = db.transaction()?;
        if current(&step, master)?.is_none() {
            make(&step, master)?;
        }
        step.commit()?;
        Self::load(db, master)
    }

    /// The keys of the vault.
    pub(super) fn load(db: &Connection, master: &Key) -> Result<Self, VaultError> {
        let current = current(db, master)?.ok_or(VaultError::NoSigningKey)?;
        let public = db
            .prepare("SELECT key_id, public FROM signing_keys")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Self(RwLock::new(Keys { current, public })))
    }

    fn read<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn_to(&self, signer: Signer) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        keys.public.insert(signer.key_id.clone(), signer.public_key());
        keys.current = signer;
    }
}

fn current(db: &Connection, master: &Key) -> Result<Option<Signer>, VaultError> {
    let row: Option<(String, Vec<u8>)> = db
        .query_row("SELECT key_id, wrapped_seed FROM signing_keys WHERE retired_at IS NULL", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((key_id, wrapped)) = row else { return Ok(None) };
    let seed = master.open_key(&bound_seed(&key_id), &wrapped)?;
    Ok(Some(Signer::from_seed(seed.bytes())))
}

fn make(step: &Transaction<'_>, master: &Key) -> Result<Signer, VaultError> {
    let seed = Key::random()?;
    let signer = Signer::from_seed(seed.bytes());
    step.execute(
        "INSERT INTO signing_keys (key_id, wrapped_seed, public, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![
            signer.key_id,
            master.seal(&bound_seed(&signer.key_id), seed.bytes())?,
            signer.public_key(),
            Utc::now().timestamp_millis()
        ],
    )?;
    Ok(signer)
}

/// A wrapped seed opens in its own row alone.
fn bound_seed(key_id: &str) -> Vec<u8> {
    [b"quittance-signing-key-v1".as_slice(), key_id.as_bytes()].concat()
}
