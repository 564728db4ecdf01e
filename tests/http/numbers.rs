//! Receipt numbers: 1 to n, each once, whatever happens at the same time or in between.

use crate::desk::{Desk, at_once};
use serde_json::json;

/// The numbers of the day's receipts, in order.
async fn numbers(desk: &Desk) -> Vec<u64> {
    let report = desk.admin.report().await;
    let lines = report["payments"].as_array().unwrap().iter();
    let last = |line: &serde_json::Value| {
        line["receiptNumber"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap()
    };
    let mut numbers: Vec<u64> = lines.map(last).collect();
    numbers.sort_unstable();
    numbers
}

/// Forty prescriptions: three in four paid in cash by two cashiers, one by telephone, all at once.
async fn rush(desk: &Desk, callers: &[crate::server::Caller]) {
    let mut requests = vec![];
    for at in 0..40 {
        let (prescription, caller) = (desk.prescription().await, callers[at % 2].clone());
        let (path, body) = match at % 4 {
            0 => {
                let phone = "90 12 34 77";
                let body =
                    json!({"prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": phone});
                ("/api/payments/mobile-money/initiate", body)
            }
            _ => ("/api/payments/cash", json!({"prescriptionId": prescription, "amountTendered": 1_500})),
        };
        requests.push((caller, path.to_owned(), None, body));
    }
    for answer in at_once(requests).await {
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
}

/// Until the read models show so many receipts.
async fn all_issued(desk: &Desk, count: u64) {
    crate::server::eventually(&format!("{count} receipts"), async || {
        (desk.admin.report().await["totalPayments"].as_u64() >= Some(count)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn forty_payments_at_once_and_a_crash_leave_no_gap_and_no_twin() {
    let mut desk = Desk::open().await;
    let second = desk.second_cashier().await;
    rush(&desk, &[desk.cashier.clone(), second]).await;
    all_issued(&desk, 40).await;
    assert_eq!(numbers(&desk).await, (1..=40).collect::<Vec<_>>());
    desk.server.kill();
    desk.restart().await;
    let second = desk.server.login("caisse2").await;
    rush(&desk, &[desk.cashier.clone(), second]).await;
    all_issued(&desk, 80).await;
    assert_eq!(numbers(&desk).await, (1..=80).collect::<Vec<_>>());
    assert_eq!(desk.admin.report().await["totalAmount"], 80 * 1_500);
}

#[tokio::test]
async fn what_is_refused_uses_up_no_number() {
    let desk = Desk::open().await;
    let paid = desk.prescription().await;
    desk.cashier.cash(&paid, 1_500).await;
    let open = desk.open_attempt().await;
    assert_eq!(desk.cashier.cash(&paid, 1_500).await.status, 409);
    assert_eq!(desk.cashier.cash(&open.prescription, 1_500).await.status, 409);
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_499).await.status, 422);
    let next = desk.cashier.cash(&desk.prescription().await, 1_500).await;
    assert!(next.text_of("receiptNumber").ends_with("-000002"), "{}", next.text);
}

#[tokio::test]
async fn an_amount_is_a_whole_number_of_francs_or_refused() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    for wrong in ["1500.5", "1500.0", "1.5e3", "-1500", "\"1500\"", "1000000000001", "null", "1e400"] {
        let body = format!("{{\"prescriptionId\":\"{prescription}\",\"amountTendered\":{wrong}}}");
        let request = desk.cashier.request(reqwest::Method::POST, "/api/payments/cash");
        let request = request.header("content-type", "application/json").body(body);
        let refused = desk.cashier.send(request).await;
        let wanted: &[u16] = if wrong == "1e400" { &[400, 422] } else { &[422] };
        assert!(wanted.contains(&refused.status), "{wrong}: {}", refused.text);
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
}
