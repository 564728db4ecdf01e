//! Ed25519 keys for receipts and heads: one signs, all that ever signed can be checked.

use super::{
    Inner, Vault, VaultError,
    cipher::Key,
    engine::{Engine, Known, SigningRow},
};
use chrono::Utc;
use ed25519_dalek::{Signer as _, SigningKey};
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
        self.ring(|keys| keys.current.clone())
    }

    /// The public key of this id, whether it still signs or not.
    pub fn public_key(&self, key_id: &str) -> Option<[u8; 32]> {
        self.ring(|keys| keys.public.get(key_id).copied())
    }

    /// All public keys by id.
    pub fn public_keys(&self) -> BTreeMap<String, [u8; 32]> {
        self.ring(|keys| keys.public.clone())
    }

    /// Retires the key that signs and makes a new one; what was signed before stays valid.
    pub fn rotate_signing_key(&self) -> Result<Signer, VaultError> {
        let (signer, row) = make(&self.inner.master)?;
        self.inner.engine.replace_signing_key(&row, Utc::now().timestamp_millis())?;
        self.follow_rotations()?;
        Ok(signer)
    }

    /// Looks into the ring. A ring that can't be brought up to date is no danger: what it holds is
    /// ours, and a key that it lacks says "unknown".
    fn ring<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        if let Err(error) = self.follow_rotations() {
            tracing::error!(%error, "the signing keys could not be read again");
        }
        self.inner.signing.read(look)
    }

    /// Another process may have put a new key in the place of the one that signed.
    fn follow_rotations(&self) -> Result<(), VaultError> {
        let Inner { engine, master, signing, .. } = &*self.inner;
        if engine.changes(Known::Recently)?.signing != signing.read(|keys| keys.at) {
            signing.turn_to(Keys::load(&**engine, master)?);
        }
        Ok(())
    }
}

/// The keys in memory.
pub(super) struct Ring(RwLock<Keys>);

struct Keys {
    current: Signer,
    public: BTreeMap<String, [u8; 32]>,
    at: i64,
}

impl Ring {
    /// The keys of the vault, which gets its first one here.
    pub(super) fn load_or_make(engine: &dyn Engine, master: &Key) -> Result<Self, VaultError> {
        match Self::load(engine, master) {
            Err(VaultError::NoSigningKey) => {
                engine.add_signing_key(&make(master)?.1, Utc::now().timestamp_millis())?;
                Self::load(engine, master)
            }
            loaded => loaded,
        }
    }

    /// The keys of the vault.
    pub(super) fn load(engine: &dyn Engine, master: &Key) -> Result<Self, VaultError> {
        Keys::load(engine, master).map(|keys| Self(RwLock::new(keys)))
    }

    fn read<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn_to(&self, newer: Keys) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if newer.at > keys.at {
            *keys = newer;
        }
    }
}

impl Keys {
    /// Every public key is derived from its seed, never believed: whoever can write to the table but
    /// lacks the master key could otherwise have receipts checked with a key of his own.
    fn load(engine: &dyn Engine, master: &Key) -> Result<Self, VaultError> {
        let reading = engine.signing_keys()?;
        let (mut current, mut public) = (None, BTreeMap::new());
        for row in reading.value {
            let signer = open(&row, master)?;
            public.insert(row.key_id, signer.public_key());
            if row.signs {
                current = Some(signer);
            }
        }
        let current = current.ok_or(VaultError::NoSigningKey)?;
        Ok(Self { current, public, at: reading.at.signing })
    }
}

fn open(row: &SigningRow, master: &Key) -> Result<Signer, VaultError> {
    let forged = || VaultError::ForgedSigningKey(row.key_id.clone());
    let seed = master.open_key(&bound_seed(&row.key_id), &row.wrapped_seed).map_err(|_| forged())?;
    let signer = Signer::from_seed(seed.bytes());
    let same = signer.key_id == row.key_id && signer.public_key().as_slice() == row.public;
    if same { Ok(signer) } else { Err(forged()) }
}

fn make(master: &Key) -> Result<(Signer, SigningRow), VaultError> {
    let seed = Key::random()?;
    let signer = Signer::from_seed(seed.bytes());
    let row = SigningRow {
        key_id: signer.key_id.clone(),
        wrapped_seed: master.seal(&bound_seed(&signer.key_id), seed.bytes())?,
        public: signer.public_key().to_vec(),
        signs: true,
    };
    Ok((signer, row))
}

/// A wrapped seed opens in its own row alone.
fn bound_seed(key_id: &str) -> Vec<u8> {
    [b"quittance-signing-key-v1".as_slice(), key_id.as_bytes()].concat()
}
