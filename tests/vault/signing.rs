//! Signing keys, and what they sign.

use crate::{files_with, new_vault, peek, reopen, unwrap};
use chrono::NaiveDate;
use domain::Money;
use quittance::{
    proof::{
        head::{Head, Origin},
        receipt_code::{self, ReceiptCode},
        signed_by,
    },
    vault::{Signer, Vault, VaultError, key_id_of},
};
use std::fs;

fn receipt() -> ReceiptCode {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day");
    ReceiptCode::new("CHU-2026-000123", Money::new(12_500).expect("an amount"), day).expect("a receipt")
}

fn checks(vault: &Vault, code: &str) -> bool {
    receipt_code::check(code, |key_id| vault.public_key(key_id)) == Ok(receipt())
}

#[test]
fn the_first_start_makes_a_key_that_stays() {
    let (dir, vault) = new_vault();
    let signer = vault.signer();
    assert_eq!(signer.key_id(), key_id_of(&signer.public_key()));
    assert_eq!(vault.public_key(signer.key_id()), Some(signer.public_key()));
    assert_eq!(vault.public_key("00000000"), None);
    let again = reopen(&dir);
    assert_eq!(again.signer().key_id(), signer.key_id());
    assert!(signed_by(&signer.public_key(), b"text", &again.signer().sign(b"text")));
    assert!(!signed_by(&signer.public_key(), b"Text", &again.signer().sign(b"text")));
}

#[test]
fn rotation_keeps_old_receipts_and_heads_valid() {
    let (dir, vault) = new_vault();
    let origin = Origin::of_store("test").expect("an origin");
    let head = Head { origin: origin.clone(), size: 3, root: [1; 32], chain: [2; 32] };
    let (old, old_head) = (receipt().sign(&vault.signer()), head.sign(&vault.signer()));
    let before = vault.signer();
    let after = vault.rotate_signing_key().expect("a new key");
    assert_ne!(after.key_id(), before.key_id());
    let new = receipt().sign(&vault.signer());
    assert_ne!(new, old);
    for vault in [vault, reopen(&dir)] {
        assert_eq!(vault.signer().key_id(), after.key_id());
        assert_eq!(vault.public_keys().len(), 2);
        assert!(checks(&vault, &old));
        assert!(checks(&vault, &new));
        let keys: Vec<_> = vault.public_keys().into_values().collect();
        assert_eq!(Head::check(&old_head, &origin, &keys), Ok(head.clone()));
    }
}

#[test]
fn a_receipt_of_another_hospital_is_not_ours() {
    let ((_here, ours), (_there, theirs)) = (new_vault(), new_vault());
    assert!(!checks(&ours, &receipt().sign(&theirs.signer())));
}

#[test]
fn the_seed_of_the_signing_key_stands_in_no_file() {
    let (dir, vault) = new_vault();
    let wrapped: Vec<Vec<u8>> = peek(dir.path(), "SELECT wrapped_seed FROM signing_keys");
    let current = vault.signer();
    let bound_to = [b"quittance-signing-key-v1".as_slice(), current.key_id().as_bytes()];
    let seed = unwrap(dir.path(), &bound_to, &wrapped[0]);
    let signer = Signer::from_seed(&seed.as_slice().try_into().expect("32 bytes"));
    assert_eq!(signer.public_key(), current.public_key());
    assert_eq!(files_with(dir.path(), &seed), [""; 0]);
}

/// With the files but not the master key there is nothing to sign or read with.
#[test]
fn the_files_without_the_master_key_are_of_no_use() {
    let (dir, vault) = new_vault();
    drop(vault);
    fs::rename(dir.path().join("master.key"), dir.path().join("taken-away")).expect("moved");
    for refused in [Vault::open(dir.path(), None), Vault::open_read_only(dir.path(), None)] {
        assert!(matches!(refused, Err(VaultError::NoMasterKey)), "{refused:?}");
    }
}
