//! What a provider tells, once or fifty times, in any order, about our payments and about others.

use crate::{
    desk::{Desk, Open},
    provider::report,
    server::{Answer, eventually},
};
use serde_json::{Value, json};

#[tokio::test]
async fn the_same_callback_once_twice_or_fifty_times_at_once_counts_once() {
    let desk = Desk::open().await;
    let mut total = 0;
    for copies in [1, 2, 50] {
        let open = desk.open_attempt().await;
        let answers = told_at_once(&desk, &open.report("SUCCESS", 1_500), copies).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "every copy is taken");
        desk.cashier.until(&open.payment, "SUCCESS").await;
        total += 1_500;
        assert_eq!(desk.receipts_of(&open.payment).await.len(), 1, "{copies} copies");
        assert_eq!(desk.admin.report().await["totalAmount"], total);
        assert_eq!(received(&desk, &open).await, 1_500);
        assert!(desk.kinds(&open.payment).await.is_empty());
    }
}

/// The same signed body in as many requests as there are copies, all under way at once.
async fn told_at_once(desk: &Desk, body: &str, copies: usize) -> Vec<Answer> {
    let nobody = desk.server.anonymous();
    let signature = crate::provider::sign(&desk.server.provider.secret_key, body.as_bytes());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..copies {
        let (nobody, body, signature) = (nobody.clone(), body.to_owned(), signature.clone());
        running.spawn(async move {
            let request = nobody.request(reqwest::Method::POST, &crate::provider::callback_path("TMONEY"));
            nobody.send(request.header("x-signature", signature).body(body)).await
        });
    }
    running.join_all().await
}

#[tokio::test]
async fn forty_different_tellings_at_once_are_all_taken_and_the_money_counts_once() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let (nobody, secret) = (desk.server.anonymous(), desk.server.provider.secret_key.clone());
    let mut running = tokio::task::JoinSet::new();
    for at in 0..40 {
        let status = if at % 2 == 0 { "PENDING" } else { "SUCCESS" };
        // An unknown field, so that each is a telling of its own.
        let body = open.report(status, 1_500).replacen('{', &format!("{{\"attempt\":{at},"), 1);
        let body = if at % 2 == 0 { body.replace("PENDING", &format!("WAIT{at}")) } else { body };
        let signature = crate::provider::sign(&secret, body.as_bytes());
        let request = nobody.request(reqwest::Method::POST, &crate::provider::callback_path("TMONEY"));
        let request = request.header("x-signature", signature).body(body);
        let nobody = nobody.clone();
        running.spawn(async move { nobody.send(request).await });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert_eq!(received(&desk, &open).await, 1_500);
    assert_eq!(desk.receipts_of(&open.payment).await.len(), 1);
}

async fn received(desk: &Desk, open: &Open) -> i64 {
    let payment = desk.admin.get(&format!("/api/payments/{}", open.payment)).await;
    payment.json["received"].as_i64().unwrap()
}

#[tokio::test]
async fn a_failure_after_the_success_lowers_nothing_and_a_person_must_look() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    desk.server.tell("TMONEY", open.report("FAILED", 1_500)).await;
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert_eq!(desk.kinds(&open.payment).await, ["conflict"]);
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
    assert_eq!(desk.receipts_of(&open.payment).await.len(), 1);
}

#[tokio::test]
async fn a_success_after_the_failure_is_booked() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("FAILED", 1_500)).await;
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "FAILED");
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
}

#[tokio::test]
async fn pending_after_the_success_changes_nothing() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    assert_eq!(desk.server.tell("TMONEY", open.report("PENDING", 1_500)).await.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert!(desk.kinds(&open.payment).await.is_empty());
    assert_eq!(desk.admin.report().await["totalPayments"], 1);
}

#[tokio::test]
async fn a_word_without_a_meaning_is_noted_and_proves_nothing() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let told = desk.server.tell("TMONEY", open.report("MAYBE", 1_500)).await;
    assert_eq!(told.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REGISTERED");
}

#[tokio::test]
async fn success_told_again_with_another_amount_is_a_conflict_and_moves_no_money() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_600)).await;
    assert_eq!(desk.kinds(&open.payment).await, ["conflict"]);
    assert_eq!(received(&desk, &open).await, 1_500);
}

#[tokio::test]
async fn a_second_success_under_another_transaction_is_money_that_came_twice() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    desk.server.tell("TMONEY", report(&open.reference, "OTHER-1", "SUCCESS", 1_500)).await;
    assert_eq!(received(&desk, &open).await, 3_000);
    assert_eq!(desk.kinds(&open.payment).await, ["doubled"]);
    assert_eq!(desk.receipts_of(&open.payment).await.len(), 2, "each money has its receipt");
    assert_eq!(desk.admin.report().await["totalAdvances"], 1_500);
}

