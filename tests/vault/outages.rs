//! PostgreSQL that goes away, comes back, or is slow: the vault says so, and believes nothing old.

use crate::{
    engines::{Place, block, connect, master, postgresql},
    patient,
    postgres::Cluster,
    user,
};
use chrono::Utc;
use projections::Identities as _;
use quittance::{
    app::{People, purpose},
    vault::{Token, Vault, VaultError},
};
use sqlx::Executor;
use std::{
    thread,
    time::{Duration, Instant},
};

/// What a vault with a patient and a session in memory has to lose.
struct Warm {
    vault: Vault,
    sealed: domain::Sealed,
    token: Token,
}

impl Warm {
    fn of(vault: Vault) -> Self {
        vault.new_key(patient(1)).expect("a key");
        let sealed = vault.seal(patient(1), "name", b"Afi").expect("sealed");
        let token = vault.sign_in(user("afi"), Utc::now()).expect("a session");
        let warm = Self { vault, sealed, token };
        warm.works().expect("everything");
        warm
    }

    /// Fails as soon as one of its uses does.
    fn works(&self) -> Result<(), VaultError> {
        let whose = self.vault.session(self.token.reveal(), Utc::now())?;
        assert_eq!(whose, Some(user("afi")));
        let name = self.vault.open_sealed(&self.sealed, "name")?;
        assert_eq!(name.as_deref(), Some(b"Afi".as_slice()));
        self.vault.seal(patient(1), "name", b"Afi").map(drop)
    }
}

#[track_caller]
fn is_unavailable<T: std::fmt::Debug>(answer: Result<T, VaultError>) {
    assert!(matches!(answer, Err(VaultError::Unavailable(_))), "{answer:?}");
}

/// Asks until it is so, for a while.
#[track_caller]
fn comes_true(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < limit, "not within {limit:?}");
        thread::yield_now();
    }
}

#[test]
fn connections_that_are_cut_are_made_again_unseen() {
    let place = postgresql();
    let warm = Warm::of(place.vault());
    for n in 2..8 {
        let cut: Vec<bool> = place.peek(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'quittance-vault'",
        );
        assert_ne!(cut, [false; 0]);
        warm.works().expect("nothing was lost");
        warm.vault.new_key(patient(n)).expect("a key");
    }
}

#[test]
fn a_database_that_is_gone_ends_all_trust_and_gives_it_back() {
    let cluster = Cluster::start();
    let place = Place::Database(block(cluster.database()));
    let warm = Warm::of(place.vault());
    cluster.down();
    let gone = Instant::now();
    comes_true(Duration::from_secs(5), || warm.works().is_err());
    is_unavailable(warm.works());
    is_unavailable(warm.vault.session(warm.token.reveal(), Utc::now()));
    is_unavailable(warm.vault.open_sealed(&warm.sealed, "name"));
    is_unavailable(warm.vault.new_key(patient(2)));
    is_unavailable(warm.vault.sign_in(user("afi"), Utc::now()));
    assert!(gone.elapsed() < Duration::from_secs(12), "an outage holds nobody up for long: {gone:?}");
    // What was signed stays ours: the keys in memory can't become untrue.
    assert_eq!(warm.vault.public_keys().len(), 1);
    is_unavailable(place.open());
    cluster.up();
    comes_true(Duration::from_secs(10), || warm.works().is_ok());
    warm.vault.new_key(patient(2)).expect("a key");
}

/// A read model would keep "erased" for good.
#[test]
fn a_projector_waits_for_the_vault_and_takes_nobody_for_erased() {
    let cluster = Cluster::start();
    let place = Place::Database(block(cluster.database()));
    let vault = place.vault();
    vault.new_key(patient(1)).expect("a key");
    let clear = br#"{"firstName":"Afi","lastName":"Mensah"}"#;
    let sealed = vault.seal(patient(1), purpose::IDENTITY, clear).expect("sealed");
    cluster.down();
    comes_true(Duration::from_secs(5), || vault.has_key(patient(1)).is_err());
    let people = People(vault);
    let identity = thread::scope(|threads| {
        let asked = threads.spawn(|| people.identity(&sealed));
        cluster.up();
        asked.join().expect("an answer")
    });
    assert_eq!(identity.expect("not erased").first_name, "Afi");
}

#[test]
fn what_was_ended_stays_ended_through_a_crash() {
    let cluster = Cluster::start();
    let place = Place::Database(block(cluster.database()));
    let (warm, other) = (Warm::of(place.vault()), Warm::of(place.vault()));
    warm.vault.sign_out(warm.token.reveal(), Utc::now()).expect("signed out");
    warm.vault.new_key(patient(2)).expect("a key");
    let second = warm.vault.seal(patient(2), "name", b"Kossi").expect("sealed");
    other.vault.forget(patient(2)).expect("forgotten");
    cluster.kill();
    cluster.up();
    comes_true(Duration::from_secs(10), || other.works().is_ok());
    for vault in [&warm.vault, &other.vault, &place.vault()] {
        assert_eq!(vault.session(warm.token.reveal(), Utc::now()).expect("a look"), None);
        assert_eq!(vault.open_sealed(&second, "name").expect("erased"), None);
    }
}

#[test]
fn a_database_that_hangs_is_not_waited_for_long() {
    let place = postgresql();
    let warm = Warm::of(place.vault());
    block(async {
        let mut hold = connect(place.url()).await;
        hold.execute("BEGIN; LOCK TABLE changes, sessions, patient_keys").await.expect("locked");
        let begun = Instant::now();
        comes_true(Duration::from_secs(8), || warm.works().is_err());
        is_unavailable(warm.works());
        assert!(begun.elapsed() < Duration::from_secs(8));
        hold.execute("ROLLBACK").await.expect("free again");
    });
    comes_true(Duration::from_secs(8), || warm.works().is_ok());
}

/// An old row that an open transaction may still see can't be swept out; the key is gone all the same.
#[test]
fn a_sweep_that_fails_makes_an_erasure_say_that_it_is_not_complete() {
    let place = postgresql();
    let warm = Warm::of(place.vault());
    block(async {
        let mut hold = connect(place.url()).await;
        // Reading and writing rows go on beside this lock, sweeping does not.
        hold.execute("BEGIN; LOCK TABLE patient_keys IN SHARE UPDATE EXCLUSIVE MODE").await.expect("locked");
        let halfway = warm.vault.forget(patient(1));
        assert!(matches!(halfway, Err(VaultError::Busy)), "{halfway:?}");
        hold.execute("ROLLBACK").await.expect("free again");
    });
    comes_true(Duration::from_secs(5), || warm.vault.forget(patient(1)).is_ok());
    assert_eq!(warm.vault.open_sealed(&warm.sealed, "name").expect("erased"), None);
}

#[test]
fn an_address_without_a_database_is_an_error_and_names_no_secret() {
    let url = "postgres://afi:geheim@127.0.0.1:1/nothing";
    let refused = Vault::open_postgres(url, &master()).expect_err("a refusal");
    assert!(!format!("{refused:?} {refused}").contains("geheim"), "{refused:?}");
    is_unavailable(Err::<(), _>(refused));
}

/// Callers may sit inside a runtime of one thread, which they block.
#[tokio::test]
async fn a_caller_inside_a_runtime_is_served() {
    let place = tokio::task::spawn_blocking(postgresql).await.expect("a place");
    Warm::of(place.vault()).works().expect("everything");
}
