//! The vault as its callers see it, on real files: what can be opened, by whom, and what is gone.

mod opening;
mod passwords;
mod sealing;
mod sessions;
mod signing;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use domain::{PatientId, UserId};
use quittance::vault::Vault;
use std::{fs, path::Path};
use tempfile::TempDir;
use uuid::Uuid;

/// A new vault in a folder of its own.
fn new_vault() -> (TempDir, Vault) {
    let dir = tempfile::tempdir().expect("a folder");
    let vault = Vault::open(dir.path(), None).expect("a new vault");
    (dir, vault)
}

fn reopen(dir: &TempDir) -> Vault {
    Vault::open(dir.path(), None).expect("the vault again")
}

fn patient(n: u128) -> PatientId {
    PatientId(Uuid::from_u128(n))
}

fn user(name: &str) -> UserId {
    UserId::of_username(name)
}

/// The names of the files in `dir` that hold `bytes`.
fn files_with(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let files = fs::read_dir(dir).expect("the folder").map(|file| file.expect("a file").path());
    files
        .filter(|file| fs::read(file).expect("the file").windows(bytes.len()).any(|part| part == bytes))
        .map(|file| file.display().to_string())
        .collect()
}

/// A look into the file from outside, as a thief has it.
fn peek<T: rusqlite::types::FromSql>(dir: &Path, sql: &str) -> Vec<T> {
    let db = rusqlite::Connection::open(dir.join("vault.db")).expect("vault.db");
    let mut rows = db.prepare(sql).expect("a query");
    rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("values")
}

/// Unwraps a key as whoever has `master.key` can: what must not be possible once it is forgotten.
fn unwrap(dir: &Path, bound_to: &[&[u8]], wrapped: &[u8]) -> Vec<u8> {
    let text = fs::read_to_string(dir.join("master.key")).expect("master.key");
    let master = BASE64_STANDARD.decode(text.trim()).expect("base64");
    let (nonce, sealed) = wrapped.split_first_chunk::<24>().expect("a nonce");
    XChaCha20Poly1305::new_from_slice(&master)
        .expect("32 bytes")
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &bound_to.concat() })
        .expect("a key")
}
