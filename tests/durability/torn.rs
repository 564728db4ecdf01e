//! A write-ahead log that was cut anywhere: what is left is a ledger up to the end of some transaction.

use crate::{ALONE, dice::Dice, hospital::Hospital};
use quittance::store::{EventStore, Recorded, embedded::EmbeddedStore, verify::verify};
use std::{
    fs,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tempfile::TempDir;

const CUTS: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_cut_at_any_byte_is_a_ledger_of_whole_commits() {
    let _alone = ALONE.lock().await;
    let (mut dice, seed) = Dice::seeded("torn");
    let (mut server, hospital) = Hospital::open(4).await;
    let hospital = Arc::new(hospital);
    let clerks: Vec<_> = (0..8)
        .map(|nth| {
            let (hospital, dice) = (hospital.clone(), Dice::new(seed.wrapping_add(nth as u64)));
            tokio::spawn(async move { hospital.clerk(nth, dice).await })
        })
        .collect();
    // Shorter than the five quiet seconds after which the log would be emptied; it never is under load.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let acknowledged = hospital.told.position.load(Ordering::Relaxed);
    tokio::task::block_in_place(|| server.kill());
    clerks.iter().for_each(tokio::task::JoinHandle::abort);
    let log = fs::read(server.dir.join("ledger.db-wal")).unwrap();
    let whole = cut(&server.dir, &log).await;
    assert!(whole.len() as u64 >= acknowledged, "{} of {acknowledged}", whole.len());
    let (mut shorter, mut shortest) = (0, whole.len());
    for _ in 0..CUTS {
        let bytes = dice.below(log.len() as u64 + 1) as usize;
        let left = cut(&server.dir, &log[..bytes]).await;
        assert_eq!(left, whole[..left.len()], "cut at {bytes}");
        if let (Some(last), Some(next)) = (left.last(), whole.get(left.len())) {
            // One time, one transaction: what was cut off begins with another.
            assert_ne!(last.recorded_at, next.recorded_at, "cut at {bytes}: a commit is there by halves");
            shorter += 1;
        }
        shortest = shortest.min(left.len());
    }
    println!(
        "{} events, {shorter} of {CUTS} cuts lost some, at the most {}",
        whole.len(),
        whole.len() - shortest
    );
    assert!(shorter > CUTS / 2, "the log held most of it");
}

/// The ledger of a folder with this write-ahead log, opened as a server would and checked in full.
async fn cut(from: &Path, log: &[u8]) -> Vec<Recorded> {
    let dir = TempDir::new().unwrap();
    fs::copy(from.join("ledger.db"), dir.path().join("ledger.db")).unwrap();
    fs::write(dir.path().join("ledger.db-wal"), log).unwrap();
    let store = match EmbeddedStore::open(dir.path()) {
        Ok(store) => store,
        Err(error) => panic!("a cut log is no damage: {error}"),
    };
    let end = *store.head().borrow();
    let events = store.follow(0, usize::try_from(end).unwrap()).await.unwrap();
    assert_eq!(events.len() as u64, end);
    drop(store);
    verify(dir.path(), &mut |_, _| {}).unwrap();
    events
}
