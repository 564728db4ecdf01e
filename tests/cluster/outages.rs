//! A process that is stopped, and a database that is away for a while.

use crate::{
    ALONE,
    desk::Desk,
    pair::{master, on, through, two_on},
    postgres::{self, Cluster},
    server::{Caller, eventually},
};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_process_loses_its_leases_and_comes_back_as_a_reader() {
    let _alone = ALONE.lock().await;
    let (one, two) = two_on(postgres::shared()).await;
    let desk = Desk::on(one).await;
    let elsewhere = through(&two, &desk.cashier);
    desk.server.signal("STOP");
    let since = Instant::now();
    // It moved the read models: until its leases fall, what is written is not shown, and is said so.
    let id = eventually("a command at the other process", async || prescribe(&desk, &elsewhere).await).await;
    eventually("the models go on", async || (shown(&elsewhere, &id).await == 200).then_some(())).await;
    assert!(since.elapsed() < Duration::from_secs(6), "{:?}", since.elapsed());
    desk.server.signal("CONT");
    eventually("the first comes back", async || (shown(&desk.cashier, &id).await == 200).then_some(())).await;
    two.screens_agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_commands_and_reads_say_so_and_then_go_on_by_themselves() {
    let _alone = ALONE.lock().await;
    let cluster = Cluster::start();
    let server = on(&cluster.database().await, &master()).await;
    let mut desk = Desk::on(server).await;
    let id = desk.prescription().await;
    tokio::task::block_in_place(|| cluster.down());
    let (command, read) = (desk.cashier.cash(&id, 2_000).await, get(&desk.cashier, &id).await);
    for answer in [command, read] {
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.headers.contains_key("Retry-After"), "{}", answer.text);
        assert!(answer.json["error"].as_str().unwrap().contains("instant"), "in French: {}", answer.text);
    }
    eventually("health says so", async || {
        (get_path(&desk.cashier, "/api/health").await.status == 503).then_some(())
    })
    .await;
    assert!(desk.server.lives());
    tokio::task::block_in_place(|| cluster.up());
    let taken = eventually("cash is taken again", async || {
        Some(desk.cashier.cash(&id, 2_000).await).filter(|answer| answer.status == 201)
    })
    .await;
    assert_eq!(taken.json["amount"], 1_500);
    eventually("and shown", async || (get(&desk.cashier, &id).await.json["status"] == "PAID").then_some(()))
        .await;
}

async fn prescribe(desk: &Desk, caller: &Caller) -> Option<String> {
    let body = serde_json::json!({"patientId": desk.patient, "exams": [{"examId": desk.exam}]});
    let answer = caller.post("/api/prescriptions", body).await;
    assert!(matches!(answer.status, 201 | 503), "{}", answer.text);
    (answer.status == 201).then(|| answer.text_of("id"))
}

async fn get(caller: &Caller, prescription: &str) -> crate::server::Answer {
    get_path(caller, &format!("/api/prescriptions/{prescription}")).await
}

async fn get_path(caller: &Caller, path: &str) -> crate::server::Answer {
    caller.send(caller.request(reqwest::Method::GET, path)).await
}

/// The answer to a read that has seen everything.
async fn shown(caller: &Caller, prescription: &str) -> u16 {
    let seen = caller.seen.load(std::sync::atomic::Ordering::SeqCst);
    let path = format!("/api/prescriptions/{prescription}");
    caller.send(caller.request(reqwest::Method::GET, &path).header("Ledger-Position", seen)).await.status
}
