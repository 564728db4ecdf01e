//! Several processes on one PostgreSQL: two vaults that know each other by the database alone.

use crate::{
    engines::{Place, block, connect, master, postgresql},
    patient, user,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use quittance::vault::{HOUSE, Vault, VaultError};
use sqlx::Executor;
use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

/// The longest time that a change may go unnoticed by another process.
const NOTICED: Duration = Duration::from_secs(2);

fn two() -> (Place, Vault, Vault) {
    let place = postgresql();
    let (one, other) = (place.vault(), place.vault());
    (place, one, other)
}

/// Asks until it is so, for as long as a change may go unnoticed.
#[track_caller]
fn noticed(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < NOTICED, "{what} was not noticed in time");
        thread::yield_now();
    }
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time") + TimeDelta::minutes(minutes)
}

#[test]
fn processes_that_start_at_once_agree_on_all_keys() {
    let place = postgresql();
    let all: Vec<Vault> = thread::scope(|threads| {
        let starts: Vec<_> = (0..4).map(|_| threads.spawn(|| place.vault())).collect();
        starts.into_iter().map(|start| start.join().expect("a vault")).collect()
    });
    let ids: BTreeSet<_> = all.iter().map(|vault| vault.signer().key_id().to_owned()).collect();
    assert_eq!(ids.len(), 1);
    let parked = all[0].seal(HOUSE, "callback", b"?").expect("sealed");
    for vault in &all {
        assert_eq!(vault.open_sealed(&parked, "callback").expect("opened").as_deref(), Some(b"?".as_slice()));
    }
    assert_eq!(place.peek::<i64>("SELECT count(*) FROM signing_keys"), [1]);
}

#[test]
fn of_two_master_keys_at_once_one_is_taken() {
    let place = postgresql();
    let given = [[5; 32], [6; 32]].map(|key| BASE64_STANDARD.encode(key));
    let opened = thread::scope(|threads| {
        let starts = given.each_ref().map(|key| threads.spawn(|| Vault::open_postgres(place.url(), key)));
        starts.map(|start| start.join().expect("an end"))
    });
    assert_eq!(opened.iter().filter(|vault| vault.is_ok()).count(), 1);
    let refused = opened.into_iter().find_map(Result::err);
    assert!(matches!(refused, Some(VaultError::WrongMasterKey)), "{refused:?}");
}

#[test]
fn a_missing_wrong_or_malformed_master_key_is_refused() {
    let (place, _one, _other) = two();
    let refusal = |key: &str| Vault::open_postgres(place.url(), key).expect_err("a refusal");
    for missing in ["", " \n"] {
        assert!(matches!(refusal(missing), VaultError::MasterKeyRequired));
    }
    assert!(matches!(refusal("secret"), VaultError::MalformedMasterKey));
    assert!(matches!(refusal(&BASE64_STANDARD.encode([8; 32])), VaultError::WrongMasterKey));
    Vault::open_postgres(place.url(), &format!("{}\n", master())).expect("the right one");
}

#[test]
fn the_layout_of_a_later_version_is_left_alone() {
    let (place, ..) = two();
    place.execute("INSERT INTO migrations VALUES (99, 'later', now(), true, '', 0)");
    let refused = place.open().err();
    assert!(matches!(refused, Some(VaultError::UnknownLayout(99))), "{refused:?}");
}

#[test]
fn a_session_is_known_everywhere_and_ends_everywhere() {
    let (_place, one, other) = two();
    let tokens = [0, 1, 2].map(|minute| one.sign_in(user("afi"), at(minute)).expect("a session"));
    let kossi = other.sign_in(user("kossi"), at(0)).expect("a session");
    let whose = |vault: &Vault, token: &str| vault.session(token, at(3)).expect("a look");
    for token in &tokens {
        assert_eq!(whose(&other, token.reveal()), Some(user("afi")), "and it is in memory now");
    }
    one.sign_out(tokens[0].reveal(), at(3)).expect("signed out");
    assert_eq!(whose(&one, tokens[0].reveal()), None, "at once where it was ended");
    noticed("signing out", || whose(&other, tokens[0].reveal()).is_none());
    assert_eq!(whose(&other, tokens[1].reveal()), Some(user("afi")));
    one.revoke_all(user("afi"), at(3)).expect("revoked");
    noticed("a revocation", || tokens.iter().all(|token| whose(&other, token.reveal()).is_none()));
    assert_eq!(whose(&one, kossi.reveal()), Some(user("kossi")));
    assert_eq!(whose(&other, kossi.reveal()), Some(user("kossi")));
}

#[test]
fn a_session_left_alone_here_and_used_there_goes_on() {
    let (_place, one, other) = two();
    let token = one.sign_in(user("afi"), at(0)).expect("a session");
    let whose = |vault: &Vault, minute| vault.session(token.reveal(), at(minute)).expect("a look");
    assert_eq!(whose(&one, 0), Some(user("afi")));
    assert_eq!(whose(&other, 29), Some(user("afi")));
    assert_eq!(whose(&one, 45), Some(user("afi")), "it was used 16 minutes ago");
    assert_eq!(whose(&other, 80), None);
}

