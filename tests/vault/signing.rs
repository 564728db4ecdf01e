//! Signing keys, and what they sign.

use crate::{engines::Place, new_vault};
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

pub fn the_first_start_makes_a_key_that_stays(place: &Place) {
    let vault = place.vault();
    let signer = vault.signer();
    assert_eq!(signer.key_id(), key_id_of(&signer.public_key()));
    assert_eq!(vault.public_key(signer.key_id()), Some(signer.public_key()));
    assert_eq!(vault.public_key("00000000"), None);
    let again = place.vault();
    assert_eq!(again.signer().key_id(), signer.key_id());
    assert!(signed_by(&signer.public_key(), b"text", &again.signer().sign(b"text")));
    assert!(!signed_by(&signer.public_key(), b"Text", &again.signer().sign(b"text")));
}

pub fn rotation_keeps_old_receipts_and_heads_valid(place: &Place) {
    let vault = place.vault();
    let origin = Origin::of_store("test").expect("an origin");
    let head = Head { origin: origin.clone(), size: 3, root: [1; 32], chain: [2; 32] };
    let (old, old_head) = (receipt().sign(&vault.signer()), head.sign(&vault.signer()));
    let before = vault.signer();
    let after = vault.rotate_signing_key().expect("a new key");
    assert_ne!(after.key_id(), before.key_id());
    let new = receipt().sign(&vault.signer());
    assert_ne!(new, old);
    for vault in [vault, place.vault()] {
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

pub fn the_seed_of_the_signing_key_stands_in_no_file(place: &Place) {
    let vault = place.vault();
    let wrapped: Vec<Vec<u8>> = place.peek("SELECT wrapped_seed FROM signing_keys");
    let current = vault.signer();
    let bound_to = [b"quittance-signing-key-v1".as_slice(), current.key_id().as_bytes()];
    let seed = place.unwrap(&bound_to, &wrapped[0]);
    let signer = Signer::from_seed(&seed.as_slice().try_into().expect("32 bytes"));
    assert_eq!(signer.public_key(), current.public_key());
    assert_eq!(place.holds(&seed), [""; 0]);
}

/// With the files but not the master key there is nothing to sign or read with.
#[test]
fn the_files_without_the_master_key_are_of_no_use() {
    let (place, vault) = new_vault();
    drop(vault);
    fs::rename(place.path().join("master.key"), place.path().join("taken-away")).expect("moved");
    for refused in [Vault::open(place.path(), None), Vault::open_read_only(place.path(), None)] {
        assert!(matches!(refused, Err(VaultError::NoMasterKey)), "{refused:?}");
    }
}

/// Whoever can write to the table could have receipts of his own checked as ours, if it were believed.
pub fn a_public_key_that_its_seed_does_not_make_is_refused(place: &Place) {
    let vault = place.vault();
    vault.rotate_signing_key().expect("a new key");
    let forged = Signer::from_seed(&[9; 32]);
    let public = hex::encode(forged.public_key());
    let bytes = |hex: &str| match place {
        Place::Folder(_) => format!("x'{hex}'"),
        Place::Database(_) => format!("'\\x{hex}'"),
    };
    // Retired keys too: they check the receipts of ten years.
    let was: Vec<Vec<u8>> = place.peek("SELECT public FROM signing_keys WHERE retired_at IS NOT NULL");
    let set = |to: &str| {
        place
            .execute(&format!("UPDATE signing_keys SET public = {} WHERE retired_at IS NOT NULL", bytes(to)));
    };
    set(&public);
    assert!(matches!(place.open().err(), Some(VaultError::ForgedSigningKey(_))), "a public key was changed");
    set(&hex::encode(&was[0]));
    place.open().expect("the vault as it was");

    let (id, seed) = (forged.key_id(), bytes(&"00".repeat(72)));
    place.execute(&format!(
        "INSERT INTO signing_keys (key_id, wrapped_seed, public, created_at, retired_at)
         VALUES ('{id}', {seed}, {}, 1, 2)",
        bytes(&public)
    ));
    let refused = place.open().err();
    assert!(matches!(&refused, Some(VaultError::ForgedSigningKey(key)) if key == id), "{refused:?}");
    assert_eq!(vault.public_key(id), None, "nor is it believed by those who are open");
}
