//! A payment that is undone: out of the drawer that took it, while its session is open and no exam has begun.

use crate::{
    desk::Desk,
    past,
    refunds::{approved, asked_at, drawers, is, nth, ok, paid},
    server::Answer,
};
use domain::{
    ExamId, PrescriptionId, StreamId, TillId, UserId, prescription::ExamStarted, till::Closed, till::Counted,
};
use serde_json::json;

#[tokio::test]
async fn a_void_returns_drawer_and_prescription_to_where_they_were() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let body = json!({"prescriptionId": prescription, "amount": 500, "amountTendered": 500});
    ok(desk.cashier.post("/api/payments/cash", body).await);
    let (before, drawer) = (desk.shown(&prescription).await, drawers(&desk).await);
    let taken = ok(desk.cashier.cash(&prescription, 2_000).await);
    let payment = taken.text_of("paymentId");
    let partly = json!({"kind": "VOID", "amount": 999, "reason": "Mauvais patient"});
    let partly = desk.cashier.post(&format!("/api/payments/{payment}/refunds"), partly).await;
    is(&partly, 422, "void_is_for_all");
    let asked = ok(desk.cashier.void(&payment).await);
    assert_eq!(asked.json["amount"], 1_000);
    ok(desk.admin.approve(&asked).await);
    let given = ok(desk.cashier.complete(&asked).await);
    assert_eq!((&given.json["kind"], &given.json["amount"]), (&"VOID".into(), &1_000.into()));
    let after = desk.shown(&prescription).await;
    for field in ["status", "paidAmount", "totalAmount", "livePaymentId"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(drawers(&desk).await, drawer);
    let paper = desk.receipt(&taken.text_of("receiptNumber")).await;
    assert_eq!((&paper["mark"], &paper["amount"]), (&"VOIDED".into(), &1_000.into()));
    let lines = desk.receipts_of(&payment).await;
    assert_eq!((lines.len(), &lines[0]["mark"]), (1, &"VOIDED".into()), "it stays in the list, marked");
    assert_eq!(nth(&paid(&desk).await.2), 3, "and its number is not given again");
    is(&desk.cashier.void(&payment).await, 409, "more_than_received");
}

#[tokio::test]
async fn a_void_leaves_the_drawer_that_took_the_cash() {
    let desk = Desk::open().await;
    let (_, payment, _) = paid(&desk).await;
    let asked = ok(desk.admin.void(&payment).await);
    ok(desk.server.login("compta").await.approve(&asked).await);
    let other = desk.server.login("caisse2").await;
    is(&other.complete(&asked).await, 403, "not_yours");
    other.till("Guichet 2").await;
    is(&other.complete(&asked).await, 403, "not_yours");
    let given = ok(desk.cashier.complete(&asked).await);
    assert_eq!(drawers(&desk).await, [10_000, 10_000]);
    let till = desk.cashier.get("/api/tills").await.json[0]["id"].clone();
    assert_eq!(given.json["tillId"], till);
}

/// Two paid prescriptions: a void of the one is agreed on, of the other not asked yet.
async fn before_it_is_too_late(desk: &Desk) -> [(String, String, Option<Answer>); 2] {
    let (first, first_payment, _) = paid(desk).await;
    let asked = ok(desk.cashier.void(&first_payment).await);
    ok(desk.admin.approve(&asked).await);
    let (second, second_payment, _) = paid(desk).await;
    [(first, first_payment, Some(asked)), (second, second_payment, None)]
}

/// Then neither is voided, and both can be refunded by a cashier with an open till.
async fn only_refunds(desk: &Desk, payments: [(String, String, Option<Answer>); 2]) {
    let [(_, first, asked), (_, second, _)] = payments;
    let asked = asked.unwrap();
    is(&desk.cashier.complete(&asked).await, 409, "only_refund");
    is(&desk.cashier.void(&second).await, 409, "only_refund");
    assert_eq!(desk.cashier.get(&asked_at(&asked)).await.json["state"], "APPROVED");
    is(&desk.cashier.refund(&first, 1_500).await, 409, "more_than_received");
    ok(desk.admin.reject(&asked).await);
    for payment in [first, second] {
        ok(desk.cashier.complete(&approved(desk, &payment, 1_500).await).await);
    }
}

#[tokio::test]
async fn once_its_session_is_over_cash_is_refunded_and_not_voided() {
    let mut desk = Desk::open().await;
    let payments = before_it_is_too_late(&desk).await;
    let till: TillId = desk.cashier.get("/api/tills").await.json[0]["id"].as_str().unwrap().parse().unwrap();
    desk.server.kill();
    let amount = domain::Money::new(13_000).unwrap();
    let counted =
        Counted { count: domain::cash::Count::default(), counted: amount, expected: amount, deputy: None };
    let closed = Closed { expected: amount, counted: amount, signed_by: None, note: None };
    let vacated = domain::till::Event::from(domain::till::Vacated { till });
    let caisse = StreamId::cashier(UserId::of_username("caisse1"));
    let facts = [
        (StreamId::till(till), domain::till::Event::from(counted).into()),
        (StreamId::desk("Guichet 1"), vacated.clone().into()),
        (caisse, vacated.into()),
    ];
    past::write(&desk.server.dir, facts).await;
    past::write(&desk.server.dir, [(StreamId::till(till), domain::till::Event::from(closed).into())]).await;
    desk.restart().await;
    let asked = payments[0].2.clone().unwrap();
    is(&desk.cashier.complete(&asked).await, 409, "only_refund");
    let refund = approved(&desk, &payments[1].1, 1_000).await;
    is(&desk.cashier.complete(&refund).await, 409, "no_till_open");
    ok(desk.admin.reject(&refund).await);
    desk.cashier.till("Guichet 3").await;
    only_refunds(&desk, payments).await;
    assert_eq!(drawers(&desk).await[0], 10_000 - 3_000, "out of today's drawer");
}

#[tokio::test]
async fn once_an_exam_has_begun_cash_is_refunded_and_not_voided() {
    let mut desk = Desk::open().await;
    let payments = before_it_is_too_late(&desk).await;
    desk.server.kill();
    let begun = payments.each_ref().map(|(prescription, ..)| {
        let id: PrescriptionId = prescription.parse().unwrap();
        let started = ExamStarted { line: 1, exam: ExamId::of_code("NFS"), by: UserId::of_username("labo") };
        (StreamId::prescription(id), domain::prescription::Event::from(started).into())
    });
    past::write(&desk.server.dir, begun).await;
    desk.restart().await;
    only_refunds(&desk, payments).await;
}
