//! `kill -9` at random moments under load.

use crate::{ALONE, audit, dice::Dice, hospital::Hospital};
use chrono::Utc;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const CLERKS: usize = 12;
const DESKS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_outlives_every_kill() {
    let _alone = ALONE.lock().await;
    let kills = std::env::var("QUITTANCE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let (mut dice, seed) = Dice::seeded("kills");
    let first_day = Utc::now().date_naive();
    let (mut server, hospital) = Hospital::open(DESKS).await;
    let hospital = Arc::new(hospital);
    let clerks = hospital.clerks(CLERKS, seed);
    let mut slowest = Duration::ZERO;
    for kill in 1..=kills {
        tokio::time::sleep(Duration::from_millis(50 + dice.below(900))).await;
        assert!(clerks.iter().all(|clerk| !clerk.is_finished()), "all clerks work at kill {kill}");
        tokio::task::block_in_place(|| {
            server.kill();
            let begun = Instant::now();
            server.restart();
            slowest = slowest.max(begun.elapsed());
        });
        audit::glance(&hospital, &mut dice).await;
    }
    hospital.close(clerks).await;
    audit::all_attempts_are_paid(&hospital).await;
    assert!(server.terminate().success());
    assert!(server.verify().contains("Écrans égaux au registre"));
    server.restart();
    let books = audit::everything(&hospital, first_day).await;
    let told = &hospital.told;
    assert_eq!(books.cash, told.cash.lock().len(), "no cash but what was acknowledged");
    assert_eq!(books.mobile, told.mobile.lock().len(), "no attempt but what was acknowledged");
    println!(
        "{kills} kills, slowest start {slowest:?}; {} receipts ({} mobile); unanswered {:?}, refused {:?}, \
         repeated {:?}",
        books.receipts, books.mobile, told.unanswered, told.refused, told.repeated
    );
}