#[test]
fn a_patient_forgotten_there_gets_nothing_sealed_here_and_soon_nothing_opened() {
    let (place, one, other) = two();
    one.new_key(patient(1)).expect("a key");
    one.new_key(patient(2)).expect("a key");
    let sealed = one.seal(patient(1), "name", b"Afi").expect("sealed");
    let second = one.seal(patient(2), "name", b"Kossi").expect("sealed");
    assert_eq!(other.open_sealed(&sealed, "name").expect("opened").as_deref(), Some(b"Afi".as_slice()));
    let wrapped = place.peek::<Vec<u8>>("SELECT wrapped FROM patient_keys ORDER BY patient").swap_remove(1);
    one.forget(patient(1)).expect("forgotten");
    // Before `other` asks for anything else.
    noticed("an erasure", || other.open_sealed(&sealed, "name").expect("a look").is_none());
    assert!(matches!(other.seal(patient(1), "name", b"Afi"), Err(VaultError::Forgotten(_))));
    assert!(matches!(other.new_key(patient(1)), Err(VaultError::Forgotten(_))));
    assert_eq!(other.open_sealed(&second, "name").expect("opened").as_deref(), Some(b"Kossi".as_slice()));
    assert_eq!(place.holds(&wrapped), [""; 0]);
    // At once, with the key in memory.
    one.forget(patient(2)).expect("forgotten");
    assert!(matches!(other.seal(patient(2), "name", b"Kossi"), Err(VaultError::Forgotten(_))));
}

/// Whoever comes first: no key may stand beside a tombstone, or be taken for one.
#[test]
fn making_and_forgetting_a_key_at_once_ends_forgotten() {
    let (place, one, other) = two();
    for n in 1..=40 {
        thread::scope(|threads| {
            let made = threads.spawn(|| one.new_key(patient(n)));
            other.forget(patient(n)).expect("forgotten");
            let made = made.join().expect("an end");
            assert!(matches!(made, Ok(()) | Err(VaultError::Forgotten(_))), "{made:?}");
        });
        for vault in [&one, &other] {
            assert!(matches!(vault.seal(patient(n), "name", b"Afi"), Err(VaultError::Forgotten(_))));
        }
    }
    assert_eq!(place.peek::<i64>("SELECT count(*) FROM patient_keys WHERE wrapped IS NOT NULL"), [1]);
}

#[test]
fn one_key_is_made_for_a_patient_whoever_asks() {
    let (_place, one, other) = two();
    for n in 1..=40 {
        thread::scope(|threads| {
            let made = threads.spawn(|| one.new_key(patient(n)).expect("a key"));
            other.new_key(patient(n)).expect("a key");
            made.join().expect("an end");
        });
        let sealed = one.seal(patient(n), "name", b"Afi").expect("sealed");
        let opened = other.open_sealed(&sealed, "name").expect("opened");
        assert_eq!(opened.as_deref(), Some(b"Afi".as_slice()), "patient {n}");
    }
}

#[test]
fn a_new_signing_key_is_taken_up_everywhere() {
    let (_place, one, other) = two();
    let before = other.signer();
    let after = one.rotate_signing_key().expect("a new key");
    noticed("a new signing key", || other.signer().key_id() == after.key_id());
    for vault in [&one, &other] {
        assert_eq!(vault.public_keys().len(), 2);
        assert_eq!(vault.public_key(before.key_id()), Some(before.public_key()));
    }
}

#[test]
fn rotations_at_once_leave_one_key_that_signs() {
    let (place, one, other) = two();
    thread::scope(|threads| {
        for vault in [&one, &other, &one, &other] {
            threads.spawn(|| vault.rotate_signing_key().expect("a new key"));
        }
    });
    let signs: Vec<String> = place.peek("SELECT key_id FROM signing_keys WHERE retired_at IS NULL");
    assert_eq!(signs.len(), 1);
    assert_eq!(place.peek::<i64>("SELECT count(*) FROM signing_keys"), [5]);
    noticed("the last key", || [&one, &other].iter().all(|vault| vault.signer().key_id() == signs[0]));
}

/// Sweeping, ending and using the same rows from all sides: nobody waits for somebody who waits for him.
#[test]
fn signing_in_and_out_at_once_blocks_nobody() {
    let (_place, one, other) = two();
    thread::scope(|threads| {
        for n in 0..4_i64 {
            let vault = if n % 2 == 0 { &one } else { &other };
            threads.spawn(move || {
                for round in 0..25 {
                    // Each round is beyond the end of the sessions of the one before.
                    let now = at(round * 800);
                    let token = vault.sign_in(user("afi"), now).expect("a session");
                    vault.session(token.reveal(), now + TimeDelta::minutes(2)).expect("a look");
                    vault.sign_out(token.reveal(), now).expect("signed out");
                    vault.revoke_all(user("afi"), now).expect("revoked");
                }
            });
        }
    });
    let token = one.sign_in(user("afi"), at(0)).expect("a session");
    assert_eq!(other.session(token.reveal(), at(1)).expect("a look"), Some(user("afi")));
}

#[test]
fn the_tables_lie_in_a_schema_of_their_own() {
    let (place, ..) = two();
    let elsewhere = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN \
                     ('vault', 'pg_catalog', 'information_schema')";
    assert_eq!(place.peek::<i64>(elsewhere), [0]);
    block(async { connect(place.url()).await.execute("SELECT 1 FROM migrations").await }).expect("its own");
}
