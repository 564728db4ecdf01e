//! Personal data as it stands in an event: readable only with the key of one patient.
//!
//! The domain never sees the clear text. The shell seals before it asks and opens when it shows;
//! without the key a value reads as erased, and the chain over the ciphertext stays valid.

use crate::PatientId;
use serde::{Deserialize, Serialize};

/// Ciphertext under the key of `of`: base64 of nonce and AEAD output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose key opens it.
    pub of: PatientId,
    /// XChaCha20-Poly1305: 24 bytes of nonce, then the ciphertext with its tag, in base64.
    pub text: String,
}
