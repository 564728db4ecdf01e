//! The same Idempotency-Key is the same command: one effect, one answer, also after a crash.

use crate::{
    desk::{Desk, NEVER_ANSWERS, at_once},
    server::{Answer, Caller},
};
use serde_json::{Value, json};

const INITIATE: &str = "/api/payments/mobile-money/initiate";
const CASH: &str = "/api/payments/cash";

/// Fifty copies of one command at once.
async fn fifty(caller: &Caller, path: &str, key: &str, body: &Value) -> Vec<Answer> {
    at_once((0..50).map(|_| (caller.clone(), path.to_owned(), Some(key.to_owned()), body.clone()))).await
}

/// All answers have these fields in common, and were given with this status.
fn all_equal(answers: &[Answer], status: u16, fields: &[&str]) {
    let first = &answers[0];
    for answer in answers {
        assert_eq!(answer.status, status, "{}", answer.text);
        for field in fields {
            assert!(answer.json.get(field).is_some(), "{field} in {}", answer.text);
            assert_eq!(answer.json[field], first.json[field], "{field}");
        }
    }
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed"));
    assert_eq!(replayed.count(), answers.len() - 1, "all but one say that they repeat");
}

fn initiation(prescription: &str) -> Value {
    json!({"prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": NEVER_ANSWERS})
}

#[tokio::test]
async fn one_key_fifty_times_at_once_asks_the_payer_once() {
    let desk = Desk::open().await;
    let body = initiation(&desk.prescription().await);
    let answers = fifty(&desk.cashier, INITIATE, "key-1", &body).await;
    all_equal(&answers, 201, &["paymentId", "reference", "transactionId", "amount"]);
    let seen = desk.server.provider.payments().await;
    assert_eq!((seen.len(), &seen[0]["initiateCalls"]), (1, &1.into()), "{seen:?}");
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_the_answer_to_all_copies() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let body = json!({"prescriptionId": prescription, "provider": "TMONEY", "phoneNumber": "90123471"});
    let mut answers = fifty(&desk.cashier, INITIATE, "key-1", &body).await;
    answers.push(desk.cashier.post_once(INITIATE, "key-1", body).await);
    for answer in &answers {
        assert_eq!((answer.status, answer.text_of("code").as_str()), (422, "insufficient_funds"));
        assert_eq!(answer.json["paymentId"], answers[0].json["paymentId"]);
    }
    let seen = desk.server.provider.payments().await;
    assert_eq!((seen.len(), &seen[0]["initiateCalls"]), (1, &1.into()), "{seen:?}");
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201, "nothing is live");
}

#[tokio::test]
async fn one_key_fifty_times_at_once_takes_cash_once() {
    let desk = Desk::open().await;
    let body = json!({"prescriptionId": desk.prescription().await, "amountTendered": 2_000});
    let answers = fifty(&desk.cashier, CASH, "key-1", &body).await;
    all_equal(&answers, 201, &["paymentId", "receiptNumber", "amount", "change"]);
    let report = desk.admin.report().await;
    assert_eq!((&report["totalPayments"], &report["totalAmount"]), (&1.into(), &1_500.into()));
    assert_eq!(desk.admin.get("/api/tills").await.json[0]["expected"], 11_500);
}

#[tokio::test]
async fn one_key_fifty_times_at_once_registers_one_prescription() {
    let desk = Desk::open().await;
    let body = json!({"patientId": desk.patient, "exams": [{"examId": desk.exam}]});
    let answers = fifty(&desk.cashier, "/api/prescriptions", "key-1", &body).await;
    all_equal(&answers, 201, &["id", "prescriptionNumber", "totalAmount"]);
    let found = desk.cashier.get("/api/prescriptions").await;
    assert_eq!(found.json.as_array().unwrap().len(), 1, "{}", found.text);
}

#[tokio::test]
async fn a_key_with_another_content_is_refused_and_with_another_spacing_it_is_the_same() {
    let desk = Desk::open().await;
    let (first, second) = (desk.prescription().await, desk.prescription().await);
    let body = |prescription: &str| json!({"prescriptionId": prescription, "amountTendered": 1_500});
    let taken = desk.cashier.post_once(CASH, "k", body(&first)).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    let other = desk.cashier.post_once(CASH, "k", body(&second)).await;
    assert_eq!((other.status, other.text_of("code").as_str()), (422, "idempotency_key_reused"));
    assert_eq!(desk.shown(&second).await["status"], "PENDING");
    let spaced = format!("{{ \"amountTendered\" :1500,\n\"prescriptionId\": \"{first}\" }}");
    let request = desk.cashier.request(reqwest::Method::POST, CASH).header("Idempotency-Key", "\"k\"");
    let again = desk.cashier.send(request.header("content-type", "application/json").body(spaced)).await;
    assert_eq!((again.status, &again.json), (201, &taken.json));
}

#[tokio::test]
async fn the_same_key_of_another_user_or_route_is_another_command() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    let (first, second, third) =
        (desk.prescription().await, desk.prescription().await, desk.prescription().await);
    let body = |prescription: &str| json!({"prescriptionId": prescription, "amountTendered": 1_500});
    let a = desk.cashier.post_once(CASH, "k", body(&first)).await;
    let b = other.post_once(CASH, "k", body(&second)).await;
    let c = desk.cashier.post_once(INITIATE, "k", initiation(&third)).await;
    assert_eq!((a.status, b.status, c.status), (201, 201, 201), "{} {} {}", a.text, b.text, c.text);
    assert_ne!(a.json["receiptNumber"], b.json["receiptNumber"]);
    assert_eq!(desk.admin.report().await["totalPayments"], 2);
}

#[tokio::test]
async fn a_key_that_was_refused_may_be_used_once_the_reason_is_gone() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let body = json!({"prescriptionId": open.prescription, "amountTendered": 1_500});
    assert_eq!(desk.cashier.post_once(CASH, "k", body.clone()).await.status, 409);
    desk.cashier.abandon(&open.payment).await;
    assert_eq!(desk.cashier.post_once(CASH, "k", body).await.status, 201);
}

#[tokio::test]
async fn keys_survive_a_crash() {
    let mut desk = Desk::open().await;
    let (by_phone, in_cash) = (desk.prescription().await, desk.prescription().await);
    let asked = desk.cashier.post_once(INITIATE, "k", initiation(&by_phone)).await;
    let cash = json!({"prescriptionId": in_cash, "amountTendered": 1_500});
    let taken = desk.cashier.post_once(CASH, "k", cash.clone()).await;
    desk.server.kill();
    desk.restart().await;
    let asked_again = desk.cashier.post_once(INITIATE, "k", initiation(&by_phone)).await;
    assert_eq!((asked_again.status, &asked_again.json), (201, &asked.json));
    let taken_again = desk.cashier.post_once(CASH, "k", cash).await;
    assert_eq!((taken_again.status, &taken_again.json), (201, &taken.json));
    assert_eq!(desk.admin.report().await["totalPayments"], 1);
    assert_eq!(desk.server.provider.payment(&asked.text_of("reference")).await["initiateCalls"], 1);
}

#[tokio::test]
async fn an_empty_or_endless_key_is_refused() {
    let desk = Desk::open().await;
    let body = json!({"prescriptionId": desk.prescription().await, "amountTendered": 1_500});
    for key in ["", "\"\"", &"k".repeat(201)] {
        let refused = desk.cashier.post_once(CASH, key, body.clone()).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/headers/Idempotency-Key".into()));
    }
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
}