#[tokio::test]
async fn a_success_that_tells_no_amount_is_a_claim_that_lapses_without_proof() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let body = json!({"reference": open.reference, "status": "SUCCESS"}).to_string();
    assert_eq!(desk.server.tell("TMONEY", body).await.status, 200);
    assert!(desk.receipts_of(&open.payment).await.is_empty());
    assert_eq!(desk.cashier.cash(&open.prescription, 1_500).await.status, 409);
    desk.cashier.until(&open.payment, "REGISTERED").await;
    assert!(desk.receipts_of(&open.payment).await.is_empty());
}

#[tokio::test]
async fn what_is_told_again_does_not_date_the_receipt_anew() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    let first = desk.receipts_of(&open.payment).await;
    for status in ["SUCCESS", "PENDING", "FAILED", "SUCCESS"] {
        desk.server.tell("TMONEY", open.report(status, 1_500)).await;
    }
    assert_eq!(desk.receipts_of(&open.payment).await, first);
}

#[tokio::test]
async fn an_unknown_reference_is_kept_once_for_a_person_however_often_it_is_told() {
    let desk = Desk::open().await;
    let body = report("Q0123456789abcdef0123456789abcdef", "T-1", "SUCCESS", 4_200);
    for _ in 0..2 {
        let told = desk.server.tell("TMONEY", body.clone()).await;
        assert_eq!((told.status, &told.json["received"]), (200, &true.into()));
    }
    let items = desk.work_items().await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!((&items[0]["kind"], &items[0]["amount"]), (&"orphan".into(), &4_200.into()));
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
}

#[tokio::test]
async fn what_flooz_signs_never_settles_a_payment_of_tmoney() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    assert_eq!(desk.server.tell("FLOOZ", open.report("SUCCESS", 1_500)).await.status, 200);
    let items = desk.work_items().await;
    assert_eq!(
        (items.len(), &items[0]["kind"], &items[0]["provider"]),
        (1, &"orphan".into(), &"FLOOZ".into())
    );
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REGISTERED");
    assert!(desk.receipts_of(&open.payment).await.is_empty());
}

#[tokio::test]
async fn a_reference_in_another_spelling_is_no_payment_of_ours() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let hyphens = format!("Q{}", open.payment);
    for wrong in [open.reference.to_lowercase(), open.reference.to_uppercase(), hyphens, "'; --".into()] {
        let told = desk.server.tell("TMONEY", report(&wrong, "T-9", "SUCCESS", 1_500)).await;
        assert_eq!(told.status, 200, "{wrong}: {}", told.text);
    }
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REGISTERED");
    let kinds: Vec<Value> = desk.work_items().await.into_iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(kinds, ["orphan"; 4]);
}

#[tokio::test]
async fn spaces_around_a_reference_name_the_same_payment_and_count_once() {
    let desk = Desk::open().await;
    let (open, other) = (desk.open_attempt().await, desk.open_attempt().await);
    let spaced = report(&format!(" {}  ", open.reference), &open.transaction, "SUCCESS", 1_500);
    assert_eq!(desk.server.tell("TMONEY", spaced).await.status, 200);
    assert_eq!(desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    assert_eq!(received(&desk, &open).await, 1_500);
    assert_eq!(desk.cashier.status(&other.payment).await.json["state"], "REGISTERED");
}

#[tokio::test]
async fn a_callback_before_the_answer_pays_and_the_answer_only_names_the_transaction() {
    // The simulator answers this payer after 8 s of its time; here those are 1.6 s.
    let provider = crate::server::provider(0.2, quittance::providers::CallbackScheme::XSignature).await;
    let desk = Desk::on(crate::server::Server::start_at(provider, &[])).await;
    let prescription = desk.prescription().await;
    let (cashier, of) = (desk.cashier.clone(), prescription.clone());
    let asking = tokio::spawn(async move { cashier.initiate(&of, "90 12 34 89").await });
    let asked = eventually("the provider is asked", async || {
        desk.server.provider.payments().await.into_iter().next()
    })
    .await;
    let reference = asked["reference"].as_str().unwrap();
    let body = json!({"reference": reference, "status": "SUCCESS", "amount": 1_500, "currency": "XOF"});
    assert_eq!(desk.server.tell("TMONEY", body.to_string()).await.status, 200);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID", "before any answer");
    assert!(!asking.is_finished());
    let answer = asking.await.unwrap();
    assert_eq!((answer.status, &answer.json["transactionId"]), (201, &asked["transactionId"]));
    let payment = answer.text_of("paymentId");
    eventually("the provider's own callback is answered", async || {
        let seen = desk.server.provider.payment(reference).await;
        (seen["callbackAnswers"] == json!([200])).then_some(())
    })
    .await;
    let status = desk.cashier.status(&payment).await;
    assert_eq!(
        (&status.json["status"], &status.json["transactionId"]),
        (&"SUCCESS".into(), &asked["transactionId"])
    );
    assert_eq!(desk.receipts_of(&payment).await.len(), 1);
    assert!(desk.kinds(&payment).await.is_empty());
}
