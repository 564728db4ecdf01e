//! Money that is not what was asked for: less, more, or of another country.

use crate::desk::Desk;
use serde_json::json;

#[tokio::test]
async fn less_than_asked_is_booked_releases_nothing_and_cash_settles_the_rest() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 900)).await;
    let status = desk.cashier.status(&open.payment).await;
    assert_eq!((&status.json["state"], &status.json["status"]), (&"REVIEW".into(), &"PROCESSING".into()));
    let shown = desk.shown(&open.prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PARTIALLY_PAID".into(), &900.into()));
    let receipts = desk.receipts_of(&open.payment).await;
    assert_eq!((receipts.len(), &receipts[0]["amount"]), (1, &900.into()));
    assert_eq!(desk.kinds(&open.payment).await, ["underpaid"]);
    let rest = desk.cashier.cash(&open.prescription, 1_000).await;
    assert_eq!((rest.status, &rest.json["amount"], &rest.json["change"]), (201, &600.into(), &400.into()));
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
}

#[tokio::test]
async fn the_review_of_too_little_is_closed_by_two_persons_and_books_no_second_figure() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 900)).await;
    let compta = desk.server.login("compta").await;
    for wrong in [
        json!({"outcome": "DECLINED", "note": "rien"}),
        json!({"outcome": "PAID", "amount": 1_500, "note": "tout"}),
    ] {
        assert_eq!(compta.resolve(&open.payment, wrong).await.status, 409, "what came is booked already");
    }
    let seen = json!({"outcome": "PAID", "note": "Le reste viendra en espèces"});
    assert_eq!(compta.resolve(&open.payment, seen.clone()).await.status, 200);
    assert_eq!(desk.kinds(&open.payment).await, ["underpaid"]);
    assert_eq!(desk.admin.resolve(&open.payment, seen).await.status, 200);
    assert!(desk.kinds(&open.payment).await.is_empty());
    assert_eq!(desk.admin.report().await["totalAmount"], 900);
    assert_eq!(desk.shown(&open.prescription).await["status"], "PARTIALLY_PAID", "still nothing is released");
}

#[tokio::test]
async fn more_than_asked_pays_and_the_rest_is_owed_back() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 2_000)).await;
    let paid = desk.cashier.status(&open.payment).await;
    assert_eq!(paid.json["status"], "SUCCESS");
    let receipt = desk.receipt(&paid.text_of("receiptNumber")).await;
    assert_eq!(
        (&receipt["amount"], &receipt["applied"], &receipt["advance"]),
        (&2_000.into(), &1_500.into(), &500.into())
    );
    assert_eq!(desk.kinds(&open.payment).await, ["advance"]);
    let shown = desk.shown(&open.prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PAID".into(), &1_500.into()));
    assert_eq!(desk.admin.report().await["totalAdvances"], 500);
}

#[tokio::test]
async fn another_currency_is_booked_only_when_a_second_person_agrees() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let told = open.report("SUCCESS", 1_500).replace("XOF", "XAF");
    assert_eq!(desk.server.tell("TMONEY", told).await.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REVIEW");
    assert_eq!(desk.kinds(&open.payment).await, ["question"]);
    assert_eq!(desk.admin.report().await["totalPayments"], 0, "nothing is booked");
    let compta = desk.server.login("compta").await;
    let paid = json!({"outcome": "PAID", "amount": 1_500, "note": "Vu sur le relevé du 12"});
    let proposed = compta.resolve(&open.payment, paid.clone()).await;
    assert_eq!((proposed.status, proposed.text_of("status").as_str()), (200, "PROCESSING"));
    let alone = compta.resolve(&open.payment, paid.clone()).await;
    assert_eq!((alone.status, alone.text_of("status").as_str()), (200, "PROCESSING"));
    assert_eq!(desk.admin.report().await["totalPayments"], 0, "one person alone books nothing");
    assert_eq!(desk.cashier.resolve(&open.payment, paid.clone()).await.status, 403);
    let agreed = desk.admin.resolve(&open.payment, paid).await;
    assert_eq!((agreed.status, agreed.text_of("status").as_str()), (200, "SUCCESS"));
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
    let receipts = desk.receipts_of(&open.payment).await;
    assert_eq!((receipts.len(), &receipts[0]["amount"]), (1, &1_500.into()));
    assert!(desk.kinds(&open.payment).await.is_empty(), "the question is answered");
}

#[tokio::test]
async fn two_persons_who_disagree_book_nothing_until_they_agree() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500).replace("XOF", "EUR")).await;
    let compta = desk.server.login("compta").await;
    let paid = |amount: i64| json!({"outcome": "PAID", "amount": amount, "note": "relevé"});
    let declined = json!({"outcome": "DECLINED", "note": "rien sur le relevé"});
    // A slip of the pen, put right by its writer; another opinion; each replaces the one before.
    assert_eq!(compta.resolve(&open.payment, paid(1)).await.json["status"], "PROCESSING");
    assert_eq!(compta.resolve(&open.payment, paid(1_500)).await.json["status"], "PROCESSING");
    assert_eq!(desk.admin.resolve(&open.payment, declined).await.json["status"], "PROCESSING");
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REVIEW");
    // More than was asked or told can't be agreed upon.
    assert_eq!(compta.resolve(&open.payment, paid(500_000)).await.status, 422);
    assert_eq!(compta.resolve(&open.payment, paid(1_500)).await.json["status"], "PROCESSING");
    assert_eq!(desk.admin.resolve(&open.payment, paid(1_500)).await.json["status"], "SUCCESS");
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
}

#[tokio::test]
async fn a_review_that_two_persons_decline_frees_the_prescription() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500).replace("XOF", "EUR")).await;
    let compta = desk.server.login("compta").await;
    let declined = json!({"outcome": "DECLINED", "note": "rien sur le relevé"});
    assert_eq!(compta.resolve(&open.payment, declined.clone()).await.status, 200);
    assert_eq!(desk.admin.resolve(&open.payment, declined).await.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "FAILED");
    assert_eq!(desk.cashier.cash(&open.prescription, 1_500).await.status, 201);
}

#[tokio::test]
async fn two_resolutions_at_once_book_the_money_once() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500).replace("XOF", "XAF")).await;
    let compta = desk.server.login("compta").await;
    let paid = json!({"outcome": "PAID", "amount": 1_500, "note": "relevé"});
    assert_eq!(compta.resolve(&open.payment, paid.clone()).await.status, 200);
    let path = format!("/api/payments/{}/resolve", open.payment);
    let agree = (0..8).map(|_| (desk.admin.clone(), path.clone(), None, paid.clone()));
    let answers = crate::desk::at_once(agree).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(desk.receipts_of(&open.payment).await.len(), 1);
}
