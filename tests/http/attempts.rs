//! One live attempt for a prescription, and what becomes of those that were given up.

use crate::{
    desk::{Desk, NEVER_ANSWERS, at_once},
    server::eventually,
};
use serde_json::json;

const INITIATE: &str = "/api/payments/mobile-money/initiate";

#[tokio::test]
async fn of_sixty_four_initiations_at_once_exactly_one_asks_the_payer() {
    let desk = Desk::open().await;
    let callers = [desk.cashier.clone(), desk.second_cashier().await];
    let prescription = desk.prescription().await;
    let ask = |at: usize| {
        let body =
            json!({"prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": NEVER_ANSWERS});
        (callers[at % 2].clone(), INITIATE.to_owned(), None, body)
    };
    let answers = at_once((0..64).map(ask)).await;
    let (asked, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status < 300);
    assert_eq!((asked.len(), refused.len()), (1, 63));
    for answer in refused {
        assert_eq!((answer.status, &answer.json["code"]), (409, &"attempt_live".into()), "{}", answer.text);
        assert_eq!(answer.json["paymentId"], asked[0].json["paymentId"], "names the one that is live");
    }
    let seen = desk.server.provider.payments().await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((&seen[0]["reference"], &seen[0]["initiateCalls"]), (&asked[0].json["reference"], &1.into()));
}

#[tokio::test]
async fn cash_is_refused_while_an_attempt_is_live() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let refused = desk.cashier.cash(&open.prescription, 2_000).await;
    assert_eq!((refused.status, refused.text_of("code").as_str()), (409, "attempt_live"));
    assert_eq!(desk.admin.report().await["totalAmount"], 0);
}

#[tokio::test]
async fn money_for_an_abandoned_attempt_pays_the_prescription_that_is_still_due() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    assert_eq!(desk.cashier.abandon(&open.payment).await.status, 200);
    desk.cashier.until(&open.payment, "CANCELLED").await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    desk.cashier.until(&open.payment, "SUCCESS").await;
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
    let receipts = desk.receipts_of(&open.payment).await;
    assert_eq!((receipts.len(), &receipts[0]["amount"]), (1, &1_500.into()));
    assert!(desk.kinds(&open.payment).await.is_empty(), "nothing is left to look at");
}

#[tokio::test]
async fn abandoned_then_paid_in_cash_then_paid_by_phone_is_an_advance_that_somebody_looks_at() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.cashier.abandon(&open.payment).await;
    let cash = desk.cashier.cash(&open.prescription, 1_500).await;
    assert_eq!(cash.status, 201, "{}", cash.text);
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    let paid = desk.cashier.until(&open.payment, "SUCCESS").await;
    let receipt = desk.receipt(&paid.text_of("receiptNumber")).await;
    assert_eq!((&receipt["applied"], &receipt["advance"]), (&0.into(), &1_500.into()));
    assert_eq!(desk.kinds(&open.payment).await, ["advance"]);
    let day = desk.admin.report().await;
    assert_eq!((&day["totalAmount"], &day["totalPayments"]), (&3_000.into(), &2.into()));
    assert_eq!(day["totalAdvances"], 1_500);
    assert_eq!(day["byPaymentMethod"], json!({"CASH": 1_500, "MOBILE_MONEY": 1_500}));
}

#[tokio::test]
async fn abandoning_twice_is_an_answer_and_abandoning_what_is_paid_is_refused() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    for _ in 0..2 {
        let abandoned = desk.cashier.abandon(&open.payment).await;
        assert_eq!((abandoned.status, abandoned.text_of("status").as_str()), (200, "CANCELLED"));
    }
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    desk.cashier.until(&open.payment, "SUCCESS").await;
    let refused = desk.cashier.abandon(&open.payment).await;
    assert_eq!((refused.status, refused.text_of("code").as_str()), (409, "not_now"));
    desk.cashier.until(&open.payment, "SUCCESS").await;
}

