//! What proves itself away from the machine: receipts and heads of the ledger, signed with Ed25519.
//!
//! 1. [`receipt_code`] is the text in the QR of a receipt, checked with a public key and no network;
//! 2. [`qr`] draws it;
//! 3. [`head`] is what the ledger was at one position, as C2SP checkpoint text in a signed [`note`].
//!
//! Nothing here reads the ledger or the vault: a [`Signer`](crate::vault::Signer) or public keys are given.

pub mod head;
pub mod note;
pub mod qr;
pub mod receipt_code;

use ed25519_dalek::{Signature, VerifyingKey};

/// True when `signature` was made over `message` with the key whose public half is `public`.
/// Strict: weak keys, and second forms of a signature, are refused.
pub fn signed_by(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(public), Signature::from_slice(signature))
    else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}
