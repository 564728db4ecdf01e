//! Every scenario of the simulator's table: how it ends, how much money is booked, how often was asked.

use crate::{
    desk::Desk,
    server::{Server, eventually, provider},
};
use quittance::providers::CallbackScheme;
use serde_json::json;

/// How one scenario must end.
struct Ending {
    name: &'static str,
    /// What initiate may be answered; where the callback may be faster than the answer, both.
    initiate: &'static [u16],
    state: &'static str,
    /// Francs on the receipt; 0 for no receipt.
    received: i64,
    calls: u32,
    /// How the provider's callbacks are answered.
    callbacks: &'static [(u16, usize)],
    work: &'static [&'static str],
}

const PAID: Ending = Ending {
    name: "success",
    initiate: &[201],
    state: "PAID",
    received: 1_500,
    calls: 1,
    callbacks: &[(200, 1)],
    work: &[],
};
const FAILED: Ending = Ending { state: "DECLINED", received: 0, ..PAID };
const REFUSED: Ending = Ending { initiate: &[422], state: "REJECTED", callbacks: &[], ..FAILED };
const SILENT: Ending = Ending { initiate: &[201, 202], ..PAID };
const FORGED: Ending = Ending { callbacks: &[(401, 3)], ..PAID };

const ENDINGS: &[Ending] = &[
    PAID,
    Ending { name: "refusal", ..REFUSED },
    Ending { name: "declined", ..FAILED },
    Ending { name: "never-answers", state: "REGISTERED", received: 0, callbacks: &[], ..PAID },
    Ending { name: "late", ..PAID },
    Ending { name: "lost", callbacks: &[], ..PAID },
    Ending { name: "twice", callbacks: &[(200, 2)], ..PAID },
    Ending { name: "fifty-at-once", callbacks: &[(200, 50)], ..PAID },
    Ending { name: "out-of-order", callbacks: &[(200, 3)], work: &["conflict"], ..PAID },
    Ending { name: "failed-after-success", callbacks: &[(200, 2)], work: &["conflict"], ..PAID },
    Ending { name: "early", ..PAID },
    Ending { name: "wrong-amount", state: "REVIEW", received: 1_350, work: &["underpaid"], ..PAID },
    Ending { name: "wrong-amount-more", received: 1_650, work: &["advance"], ..PAID },
    Ending { name: "wrong-signature", ..FORGED },
    Ending { name: "unsigned", ..FORGED },
    Ending { name: "altered-byte", ..FORGED },
    Ending { name: "initiate-timeout", ..SILENT },
    Ending { name: "initiate-500", ..SILENT },
    // Asked again under the same reference, after the provider had said often enough not to know it.
    Ending { name: "not-registered-500", initiate: &[202], calls: 2, ..PAID },
    Ending { name: "slow", ..PAID },
    Ending { name: "garbage", ..SILENT },
    // This scheme signs no time; `authenticity.rs` has the one that does.
    Ending { name: "stale-timestamp", ..PAID },
    Ending { name: "expired", state: "EXPIRED", ..FAILED },
    Ending { name: "other-currency", state: "REVIEW", received: 0, work: &["question"], ..PAID },
    Ending { name: "other-reference", work: &["reference_differs"], ..PAID },
    Ending { name: "pending-forever-then-paid-by-status", callbacks: &[], ..PAID },
    Ending { name: "cancelled", ..FAILED },
    Ending { name: "payer-not-found", ..REFUSED },
];

