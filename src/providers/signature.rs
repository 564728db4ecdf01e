//! HMAC-SHA256, made and compared: the only cryptography on this wire.

use crate::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The HMAC-SHA256 (RFC 2104) of all `parts`, one after the other.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    fed(key, parts).finalize().into_bytes().into()
}

/// Whether `tag` is the HMAC-SHA256 of `parts`, in a time that tells nothing about the tag.
pub fn verifies(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    fed(key, parts).verify_slice(tag).is_ok()
}

fn fed(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// The key bytes of a Standard Webhooks secret: what `whsec_` introduces is base64, anything else
/// stands for itself. `None` where the base64 is broken or hides fewer than 16 bytes.
pub fn webhook_key(secret: &Secret) -> Option<Vec<u8>> {
    match secret.expose().strip_prefix("whsec_") {
        None => Some(secret.expose().as_bytes().to_vec()),
        Some(coded) => STANDARD.decode(coded).ok().filter(|key| key.len() >= Secret::SHORTEST),
    }
}
