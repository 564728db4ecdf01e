//! `kill -9` with payments under way: nothing is lost, nobody is asked twice, everything ends.

use crate::{
    desk::Desk,
    server::{Server, eventually, provider},
};
use quittance::providers::CallbackScheme;

#[tokio::test]
async fn a_lost_callback_is_found_by_asking_after_a_crash() {
    // The provider takes its time, so that the payment is not over before the crash.
    let provider = provider(0.2, CallbackScheme::XSignature).await;
    let mut desk = Desk::on(Server::start_at(provider, &[])).await;
    let mut open = vec![];
    for phone in ["90 12 34 75", "90 12 34 00"] {
        let prescription = desk.prescription().await;
        let asked = desk.cashier.initiate(&prescription, phone).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        open.push((prescription, asked.text_of("paymentId"), asked.text_of("reference")));
    }
    desk.server.kill();
    for (_, _, reference) in &open {
        eventually("the payer pays while we are down", async || {
            (desk.server.provider.payment(reference).await["status"] == "SUCCESS").then_some(())
        })
        .await;
    }
    desk.restart().await;
    for (prescription, payment, reference) in &open {
        desk.cashier.until(payment, "SUCCESS").await;
        assert_eq!(desk.shown(prescription).await["status"], "PAID");
        assert_eq!(desk.receipts_of(payment).await.len(), 1);
        assert_eq!(desk.server.provider.payment(reference).await["initiateCalls"], 1);
    }
}

#[tokio::test]
async fn a_crash_while_the_call_is_out_asks_nobody_twice() {
    // The simulator answers this payer after 8 s of its time; here those are 1.6 s.
    let provider = provider(0.2, CallbackScheme::XSignature).await;
    let mut desk = Desk::on(Server::start_at(provider, &[])).await;
    let prescription = desk.prescription().await;
    let (cashier, of) = (desk.cashier.clone(), prescription.clone());
    let asking = tokio::spawn(async move {
        let body = serde_json::json!({"prescriptionId": of, "provider": "TMONEY", "phoneNumber": "90123489"});
        let request = cashier.request(reqwest::Method::POST, "/api/payments/mobile-money/initiate");
        cashier.try_send(request.json(&body)).await
    });
    eventually("the call is out", async || (desk.server.provider.payments().await.len() == 1).then_some(()))
        .await;
    desk.server.kill();
    assert!(asking.await.unwrap().is_err(), "the cashier saw the connection break");
    desk.restart().await;
    let live = desk.shown(&prescription).await;
    let payment = live["payments"][0]["id"].as_str().unwrap().to_owned();
    desk.cashier.until(&payment, "SUCCESS").await;
    let seen = desk.server.provider.payments().await;
    assert_eq!((seen.len(), &seen[0]["reference"]), (1, &live["payments"][0]["reference"]), "{seen:?}");
    assert_eq!(desk.receipts_of(&payment).await.len(), 1);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
}

#[tokio::test]
async fn what_was_acknowledged_before_a_crash_is_there_after_it() {
    let mut desk = Desk::open().await;
    for paid in 1..=5 {
        let prescription = desk.prescription().await;
        let taken = desk.cashier.cash(&prescription, 1_500).await;
        desk.server.kill();
        desk.restart().await;
        assert_eq!(desk.shown(&prescription).await["status"], "PAID");
        assert_eq!(desk.admin.report().await["totalAmount"], paid * 1_500);
        assert_eq!(desk.receipt(&taken.text_of("receiptNumber")).await["amount"], 1_500);
        assert_eq!(desk.admin.get("/api/tills").await.json[0]["expected"], 10_000 + paid * 1_500);
    }
}

#[tokio::test]
async fn an_abandoned_attempt_is_still_watched_after_a_crash() {
    let provider = provider(0.2, CallbackScheme::XSignature).await;
    let mut desk = Desk::on(Server::start_at(provider, &[])).await;
    let prescription = desk.prescription().await;
    let asked = desk.cashier.initiate(&prescription, "90 12 34 75").await;
    let payment = asked.text_of("paymentId");
    assert_eq!(desk.cashier.abandon(&payment).await.status, 200);
    desk.server.kill();
    desk.restart().await;
    desk.cashier.until(&payment, "SUCCESS").await;
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
}
