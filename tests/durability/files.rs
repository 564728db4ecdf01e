//! Files that were taken away, put back or copied while nobody looked.

use crate::{
    desk::Desk,
    lifecycle::{refused, text},
    server::{Answer, Caller, Server, eventually},
};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// The read models' files; a write-ahead log belongs to its database.
const VIEWS: [&str; 3] = ["views.db", "views.db-wal", "views.db-shm"];
const LEDGER: [&str; 3] = ["ledger.db", "ledger.db-wal", "ledger.db-shm"];

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_the_first_goes_on() {
    let desk = Desk::open().await;
    for command in ["serve", "demo"] {
        let second = desk.server.run(&[command]);
        let why = refused(&second, 1);
        assert!(why.contains("in use") || why.contains("another process"), "{why}");
    }
    pay(&desk).await;
}

#[tokio::test]
async fn read_models_that_are_gone_are_made_anew_with_the_same_answers() {
    let mut desk = Desk::open().await;
    pay(&desk).await;
    pay(&desk).await;
    let before = report(&desk.server).await;
    assert!(desk.server.terminate().success());
    remove(&desk.server.dir, &VIEWS);
    desk.server.restart();
    let after = report(&desk.server).await;
    assert_eq!(after.json, before.json);
    assert_eq!(after.json["totalPayments"], 2);
}

#[tokio::test]
async fn read_models_older_than_the_ledger_catch_up() {
    let mut desk = Desk::open().await;
    pay(&desk).await;
    assert!(desk.server.terminate().success());
    let old = tempfile::TempDir::new().unwrap();
    copy(&desk.server.dir, old.path(), &VIEWS);
    desk.back().await;
    pay(&desk).await;
    let before = report(&desk.server).await;
    assert!(desk.server.terminate().success());
    remove(&desk.server.dir, &VIEWS);
    copy(old.path(), &desk.server.dir, &VIEWS);
    desk.server.restart();
    assert_eq!(report(&desk.server).await.json, before.json);
    assert!(desk.server.terminate().success());
    desk.server.verify();
}

#[tokio::test]
async fn read_models_ahead_of_the_ledger_are_refused_at_the_start() {
    let mut desk = Desk::open().await;
    pay(&desk).await;
    assert!(desk.server.terminate().success());
    let old = tempfile::TempDir::new().unwrap();
    copy(&desk.server.dir, old.path(), &LEDGER);
    desk.back().await;
    pay(&desk).await;
    assert!(desk.server.terminate().success());
    remove(&desk.server.dir, &LEDGER);
    copy(old.path(), &desk.server.dir, &LEDGER);
    let why = refused(&desk.server.run(&["serve"]), 1);
    assert!(why.contains("beyond the log's end") && why.contains("views*"), "{why}");
    // What the message advises helps.
    remove(&desk.server.dir, &VIEWS);
    desk.server.restart();
    // What was seen of the newer ledger is not in this one.
    desk.server.seen = std::sync::Arc::default();
    assert_eq!(report(&desk.server).await.json["totalPayments"], 1);
}

#[tokio::test]
async fn read_models_of_another_history_are_refused_even_if_they_are_no_further() {
    let mut desk = Desk::open().await;
    pay(&desk).await;
    let mut other = Desk::open().await;
    for _ in 0..3 {
        pay(&other).await;
    }
    assert!(desk.server.terminate().success());
    assert!(other.server.terminate().success());
    remove(&other.server.dir, &VIEWS);
    copy(&desk.server.dir, &other.server.dir, &VIEWS);
    let why = refused(&other.server.run(&["serve"]), 1);
    assert!(why.contains("another ledger") && why.contains("views*"), "{why}");
}

/// After `kill -9` the newest events lie in the write-ahead log alone. A copy without it is an older
/// ledger, whole in itself: only a head kept elsewhere, or read models that are further, tell.
#[tokio::test]
async fn a_copy_without_its_write_ahead_log_is_an_older_ledger_and_a_head_tells() {
    let mut desk = Desk::open().await;
    let head = desk.server.dir.join("head.txt");
    loop {
        let begun = Instant::now();
        pay(&desk).await;
        let written = desk.server.run(&["head", "--out", head.to_str().unwrap()]);
        assert!(written.status.success(), "{}", text(&written.stderr));
        desk.server.kill();
        // A ledger that was quiet for five seconds has emptied its log into the database.
        if begun.elapsed() < Duration::from_secs(4) {
            break;
        }
        desk.back().await;
    }
    let copied = tempfile::TempDir::new().unwrap();
    copy(&desk.server.dir, copied.path(), &["ledger.db", "vault.db", "vault.db-wal", "master.key"]);
    let verify = |args: &[&str]| desk.server.run_at(copied.path(), &[&["verify"], args].concat());
    let why = refused(&verify(&["--against", head.to_str().unwrap()]), 1);
    assert!(why.contains("position") || why.contains("no ledger"), "{why}");
    // With its write-ahead log the copy is the whole ledger.
    copy(&desk.server.dir, copied.path(), &["ledger.db-wal"]);
    let whole = verify(&["--against", head.to_str().unwrap()]);
    assert!(whole.status.success(), "{}", text(&whole.stderr));
}

async fn pay(desk: &Desk) {
    let prescription = desk.prescription().await;
    let taken = desk.cashier.cash(&prescription, 1_500).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
}

impl Desk {
    /// The same desk after a restart.
    async fn back(&mut self) {
        self.server.restart();
        self.cashier = Caller { url: self.server.url.clone(), ..self.cashier.clone() };
    }
}

/// Today's report, once the read models have caught up with the ledger.
async fn report(server: &Server) -> Answer {
    let admin = server.login("admin").await;
    eventually("the read models have caught up", async || {
        let metrics = admin.get("/api/health/metrics").await.json;
        (metrics["ledger"]["position"] == metrics["ledger"]["projected"]).then_some(())
    })
    .await;
    admin.get("/api/reports/financial/daily").await
}

fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names.iter().filter(|name| from.join(name).exists()) {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

fn remove(dir: &Path, names: &[&str]) {
    for name in names.iter().filter(|name| dir.join(name).exists()) {
        fs::remove_file(dir.join(name)).unwrap();
    }
}
