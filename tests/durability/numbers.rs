//! Ten thousand payments by 32 writers, and one `kill -9` in the middle: numbers go 1..n.

use crate::{ALONE, audit, dice::Dice, hospital::Hospital};
use chrono::Utc;
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

const WRITERS: usize = 32;
const DESKS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn receipts_of_ten_thousand_payments_are_numbered_without_a_hole() {
    let _alone = ALONE.lock().await;
    let given = std::env::var("QUITTANCE_PAYMENTS").ok().and_then(|payments| payments.parse().ok());
    let payments: i64 = given.unwrap_or(10_000);
    let (_, seed) = Dice::seeded("numbers");
    let first_day = Utc::now().date_naive();
    let (mut server, hospital) = Hospital::open(DESKS).await;
    hospital.quota.store(payments, Ordering::Relaxed);
    let (hospital, begun) = (Arc::new(hospital), Instant::now());
    let writers = hospital.clerks(WRITERS, seed);
    while hospital.quota.load(Ordering::Relaxed) > payments / 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::task::block_in_place(|| {
        server.kill();
        server.restart();
    });
    for writer in writers {
        writer.await.unwrap();
    }
    audit::all_attempts_are_paid(&hospital).await;
    let took = begun.elapsed();
    assert!(server.terminate().success());
    server.verify();
    server.restart();
    let books = audit::everything(&hospital, first_day).await;
    assert_eq!(books.receipts as i64, payments, "as many receipts as payments that brought money");
    let told = &hospital.told;
    assert_eq!((books.cash, books.mobile), (told.cash.lock().len(), told.mobile.lock().len()));
    println!(
        "{payments} payments ({} mobile) in {took:?}: {:.0} a second; unanswered {:?}, refused {:?}, repeated {:?}",
        books.mobile,
        payments as f64 / took.as_secs_f64(),
        told.unanswered,
        told.refused,
        told.repeated
    );
}
