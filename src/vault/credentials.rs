//! Passwords: Argon2id with 19 MiB, two passes, one lane, as a PHC string.

use super::{Vault, VaultError};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use chrono::Utc;
use domain::UserId;
use std::{fmt, hint::black_box, sync::Arc};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// The longest password that is taken.
pub const PASSWORD_BYTES: usize = 1024;

/// At once; more would take both processors of a small server from the cashiers.
const HASHES_AT_ONCE: usize = 2;

impl Vault {
    /// Sets the password of a user. Sessions go on: whoever resets a lost password revokes them.
    /// Tens of milliseconds of work: see [`Passwords`].
    pub fn set_password(&self, user: UserId, password: &str) -> Result<(), VaultError> {
        if password.is_empty() || password.len() > PASSWORD_BYTES {
            return Err(VaultError::PasswordLength);
        }
        let phc = hash(password)?;
        self.inner.engine.set_credential(user, &phc, Utc::now().timestamp_millis())
    }

    /// True once the user has a password, whichever.
    pub fn has_password(&self, user: UserId) -> Result<bool, VaultError> {
        Ok(self.inner.engine.credential(user)?.is_some())
    }

    /// True for the right password. Tens of milliseconds of work, for an unknown user too: see
    /// [`Passwords`].
    pub fn check_password(&self, user: UserId, password: &str) -> Result<bool, VaultError> {
        if password.len() > PASSWORD_BYTES {
            return Ok(false);
        }
        let Some(phc) = self.inner.engine.credential(user)? else {
            // The time of the answer must not tell which names exist.
            black_box(hash(password)?);
            return Ok(false);
        };
        let known = PasswordHash::new(&phc).map_err(|_| VaultError::Hashing)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &known).is_ok())
    }
}

/// The defaults of `argon2` are the figures at the head of this file; a test holds them to it.
fn hash(password: &str) -> Result<String, VaultError> {
    let phc: PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|_| VaultError::Hashing)?;
    Ok(phc.to_string())
}

/// Passwords for asynchronous callers: off the request threads, and two hashes at a time.
#[derive(Clone)]
pub struct Passwords {
    vault: Vault,
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// One for the whole program: clones share the limit.
    pub fn new(vault: Vault) -> Self {
        Self { vault, permits: Arc::new(Semaphore::new(HASHES_AT_ONCE)) }
    }

    /// As [`Vault::set_password`].
    pub async fn set(&self, user: UserId, password: String) -> Result<(), VaultError> {
        self.run(move |vault| vault.set_password(user, &password)).await
    }

    /// As [`Vault::check_password`].
    pub async fn check(&self, user: UserId, password: String) -> Result<bool, VaultError> {
        self.run(move |vault| vault.check_password(user, &password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| VaultError::Hashing)?;
        let vault = self.vault.clone();
        let task = spawn_blocking(move || {
            // The permit lives as long as the work, even when the caller has gone away.
            let _permit = permit;
            work(&vault)
        });
        task.await.map_err(|_| VaultError::Hashing)?
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords(…)")
    }
}
