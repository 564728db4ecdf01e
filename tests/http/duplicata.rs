//! A receipt printed again: the same paper, counted.

use crate::{
    desk::{Desk, at_once},
    server::{Answer, Caller},
};
use reqwest::Method;
use serde_json::{Value, json};

impl Caller {
    /// Prints a receipt again.
    async fn duplicate(&self, receipt: &str) -> Answer {
        self.send(self.request(Method::POST, &format!("/api/receipts/{receipt}/duplicata"))).await
    }
}

async fn receipt(desk: &Desk) -> String {
    desk.cashier.cash(&desk.prescription().await, 1_500).await.text_of("receiptNumber")
}

/// A receipt without its count.
fn content(mut shown: Value) -> Value {
    shown.as_object_mut().unwrap().remove("duplicatas").unwrap();
    shown
}

#[tokio::test]
async fn each_print_is_counted_and_nothing_else_in_the_receipt_changes() {
    let desk = Desk::open().await;
    let number = receipt(&desk).await;
    let first = desk.receipt(&number).await;
    assert_eq!(first["duplicatas"], 0);
    for (nth, caller) in [(1, &desk.cashier), (2, &desk.admin), (3, &desk.server.login("compta").await)] {
        let printed = caller.duplicate(&number).await;
        assert_eq!(printed.status, 201, "{}", printed.text);
        assert_eq!(printed.json, json!({"receiptNumber": number, "duplicata": nth}));
        let shown = desk.receipt(&number).await;
        assert_eq!(shown["duplicatas"], nth);
        assert_eq!(content(shown), content(first.clone()));
    }
    let other = receipt(&desk).await;
    assert_eq!(desk.receipt(&other).await["duplicatas"], 0, "each receipt has its own count");
    assert_eq!(desk.cashier.duplicate(&other).await.json["duplicata"], 1);
    assert_eq!(desk.admin.report().await["totalPayments"], 2, "a print is no payment");
}

#[tokio::test]
async fn twenty_prints_at_once_are_one_to_twenty() {
    let desk = Desk::open().await;
    let number = receipt(&desk).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (cashier, number) = (desk.cashier.clone(), number.clone());
        running.spawn(async move { cashier.duplicate(&number).await.json["duplicata"].as_u64().unwrap() });
    }
    let mut printed = running.join_all().await;
    printed.sort_unstable();
    assert_eq!(printed, (1..=20).collect::<Vec<_>>());
    assert_eq!(desk.receipt(&number).await["duplicatas"], 20);
}

#[tokio::test]
async fn the_same_key_prints_once() {
    let desk = Desk::open().await;
    let number = receipt(&desk).await;
    let path = format!("/api/receipts/{number}/duplicata");
    let copies = (0..10).map(|_| (desk.cashier.clone(), path.clone(), Some("k".to_owned()), json!({})));
    for answer in at_once(copies).await {
        assert_eq!((answer.status, &answer.json["duplicata"]), (201, &1.into()), "{}", answer.text);
    }
    assert_eq!(desk.receipt(&number).await["duplicatas"], 1);
    assert_eq!(desk.cashier.duplicate(&number).await.json["duplicata"], 2);
}

#[tokio::test]
async fn what_one_may_not_see_one_does_not_print() {
    let desk = Desk::open().await;
    let number = receipt(&desk).await;
    let other = desk.second_cashier().await;
    let auditor = desk.server.login("audit").await;
    for (caller, status, code) in [(&other, 404, "receipt_not_found"), (&auditor, 403, "forbidden")] {
        let refused = caller.duplicate(&number).await;
        assert_eq!((refused.status, refused.text_of("code").as_str()), (status, code));
    }
    for wrong in ["R-2020-000001", "R-2026-1", "B-2026-000001", "x"] {
        let refused = desk.admin.duplicate(wrong).await;
        assert_eq!((refused.status, refused.text_of("code").as_str()), (404, "receipt_not_found"), "{wrong}");
    }
    assert_eq!(desk.receipt(&number).await["duplicatas"], 0);
}

#[tokio::test]
async fn prints_are_still_counted_after_a_crash() {
    let mut desk = Desk::open().await;
    let number = receipt(&desk).await;
    assert_eq!(desk.cashier.duplicate(&number).await.json["duplicata"], 1);
    desk.server.kill();
    desk.restart().await;
    assert_eq!(desk.receipt(&number).await["duplicatas"], 1);
    assert_eq!(desk.cashier.duplicate(&number).await.json["duplicata"], 2);
}
