//! Read your own writes: the header `Ledger-Position`.

use crate::{
    desk::Desk,
    server::{Answer, Caller},
};
use reqwest::Method;
use std::time::{Duration, Instant};

/// A read that names exactly this position.
async fn read_at(caller: &Caller, path: &str, position: &str) -> Answer {
    caller.send(caller.request(Method::GET, path).header("Ledger-Position", position)).await
}

#[tokio::test]
async fn a_read_that_names_a_commands_position_always_shows_it() {
    let desk = Desk::open().await;
    for paid in 1..=200 {
        let prescription = desk.prescription().await;
        let taken = desk.cashier.cash(&prescription, 1_500).await;
        let position = taken.position();
        let shown =
            read_at(&desk.cashier, &format!("/api/prescriptions/{prescription}"), &position.to_string())
                .await;
        assert_eq!((shown.status, &shown.json["status"]), (200, &"PAID".into()), "payment {paid}");
        assert!(shown.position() >= position);
        if paid % 20 == 0 {
            let path = "/api/reports/financial/daily";
            let report = read_at(&desk.admin, path, &position.to_string()).await;
            assert_eq!(report.json["totalPayments"], paid);
            assert!(report.json["position"].as_u64() >= Some(position));
        }
    }
}

#[tokio::test]
async fn a_callbacks_answer_names_the_position_that_shows_it() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let told = desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    assert_eq!(told.json["position"], told.position());
    let path = format!("/api/payments/mobile-money/{}/status", open.payment);
    let status = read_at(&desk.cashier, &path, &told.position().to_string()).await;
    assert_eq!(status.json["status"], "SUCCESS");
}

#[tokio::test]
async fn positions_never_go_back() {
    let desk = Desk::open().await;
    let mut last = 0;
    for _ in 0..20 {
        let prescription = desk.prescription().await;
        let taken = desk.cashier.cash(&prescription, 1_500).await.position();
        let read = desk.cashier.get("/api/tills").await.position();
        assert!(last < taken && taken <= read, "{last} {taken} {read}");
        last = read;
    }
}

#[tokio::test]
async fn a_position_far_in_the_future_is_503_after_a_moment() {
    let desk = Desk::open().await;
    let paths = ["/api/reports/financial/daily", "/api/tills", "/api/stats/global", "/api/payments"];
    for path in paths {
        let begun = Instant::now();
        let behind = read_at(&desk.cashier, path, "999999999").await;
        assert_eq!((behind.status, behind.text_of("code").as_str()), (503, "read_model_behind"), "{path}");
        assert!(behind.headers.contains_key("retry-after"));
        assert!(begun.elapsed() >= Duration::from_millis(1_900), "it waits before it gives up");
        assert!(begun.elapsed() < Duration::from_secs(10), "it does give up");
    }
}

#[tokio::test]
async fn a_position_that_is_no_number_is_422() {
    let desk = Desk::open().await;
    for wrong in ["", "-1", "1.5", "0x10", "soon", "99999999999999999999999"] {
        let refused = read_at(&desk.cashier, "/api/tills", wrong).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/headers/Ledger-Position".into()));
    }
}
