//! Two processes as if they were one: what one does is seen, and ended, at the other.

use crate::{
    ALONE,
    desk::Desk,
    lifecycle,
    postgres::{self, Cluster},
    server::{Caller, Server, eventually},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::time::{Duration, Instant};

/// A master key of this run.
pub fn master() -> String {
    BASE64_STANDARD.encode(crate::server::random().as_bytes().first_chunk::<32>().unwrap())
}

/// A server on this database, at an address that it keeps.
pub async fn on(url: &str, master: &str) -> Server {
    let listen = lifecycle::address();
    let settings = [("DATABASE_URL", url), ("QUITTANCE_MASTER_KEY", master), ("QUITTANCE_LISTEN", &listen)];
    Server::start_with(&settings).await
}

/// Two servers on a fresh database of this cluster.
pub async fn two_on(cluster: &Cluster) -> (Server, Server) {
    let one = on(&cluster.database().await, &master()).await;
    let two = one.beside(&lifecycle::address());
    (one, two)
}

/// The same person at another server.
pub fn through(server: &Server, caller: &Caller) -> Caller {
    Caller { url: server.url.clone(), ..caller.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_writes_the_other_shows_and_goes_on_with() {
    let _alone = ALONE.lock().await;
    let (one, two) = two_on(postgres::shared()).await;
    let desk = Desk::on(one).await;
    let elsewhere = through(&two, &desk.cashier);
    let prescription = desk.prescription().await;
    // Each answer names a position, and each read waits for the latest that anybody was told.
    assert_eq!(elsewhere.get(&format!("/api/prescriptions/{prescription}")).await.json["status"], "PENDING");
    let taken = elsewhere.cash(&prescription, 2_000).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
    let twice = desk.cashier.cash(&prescription, 2_000).await;
    assert_eq!((twice.status, &twice.json["code"]), (409, &"already_paid".into()), "{}", twice.text);
    let asked = elsewhere.initiate(&desk.prescription().await, "90 12 34 00").await;
    assert!(matches!(asked.status, 201 | 202), "{}", asked.text);
    let payment = asked.text_of("paymentId");
    desk.cashier.until(&payment, "PAID").await;
    assert_eq!(desk.receipts_of(&payment).await.len(), 1);
    assert_eq!(desk.admin.report().await["totalAmount"], 3_000);
    two.screens_agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_at_one_process_is_dead_at_the_other_within_two_seconds() {
    let _alone = ALONE.lock().await;
    let (one, two) = two_on(postgres::shared()).await;
    let here = one.login("caisse1").await;
    let there = through(&two, &here);
    assert_eq!(there.get("/api/tills").await.status, 200);
    let ended = here.send(here.request(reqwest::Method::POST, "/api/auth/logout")).await;
    assert!(ended.status < 300, "{}", ended.text);
    let since = Instant::now();
    eventually("the session is dead at the other", async || {
        (there.get("/api/tills").await.status == 401).then_some(())
    })
    .await;
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
}
