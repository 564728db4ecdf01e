//! `kill -9` under load with the copy on, as if the machine had burnt: what the second place has of it.

use crate::{
    books::{Place, begins},
    dice::Dice,
    hospital::Hospital,
    server::eventually,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

/// What may be lost.
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burnt_machine_loses_at_most_its_last_second() {
    let place = Place::new();
    let copy = place.path("copy");
    let (mut server, hospital) = Hospital::open_with(4, &[("QUITTANCE_COPY", copy.to_str().unwrap())]).await;
    let (hospital, (_, seed)) = (Arc::new(hospital), Dice::seeded("copy"));
    let clerks = hospital.clerks(8, seed);
    let (mut told, begun) = (vec![], Instant::now());
    eventually("three seconds of work", async || {
        told.push((Instant::now(), hospital.told.position.load(Ordering::Relaxed)));
        (begun.elapsed() > 3 * SECOND && told.len() > 100).then_some(())
    })
    .await;
    let killed = Instant::now();
    tokio::task::block_in_place(|| server.kill());
    clerks.iter().for_each(tokio::task::JoinHandle::abort);
    let safe = told.iter().rev().find(|(at, _)| killed.duration_since(*at) >= SECOND).unwrap().1;
    assert!(safe > 10, "{told:?}");
    let data = place.with_key("data", &server);
    let said = server.restore(&copy, &data);
    // The ledger that was killed is still there to compare with.
    let end = begins(&data, &server.dir);
    let last = told.last().unwrap().1;
    println!("copied up to {end}; a second before the kill {safe} was told, at the kill {last}");
    assert!(end >= safe, "{end} of {safe}");
    assert!(said.contains(&format!("position {end}.")), "{said}");
    server.says(&data, &["verify"]);
    server.go_on_at(&data);
    server.login("admin").await;
    assert!(server.terminate().success());
}
