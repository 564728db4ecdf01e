//! A write-ahead log that was cut anywhere: what is left is a ledger up to the end of some transaction.

use crate::{ALONE, dice::Dice, hospital::Hospital, server::eventually};
use quittance::store::{EventStore, Recorded, embedded::EmbeddedStore, verify::verify};
use std::{
    fs,
    ops::Range,
    path::Path,
    sync::{Arc, atomic::Ordering},
};
use tempfile::TempDir;

const CUTS: u64 = 40;
/// So many are left to cut in, at the least.
const FRAMES: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_cut_at_any_byte_is_a_ledger_of_whole_commits() {
    let _alone = ALONE.lock().await;
    let (mut dice, seed) = Dice::seeded("torn");
    let (mut server, hospital) = Hospital::open(4).await;
    let hospital = Arc::new(hospital);
    let clerks = hospital.clerks(8, seed);
    let index = server.dir.join("ledger.db-shm");
    let uncopied = loop {
        let next = hospital.told.position.load(Ordering::Relaxed) + 20;
        eventually("more payments", async || {
            (hospital.told.position.load(Ordering::Relaxed) >= next).then_some(())
        })
        .await;
        server.signal("STOP");
        let frames = uncopied(&index);
        if frames.len() >= FRAMES {
            break frames;
        }
        server.signal("CONT");
    };
    let acknowledged = hospital.told.position.load(Ordering::Relaxed);
    tokio::task::block_in_place(|| server.kill());
    clerks.iter().for_each(tokio::task::JoinHandle::abort);
    let log = fs::read(server.dir.join("ledger.db-wal")).unwrap();
    let whole = cut(&server.dir, &log).await;
    assert!(whole.len() as u64 >= acknowledged, "{} of {acknowledged}", whole.len());
    let bytes = bytes_of(&uncopied);
    let (mut shorter, mut shortest) = (0, whole.len());
    for _ in 0..CUTS {
        let at = bytes.start + dice.below(bytes.len() as u64 + 1) as usize;
        let left = cut(&server.dir, &log[..at]).await;
        assert_eq!(left, whole[..left.len()], "cut at {at}");
        if let (Some(last), Some(next)) = (left.last(), whole.get(left.len())) {
            // One time, one transaction: what was cut off begins with another.
            assert_ne!(last.recorded_at, next.recorded_at, "cut at {at}: a commit is there by halves");
            shorter += 1;
        }
        shortest = shortest.min(left.len());
    }
    println!(
        "{} events, {shorter} of {CUTS} cuts lost some, at the most {}",
        whole.len(),
        whole.len() - shortest
    );
    assert!(shorter > CUTS / 2, "{uncopied:?} held what was cut off");
}

/// The frames of the log that no checkpoint has begun to copy into the database: what was copied is
/// synced in the log before, so no crash can cut there. Numbers from SQLite's "WAL-Index File Format":
/// mxFrame at byte 16, nBackfillAttempted at 128.
fn uncopied(index: &Path) -> Range<usize> {
    let index = fs::read(index).unwrap();
    let number = |at: usize| u32::from_ne_bytes(index[at..at + 4].try_into().unwrap()) as usize;
    number(128)..number(16)
}

/// Where they lie in the file: a header of 32 bytes, then pages of 4096 with 24 before each.
fn bytes_of(frames: &Range<usize>) -> Range<usize> {
    let at = |frame: usize| 32 + frame * (24 + 4096);
    at(frames.start)..at(frames.end)
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
