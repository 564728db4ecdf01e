//! SIGTERM: what was begun is ended, and then the process is gone.

use crate::{ALONE, audit, desk::Desk, dice::Dice, hospital::Hospital};
use chrono::Utc;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sigterm_under_load_ends_in_order_and_loses_nothing() {
    let _alone = ALONE.lock().await;
    let (mut dice, seed) = Dice::seeded("sigterm");
    let first_day = Utc::now().date_naive();
    let (mut server, hospital) = Hospital::open(4).await;
    let hospital = Arc::new(hospital);
    let clerks = hospital.clerks(12, seed);
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(200 + dice.below(500))).await;
        let begun = Instant::now();
        tokio::task::block_in_place(|| {
            assert!(server.terminate().success(), "SIGTERM is no failure");
            assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
            let log = std::fs::metadata(server.dir.join("ledger.db-wal"));
            assert_eq!(log.map_or(0, |log| log.len()), 0, "all of it is in the database");
            server.verify();
            server.restart();
        });
    }
    hospital.close(clerks).await;
    audit::all_attempts_are_paid(&hospital).await;
    assert!(audit::everything(&hospital, first_day).await.receipts > 0);
}

#[tokio::test]
async fn a_request_under_way_at_sigterm_is_answered() {
    let mut desk = Desk::open().await;
    let prescription = desk.prescription().await;
    // The provider takes 80 ms to answer this payer: the request is under way when the signal comes.
    let initiate = desk.cashier.initiate(&prescription, "90 12 34 89");
    let signal = async {
        let simulated = desk.server.provider.running.addr();
        crate::server::eventually("the provider was called", async || {
            let known = desk.cashier.http.get(format!("http://{simulated}/control/payments")).send().await;
            let known = known.unwrap().text().await.unwrap();
            known.contains("reference").then_some(())
        })
        .await;
        desk.server.signal("TERM");
    };
    let (asked, ()) = tokio::join!(initiate, signal);
    assert!(matches!(asked.status, 201 | 202), "{}", asked.text);
    assert!(desk.server.wait().success());
}

#[tokio::test]
async fn a_second_sigterm_ends_at_once() {
    let mut desk = Desk::open().await;
    let prescription = desk.prescription().await;
    // This provider never answers, so an orderly end would take its time.
    let cashier = desk.cashier.clone();
    let waiting = tokio::spawn(async move {
        let body = serde_json::json!({
            "prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": "90 12 34 86",
        });
        let path = "/api/payments/mobile-money/initiate";
        cashier.try_send(cashier.request(reqwest::Method::POST, path).json(&body)).await.is_err()
    });
    crate::server::eventually("the attempt is open", async || {
        let open = desk.cashier.get("/api/payments?state=SENDING").await;
        open.json.as_array().filter(|open| !open.is_empty()).map(|_| ())
    })
    .await;
    let begun = Instant::now();
    desk.server.signal("TERM");
    // Two signals of one kind that come too close are one: the second is sent until the process ends.
    while desk.server.lives() {
        desk.server.signal("TERM");
        assert!(begun.elapsed() < Duration::from_secs(3), "it took {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    desk.server.wait();
    assert!(waiting.await.unwrap(), "nobody was told anything about the attempt");
    desk.server.restart();
    let audit = desk.server.login("admin").await;
    let open = audit.get("/api/payments?state=SENDING").await;
    let paid = audit.get("/api/payments?state=PAID").await;
    let attempts = [open.json, paid.json].map(|list| list.as_array().unwrap().len());
    assert_eq!(attempts.iter().sum::<usize>(), 1, "the attempt is in the ledger");
}
