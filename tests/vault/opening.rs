//! Opening: which master key is taken, which is refused, and what a reader may do.

use crate::{engines, new_vault, patient, user};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::Utc;
use quittance::vault::{Passwords, SessionLimits, Vault, VaultError};
use std::{error::Error, fs, os::unix::fs::PermissionsExt};

#[test]
fn the_first_start_makes_files_for_the_owner_alone() {
    let (place, _vault) = new_vault();
    for name in ["master.key", "vault.db", "vault.db-wal"] {
        let mode = fs::metadata(place.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!place.path().join("master.key.new").exists());
}

#[test]
fn the_master_key_stands_in_its_own_file_and_in_no_other() {
    let (place, vault) = new_vault();
    vault.new_key(patient(1)).expect("a key");
    let text = fs::read_to_string(place.path().join("master.key")).expect("master.key");
    let bytes = BASE64_STANDARD.decode(text.trim()).expect("base64");
    assert_eq!(bytes.len(), 32);
    assert_eq!(place.holds(&bytes), [""; 0]);
    assert_eq!(place.holds(text.trim().as_bytes()).len(), 1);
}

#[test]
fn a_given_master_key_makes_no_file() {
    let place = engines::sqlite();
    let given = BASE64_STANDARD.encode([5; 32]);
    Vault::open(place.path(), Some(&given)).expect("a vault");
    assert!(!place.path().join("master.key").exists());
    Vault::open(place.path(), Some(&format!("{given}\n"))).expect("the same vault");
    let missing = Vault::open(place.path(), None).err();
    assert!(matches!(missing, Some(VaultError::NoMasterKey)), "{missing:?}");
    assert!(!place.path().join("master.key").exists(), "a new key would hide the loss of the old one");
}

#[test]
fn a_wrong_or_malformed_master_key_is_refused() {
    let (place, vault) = new_vault();
    drop(vault);
    let wrong = Vault::open(place.path(), Some(&BASE64_STANDARD.encode([5; 32]))).err();
    assert!(matches!(wrong, Some(VaultError::WrongMasterKey)), "{wrong:?}");
    for text in ["", "secret", &BASE64_STANDARD.encode([5; 31])] {
        let refused = Vault::open(place.path(), Some(text)).expect_err("a refusal");
        assert!(matches!(refused, VaultError::MalformedMasterKey), "{refused:?}");
        assert!(text.is_empty() || !format!("{refused} {refused:?}").contains(text));
    }
    place.vault();
}

#[test]
fn a_reader_reads_beside_the_server_and_writes_nothing() {
    let (place, vault) = new_vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    let token = vault.sign_in(user("afi"), Utc::now()).expect("a session");

    let reader = Vault::open_read_only(place.path(), None).expect("a reader");
    assert_eq!(reader.open_sealed(&sealed, "name").expect("opened").as_deref(), Some(b"Afi".as_slice()));
    assert_eq!(reader.public_keys(), vault.public_keys());
    let later = Utc::now() + chrono::TimeDelta::minutes(5);
    assert_eq!(reader.session(token.reveal(), later).expect("a look"), Some(user("afi")));
    let refusals = [
        reader.new_key(patient(2)).err(),
        reader.forget(patient(1)).err(),
        reader.set_password(user("afi"), "x").err(),
        reader.sign_in(user("afi"), Utc::now()).err(),
        reader.sign_out(token.reveal(), Utc::now()).err(),
        reader.revoke_all(user("afi"), Utc::now()).err(),
        reader.rotate_signing_key().err(),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Some(VaultError::ReadOnly)), "{refusal:?}");
    }
}

#[test]
fn a_reader_reads_when_no_server_runs() {
    let (place, vault) = new_vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    drop(vault);
    assert!(!place.path().join("vault.db-wal").exists(), "the server has closed its files");
    let reader = Vault::open_read_only(place.path(), None).expect("a reader");
    assert_eq!(reader.open_sealed(&sealed, "name").expect("opened").as_deref(), Some(b"Afi".as_slice()));
}

/// A person who erases a patient must know when a copy of the key may remain.
#[test]
fn a_long_reader_makes_an_erasure_say_that_it_is_not_complete() {
    let (place, vault) = new_vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    let reader = rusqlite::Connection::open(place.path().join("vault.db")).expect("vault.db");
    reader.execute_batch("BEGIN; SELECT count(*) FROM patient_keys;").expect("a reader that stays");
    let halfway = vault.forget(patient(1));
    assert!(matches!(halfway, Err(VaultError::Busy)), "{halfway:?}");
    assert_eq!(vault.open_sealed(&sealed, "name").expect("erased"), None, "nothing reads it any more");
    reader.execute_batch("COMMIT").expect("the reader ends");
    vault.forget(patient(1)).expect("forgotten for good");
}

#[test]
fn a_reader_makes_no_vault() {
    let place = engines::sqlite();
    let missing = Vault::open_read_only(place.path(), None).err();
    assert!(matches!(missing, Some(VaultError::NoVault)), "{missing:?}");
    assert_eq!(fs::read_dir(place.path()).expect("the folder").count(), 0);
}

#[test]
fn the_layout_of_a_later_version_is_left_alone() {
    let (place, vault) = new_vault();
    drop(vault);
    place.peek::<i64>("PRAGMA user_version = 99");
    let refused = Vault::open(place.path(), None).err();
    assert!(matches!(refused, Some(VaultError::UnknownLayout(99))), "{refused:?}");
}

#[test]
fn nothing_secret_prints_itself() {
    let (place, vault) = new_vault();
    vault.set_password(user("afi"), "un mot de passe").expect("set");
    let token = vault.sign_in(user("afi"), Utc::now()).expect("a session");
    let signer = vault.signer();
    let wrong = Vault::open(place.path(), Some("c2VjcmV0")).expect_err("a refusal");
    let printed = format!(
        "{vault:?} {token:?} {token} {signer:?} {:?} {wrong:?} {wrong} {:?} {:?}",
        Passwords::new(vault.clone()),
        wrong.source(),
        SessionLimits::default(),
    );
    let master = fs::read_to_string(place.path().join("master.key")).expect("master.key");
    for secret in [token.reveal(), &token.reveal()[3..], master.trim(), "un mot de passe", "c2VjcmV0"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert_eq!(
        printed.split(" Passwords").next().expect("a beginning"),
        format!("Vault(…) Token(…) qt_… Signer({}, …)", signer.key_id())
    );
}
