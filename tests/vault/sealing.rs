//! Sealed data of patients, and what erasing one leaves.

use crate::{engines::Place, patient};
use domain::Sealed;
use quittance::vault::{HOUSE, Vault, VaultError};
use std::{
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
};

pub fn what_was_sealed_opens_for_the_same_patient_and_purpose(place: &Place) {
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", "Afi Mensah".as_bytes()).expect("sealed");
    assert_eq!(vault.open_sealed(&sealed, "name").expect("opened").as_deref(), Some("Afi Mensah".as_bytes()));
    assert!(matches!(vault.open_sealed(&sealed, "phone"), Err(VaultError::Tampered)));
    drop(vault);
    let later = place.vault().open_sealed(&sealed, "name").expect("opened");
    assert_eq!(later.as_deref(), Some("Afi Mensah".as_bytes()));
}

pub fn a_sealed_text_moved_to_another_patient_or_changed_is_an_error(place: &Place) {
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    vault.new_key(patient(2)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    let moved = Sealed { of: patient(2), ..sealed.clone() };
    let first = if sealed.text.starts_with('A') { "B" } else { "A" };
    let changed = Sealed { text: format!("{first}{}", &sealed.text[1..]), ..sealed.clone() };
    let cut = Sealed { text: sealed.text[..8].to_owned(), ..sealed };
    for wrong in [moved, changed, cut] {
        assert!(matches!(vault.open_sealed(&wrong, "name"), Err(VaultError::Tampered)), "{wrong:?}");
    }
}

pub fn a_key_asked_for_twice_is_made_once(place: &Place) {
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    vault.new_key(patient(1)).expect("the same key");
    let again = place.vault();
    again.new_key(patient(1)).expect("the same key");
    assert_eq!(again.open_sealed(&sealed, "name").expect("opened").as_deref(), Some(b"Afi".as_slice()));
    assert_eq!(place.peek::<i64>("SELECT count(*) FROM patient_keys"), [2], "the patient and the house");
}

pub fn a_forgotten_patient_reads_as_erased_now_and_after_a_restart(place: &Place) {
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
    vault.forget(patient(1)).expect("forgotten");
    for vault in [vault, place.vault()] {
        assert_eq!(vault.open_sealed(&sealed, "name").expect("erased"), None);
        assert!(matches!(vault.new_key(patient(1)), Err(VaultError::Forgotten(_))));
        assert!(matches!(vault.seal(patient(1), "name", b"Afi"), Err(VaultError::Forgotten(_))));
        vault.forget(patient(1)).expect("told twice");
    }
}

/// Enough keys for the table to have grown over many pages, forgotten in another order.
pub fn no_file_holds_a_forgotten_key_wrapped_or_not(place: &Place) {
    let vault = place.vault();
    for n in 1..=300 {
        vault.new_key(patient(n * 7919 % 301)).expect("a key");
    }
    let wrapped: Vec<Vec<u8>> = place.peek("SELECT wrapped FROM patient_keys ORDER BY patient");
    let (house, patients) = wrapped.split_first().expect("the house key first");
    assert_eq!(patients.len(), 300);
    let before = place.contents();
    for key in patients {
        assert_ne!(before.with(&key[24..]), [""; 0], "it is there before");
    }
    for n in 1..=300 {
        vault.forget(patient(n)).expect("forgotten");
    }
    let after = place.contents();
    assert_ne!(after.with(&house[24..]), [""; 0], "the others stay");
    for key in patients {
        // Not even a part of the ciphertext, without its nonce, or the nonce alone.
        assert_eq!(after.with(&key[..16]), [""; 0]);
        assert_eq!(after.with(&key[24..40]), [""; 0]);
        assert_eq!(after.with(&key[56..]), [""; 0]);
    }
}

pub fn neither_clear_data_nor_an_unwrapped_key_stands_in_a_file(place: &Place) {
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    vault.seal(patient(1), "name", b"Afi Mensah-Lawson").expect("sealed");
    let wrapped: Vec<Vec<u8>> = place.peek("SELECT wrapped FROM patient_keys ORDER BY patient");
    let owner = patient(1);
    let bound_to = [b"quittance-patient-key-v1".as_slice(), owner.0.as_bytes()];
    let key = place.unwrap(&bound_to, &wrapped[1]);
    assert_eq!(place.holds(&key), [""; 0]);
    assert_eq!(place.holds(b"Afi Mensah-Lawson"), [""; 0]);
    vault.forget(patient(1)).expect("forgotten");
    assert_eq!(place.holds(&key), [""; 0]);
}

pub fn a_patient_without_a_key_is_not_taken_for_an_erased_one(place: &Place) {
    let vault = place.vault();
    let sealed = Sealed { of: patient(5), text: String::new() };
    assert!(matches!(vault.open_sealed(&sealed, "name"), Err(VaultError::NoKey(_))));
    assert!(matches!(vault.seal(patient(5), "name", b"Afi"), Err(VaultError::NoKey(_))));
}

pub fn a_patient_may_be_forgotten_before_he_has_a_key(place: &Place) {
    let vault = place.vault();
    vault.forget(patient(5)).expect("forgotten");
    assert!(matches!(vault.new_key(patient(5)), Err(VaultError::Forgotten(_))));
}

pub fn the_house_key_is_there_and_stays(place: &Place) {
    let vault = place.vault();
    let parked = vault.seal(HOUSE, "callback", b"{ what is this").expect("sealed");
    assert!(matches!(vault.forget(HOUSE), Err(VaultError::HouseKey)));
    assert_eq!(
        vault.open_sealed(&parked, "callback").expect("opened").as_deref(),
        Some(b"{ what is this".as_slice())
    );
}

/// Readers load the key again and again while it is forgotten: none may bring it back.
pub fn a_forgotten_key_does_not_return_through_a_concurrent_load(place: &Place) {
    let vault = place.vault();
    let all: Vec<(u128, Sealed)> = (1..=40)
        .map(|n| {
            vault.new_key(patient(n)).expect("a key");
            (n, vault.seal(patient(n), "name", b"Afi").expect("sealed"))
        })
        .collect();
    let cold = place.vault();
    let done = AtomicBool::new(false);
    let read = |vault: &Vault| all.iter().all(|(_, sealed)| vault.open_sealed(sealed, "name").is_ok());
    thread::scope(|threads| {
        let readers: Vec<_> = (0..3).map(|_| threads.spawn(|| while_not(&done, || read(&cold)))).collect();
        let forgotten: Vec<_> = all.iter().map(|(n, _)| cold.forget(patient(*n))).collect();
        // Before anything may fail: the readers must end.
        done.store(true, SeqCst);
        assert!(forgotten.iter().all(Result::is_ok), "{forgotten:?}");
        for reader in readers {
            assert!(reader.join().expect("a reader"), "a read failed");
        }
    });
    for (_, sealed) in &all {
        assert_eq!(cold.open_sealed(sealed, "name").expect("erased"), None);
    }
}

/// Works at least once and until `done`; false as soon as a piece of work fails.
fn while_not(done: &AtomicBool, work: impl Fn() -> bool) -> bool {
    loop {
        if !work() {
            return false;
        }
        if done.load(SeqCst) {
            return true;
        }
    }
}
