//! Two processes under load: one is killed every other second, PostgreSQL itself restarted and killed.

use crate::{
    ALONE, audit,
    dice::Dice,
    hospital::Hospital,
    lifecycle,
    pair::{master, on, through},
    postgres::Cluster,
    server::{Server, eventually},
};
use chrono::Utc;
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

const CLERKS: usize = 8;
const DESKS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_was_acknowledged_is_lost_whichever_process_dies() {
    let _alone = ALONE.lock().await;
    let rounds = std::env::var("QUITTANCE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(8);
    let (mut dice, seed) = Dice::seeded("cluster");
    let (first_day, cluster) = (Utc::now().date_naive(), Cluster::start());
    let one = on(&cluster.database().await, &master()).await;
    let two = one.beside(&lifecycle::address());
    let mut hospital = Hospital::at(&one, DESKS).await;
    hospital.doors.push(two.url.clone());
    let hospital = Arc::new(hospital);
    let clerks = hospital.clerks(CLERKS, seed);
    let mut servers = [one, two];
    let mut slowest = Duration::ZERO;
    for round in 1..=rounds {
        tokio::time::sleep(Duration::from_millis(500 + dice.below(1_000))).await;
        assert!(clerks.iter().all(|clerk| !clerk.is_finished()), "all clerks work in round {round}");
        match round % 8 {
            3 | 6 => tokio::task::block_in_place(|| cluster.restart()),
            5 => tokio::task::block_in_place(|| {
                cluster.kill();
                cluster.up();
            }),
            _ => {
                let [one, two] = &mut servers;
                let (dies, lives) = if round % 2 == 0 { (one, two) } else { (two, one) };
                tokio::task::block_in_place(|| dies.kill());
                slowest = slowest.max(moves_on(&hospital, lives).await);
                tokio::task::block_in_place(|| dies.restart());
            }
        }
        audit::glance(&hospital, &mut dice).await;
    }
    hospital.close(clerks).await;
    audit::all_attempts_are_paid(&hospital).await;
    let books = audit::everything(&hospital, first_day).await;
    let told = &hospital.told;
    assert_eq!(books.cash, told.cash.lock().len(), "no cash but what was acknowledged");
    assert_eq!(books.mobile, told.mobile.lock().len(), "no attempt but what was acknowledged");
    let [mut one, mut two] = servers;
    assert!(two.terminate().success() && one.terminate().success());
    assert!(one.verify().contains("Écrans égaux au registre"));
    println!(
        "{rounds} rounds, slowest fail-over {slowest:?}; {} receipts ({} mobile); unanswered {:?}, refused {:?}",
        books.receipts, books.mobile, told.unanswered, told.refused
    );
}

/// The read models go on at the process that lives, and within five seconds.
async fn moves_on(hospital: &Hospital, lives: &Server) -> Duration {
    let since = Instant::now();
    let desk = through(lives, &hospital.cashiers[0]);
    let prescription = hospital.prescribe(&desk).await;
    let position = hospital.told.position.load(Ordering::Relaxed);
    eventually("a read model goes on", async || {
        let path = format!("/api/prescriptions/{prescription}");
        let request = desk.request(reqwest::Method::GET, &path).header("Ledger-Position", position);
        desk.try_send(request).await.ok().filter(|answer| answer.status == 200)
    })
    .await;
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    since.elapsed()
}