#[tokio::test]
async fn every_scenario_ends_as_it_must() {
    let desk = Desk::on(Server::start_with(&[("QUITTANCE_PROVIDER_TIMEOUT_MS", "500")]).await).await;
    let scenarios = desk.server.provider.scenarios().await;
    assert_eq!(scenarios.len(), ENDINGS.len(), "a new scenario needs an ending here");
    let mut begun = vec![];
    for (ending, scenario) in ENDINGS.iter().zip(&scenarios) {
        assert_eq!(scenario["scenario"], ending.name);
        let prescription = desk.prescription().await;
        let phone = format!("90 12 34 {:02}", scenario["digits"].as_u64().unwrap_or(0));
        let answer = desk.cashier.initiate(&prescription, &phone).await;
        assert!(ending.initiate.contains(&answer.status), "{}: {}", ending.name, answer.text);
        begun.push((ending, prescription, answer.text_of("paymentId")));
    }
    let mut received = 0;
    for (ending, prescription, payment) in begun {
        ends(&desk, ending, &payment).await;
        let paid = match ending.received {
            0 => "PENDING",
            1..1_500 => "PARTIALLY_PAID",
            _ => "PAID",
        };
        assert_eq!(desk.shown(&prescription).await["status"], paid, "{}", ending.name);
        received += ending.received;
    }
    assert_eq!(desk.admin.report().await["totalAmount"], received);
}

async fn ends(desk: &Desk, ending: &Ending, payment: &str) {
    let name = ending.name;
    desk.cashier.until(payment, ending.state).await;
    let reference = format!("Q{}", payment.replace('-', ""));
    let expected = ending.callbacks.iter().flat_map(|(status, copies)| vec![*status; *copies]);
    let expected: Vec<_> = expected.collect();
    eventually(&format!("{name}: the callbacks are answered"), async || {
        let seen = desk.server.provider.payment(&reference).await;
        (seen["callbackAnswers"] == json!(expected)).then_some(())
    })
    .await;
    eventually(&format!("{name}: {:?}", ending.work), async || {
        (desk.kinds(payment).await == ending.work).then_some(())
    })
    .await;
    assert_eq!(desk.cashier.status(payment).await.json["state"], ending.state, "{name}: it stays so");
    let receipts = desk.receipts_of(payment).await;
    assert_eq!(receipts.len(), usize::from(ending.received > 0), "{name}");
    if let Some(receipt) = receipts.first() {
        assert_eq!(receipt["amount"], ending.received, "{name}");
    }
    let seen = desk.server.provider.payment(&reference).await;
    assert_eq!(seen["initiateCalls"], ending.calls, "{name}");
    let refused = ["REJECTED", "DECLINED", "EXPIRED"].contains(&ending.state);
    assert!(!refused || seen["status"] != "SUCCESS", "{name}: failed where the money moved");
}

#[tokio::test]
async fn a_provider_that_stays_silent_is_202_and_pays_later() {
    // In life's own time the payer pays after the call was given up.
    let provider = provider(1.0, CallbackScheme::XSignature).await;
    let desk = Desk::on(Server::start_at(provider, &[("QUITTANCE_PROVIDER_TIMEOUT_MS", "300")])).await;
    for digits in [86, 87, 90] {
        let prescription = desk.prescription().await;
        let asked = desk.cashier.initiate(&prescription, &format!("90 12 34 {digits}")).await;
        assert_eq!(asked.status, 202, "{digits}: {}", asked.text);
        assert!(asked.json.get("transactionId").is_none(), "{}", asked.text);
        let payment = asked.text_of("paymentId");
        assert_eq!(desk.cashier.status(&payment).await.json["status"], "PROCESSING", "never FAILED");
        assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 409, "the money may be on its way");
        let paid = desk.cashier.until(&payment, "SUCCESS").await;
        assert_eq!(paid.json["transactionId"].as_str().map(|id| &id[..1]), Some("T"));
        assert_eq!(desk.receipts_of(&payment).await.len(), 1);
    }
}

#[tokio::test]
async fn a_payer_who_never_answers_can_be_given_up_and_pays_in_cash() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    assert_eq!(desk.cashier.abandon(&open.payment).await.status, 200);
    desk.cashier.until(&open.payment, "ABANDONED").await;
    assert_eq!(desk.cashier.cash(&open.prescription, 1_500).await.status, 201);
    assert_eq!(desk.shown(&open.prescription).await["status"], "PAID");
}