#[tokio::test]
async fn after_a_decline_a_second_attempt_pays() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let declined = desk.cashier.initiate(&prescription, "90 12 34 72").await;
    desk.cashier.until(&declined.text_of("paymentId"), "FAILED").await;
    let second = desk.cashier.initiate(&prescription, "90 12 34 00").await;
    assert_eq!(second.status, 201, "{}", second.text);
    assert_ne!(second.json["reference"], declined.json["reference"], "a reference is never used again");
    desk.cashier.until(&second.text_of("paymentId"), "SUCCESS").await;
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
    assert!(desk.receipts_of(&declined.text_of("paymentId")).await.is_empty());
}

#[tokio::test]
async fn when_the_abandoned_and_the_second_attempt_both_succeed_the_later_one_is_an_advance() {
    let desk = Desk::open().await;
    let first = desk.open_attempt().await;
    desk.cashier.abandon(&first.payment).await;
    let second = desk.attempt_on(first.prescription.clone()).await;
    desk.server.tell("TMONEY", first.report("SUCCESS", 1_500)).await;
    desk.cashier.until(&first.payment, "SUCCESS").await;
    assert_eq!(desk.shown(&first.prescription).await["status"], "PAID");
    desk.server.tell("TMONEY", second.report("SUCCESS", 1_500)).await;
    let late = desk.cashier.until(&second.payment, "SUCCESS").await;
    let receipt = desk.receipt(&late.text_of("receiptNumber")).await;
    assert_eq!((&receipt["applied"], &receipt["advance"]), (&0.into(), &1_500.into()));
    assert_eq!(desk.kinds(&second.payment).await, ["advance"]);
    assert_eq!(desk.shown(&first.prescription).await["paidAmount"], 1_500);
}

#[tokio::test]
async fn a_paid_prescription_takes_neither_cash_nor_another_attempt() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    let again = [
        desk.cashier.cash(&prescription, 1_500).await,
        desk.cashier.initiate(&prescription, "90123400").await,
    ];
    for refused in again {
        assert_eq!((refused.status, refused.text_of("code").as_str()), (409, "already_paid"));
    }
    assert!(desk.server.provider.payments().await.is_empty(), "nobody was asked");
}

#[tokio::test]
async fn sixteen_cash_payments_at_once_for_one_prescription_take_the_money_once() {
    let desk = Desk::open().await;
    let callers = [desk.cashier.clone(), desk.second_cashier().await];
    let prescription = desk.prescription().await;
    let pay = |at: usize| {
        let body = json!({"prescriptionId": prescription, "amountTendered": 1_500});
        (callers[at % 2].clone(), "/api/payments/cash".to_owned(), None, body)
    };
    let answers = at_once((0..16).map(pay)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let refused = answers.iter().filter(|answer| answer.status == 409);
    assert_eq!(refused.filter(|answer| answer.json["code"] == "already_paid").count(), 15);
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
}

#[tokio::test]
async fn an_outage_refuses_new_attempts_while_cash_works_and_ends_by_itself() {
    let desk = Desk::open().await;
    desk.server.provider.outage(true).await;
    let mut asked = vec![];
    let refused = loop {
        let answer = desk.cashier.initiate(&desk.prescription().await, "90 12 34 00").await;
        if answer.status == 503 {
            break answer;
        }
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert!(answer.json.get("transactionId").is_none());
        asked.push(answer.text_of("paymentId"));
        assert!(asked.len() <= 5, "five calls without an answer open the circuit");
    };
    assert_eq!(refused.text_of("code"), "provider_unavailable");
    assert!(refused.headers.contains_key("retry-after"));
    let prescription = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    desk.server.provider.outage(false).await;
    let prescription = desk.prescription().await;
    let back = eventually("the provider is asked again", async || {
        let answer = desk.cashier.initiate(&prescription, "90 12 34 00").await;
        assert!([201, 503].contains(&answer.status), "{}", answer.text);
        (answer.status == 201).then_some(answer)
    })
    .await;
    asked.push(back.text_of("paymentId"));
    for payment in &asked {
        desk.cashier.until(payment, "SUCCESS").await;
        assert_eq!(desk.receipts_of(payment).await.len(), 1);
    }
}
