//! XChaCha20-Poly1305: 24 random bytes of nonce, the ciphertext, 16 bytes of tag.

use super::VaultError;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::fmt;

const NONCE: usize = 24;

/// A 256-bit key.
pub(super) struct Key([u8; 32]);

impl Key {
    /// A new key from the randomness of the operating system.
    pub(super) fn random() -> Result<Self, VaultError> {
        random().map(Self)
    }

    /// A key that stood somewhere else.
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For wrapping it, or for its file.
    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts `clear` so that it opens only together with `bound_to`.
    pub(super) fn seal(&self, bound_to: &[u8], clear: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload { msg: clear, aad: bound_to };
        let sealed =
            self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Tampered)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The clear bytes, if `sealed` was made by this key with the same `bound_to`.
    pub(super) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>().ok_or(VaultError::Tampered)?;
        let payload = Payload { msg: text, aad: bound_to };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Tampered)
    }

    /// Opens a wrapped key.
    pub(super) fn open_key(&self, bound_to: &[u8], wrapped: &[u8]) -> Result<Self, VaultError> {
        let bytes = self.open(bound_to, wrapped)?;
        bytes.try_into().map(Self).map_err(|_| VaultError::Tampered)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_the_same_key_and_binding_alone() {
        let (key, other) = (Key::from_bytes([7; 32]), Key::from_bytes([8; 32]));
        let sealed = key.seal(b"name", b"Kossi").expect("sealed");
        assert_eq!(key.open(b"name", &sealed).expect("opened"), b"Kossi");
        assert!(matches!(key.open(b"phone", &sealed), Err(VaultError::Tampered)));
        assert!(matches!(other.open(b"name", &sealed), Err(VaultError::Tampered)));
    }

    #[test]
    fn no_changed_or_missing_byte_goes_unnoticed() {
        let key = Key::from_bytes([7; 32]);
        let sealed = key.seal(b"", b"x").expect("sealed");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(matches!(key.open(b"", &changed), Err(VaultError::Tampered)), "byte {at}");
            assert!(matches!(key.open(b"", &sealed[..at]), Err(VaultError::Tampered)), "cut at {at}");
        }
    }

    #[test]
    fn a_key_does_not_print_itself() {
        assert_eq!(format!("{:?}", Key::from_bytes([7; 32])), "Key(…)");
    }
}
