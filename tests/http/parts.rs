//! Partial payments: a part is booked as a part, and releases nothing.

use crate::{
    desk::{Desk, at_once},
    provider::report,
};
use serde_json::json;

#[tokio::test]
async fn a_part_in_cash_gives_change_a_receipt_and_leaves_the_rest_due() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[10_000]).await;
    let body = json!({"prescriptionId": bill, "amount": 4_000, "amountTendered": 5_000});
    let part = desk.cashier.post("/api/payments/cash", body).await;
    assert_eq!(
        (part.status, &part.json["amount"], &part.json["change"]),
        (201, &4_000.into(), &1_000.into())
    );
    let shown = desk.shown(&bill).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PARTIALLY_PAID".into(), &4_000.into()));
    assert_eq!(shown["dueAmount"], 6_000);
    desk.server.login("labo").await.start(&bill, 1).await.is(409, "not_released");
    let rest = desk.cashier.cash(&bill, 10_000).await;
    assert_eq!(
        (rest.status, &rest.json["amount"], &rest.json["change"]),
        (201, &6_000.into(), &4_000.into())
    );
    let shown = desk.shown(&bill).await;
    assert_eq!((&shown["status"], &shown["dueAmount"]), (&"PAID".into(), &0.into()));
    assert_eq!(desk.admin.get("/api/tills").await.json[0]["expected"], 20_000);
    assert_eq!(desk.admin.report().await["totalAmount"], 10_000);
}

#[tokio::test]
async fn a_part_is_at_least_one_franc_at_most_what_is_due_and_at_most_what_was_given() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[10_000]).await;
    let before = desk.admin.get("/api/tills").await.position();
    let cash = async |amount: i64, tendered: i64| {
        let body = json!({"prescriptionId": bill, "amount": amount, "amountTendered": tendered});
        desk.cashier.post("/api/payments/cash", body).await
    };
    cash(10_001, 20_000).await.is(422, "more_than_due");
    cash(0, 5_000).await.is(422, "zero_amount");
    cash(4_000, 3_999).await.is(422, "tendered_too_little");
    for (amount, code) in [(10_001, "more_than_due"), (0, "zero_amount")] {
        let body = json!({"prescriptionId": bill, "provider": "FLOOZ", "phoneNumber": "99 12 34 00",
            "amount": amount});
        let asked = desk.cashier.post("/api/payments/mobile-money/initiate", body).await;
        asked.is(422, code);
        assert_eq!(asked.json["pointer"], "/amount");
    }
    assert_eq!(desk.admin.get("/api/tills").await.position(), before, "nothing was written");
    assert!(desk.server.provider.payments().await.is_empty(), "and nobody was asked");
}

#[tokio::test]
async fn a_payer_is_asked_for_the_part_alone() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[10_000]).await;
    let payment = desk.flooz(&bill, 4_000, "99 12 34 00").await;
    desk.cashier.until(&payment, "SUCCESS").await;
    assert_eq!(desk.server.provider.payments().await[0]["amount"], 4_000);
    let shown = desk.shown(&bill).await;
    assert_eq!((&shown["status"], &shown["dueAmount"]), (&"PARTIALLY_PAID".into(), &6_000.into()));
    assert_eq!(shown["livePaymentId"], json!(null), "the rest may be paid at once");
    assert_eq!(desk.part(&bill, 6_000).await.status, 201);
    assert_eq!(desk.shown(&bill).await["status"], "PAID");
}

#[tokio::test]
async fn a_part_that_comes_after_all_was_paid_otherwise_is_an_advance() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[10_000]).await;
    let payment = desk.flooz(&bill, 4_000, crate::desk::NEVER_ANSWERS).await;
    let status = desk.cashier.status(&payment).await;
    desk.part(&bill, 1_000).await.is(409, "attempt_live");
    assert_eq!(desk.cashier.abandon(&payment).await.status, 200);
    assert_eq!(desk.part(&bill, 7_000).await.status, 201);
    let shown = desk.cashier.get(&format!("/api/payments/{payment}")).await;
    let (reference, transaction) = (shown.text_of("reference"), status.text_of("transactionId"));
    desk.server.tell("FLOOZ", report(&reference, &transaction, "SUCCESS", 4_000)).await;
    let quittance = desk.quittance(&bill).await;
    assert_eq!((&quittance["dueAmount"], &quittance["paidAmount"]), (&0.into(), &10_000.into()));
    let late = &quittance["tenders"][1];
    assert_eq!((&late["applied"], &late["advance"]), (&3_000.into(), &1_000.into()), "{quittance}");
}

#[tokio::test]
async fn twenty_parts_at_once_never_take_more_than_is_due() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[10_000]).await;
    let body = json!({"prescriptionId": bill, "amount": 1_000, "amountTendered": 1_000});
    let parts = (0..20).map(|_| (desk.cashier.clone(), "/api/payments/cash".to_owned(), None, body.clone()));
    let answers = at_once(parts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 10);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.json["code"] == "already_paid"));
    let quittance = desk.quittance(&bill).await;
    assert_eq!((quittance["tenders"].as_array().unwrap().len(), &quittance["released"]), (10, &true.into()));
    assert_eq!(desk.admin.report().await["totalAmount"], 10_000);
}
