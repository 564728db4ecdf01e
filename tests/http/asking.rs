//! Asking for money: whose phone, by which wallet, and what the provider may say at once.

use crate::{
    desk::{Desk, NEVER_ANSWERS},
    server::Server,
};
use serde_json::{Value, json};

const INITIATE: &str = "/api/payments/mobile-money/initiate";

#[tokio::test]
async fn a_phone_is_normalised_and_a_number_that_cannot_pay_is_refused() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    for wrong in ["", "9", "9012347", "22 21 34 56", "+33 6 12 34 56 78", "90 12 34 5O", "00 00 00 00"] {
        let refused = desk.cashier.initiate(&prescription, wrong).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/phoneNumber".into()), "{wrong:?}");
    }
    assert!(desk.server.provider.payments().await.is_empty());
    for spelling in ["90123473", "+228 90 12 34 73", "00228-90-12-34-73"] {
        let asked = desk.cashier.initiate(&desk.prescription().await, spelling).await;
        assert_eq!(asked.status, 201, "{spelling}: {}", asked.text);
        assert!(asked.json.get("warning").is_none(), "{spelling}");
    }
}

#[tokio::test]
async fn a_wallet_that_is_unusual_for_a_prefix_warns_and_an_unknown_one_is_refused() {
    let desk = Desk::open().await;
    let body = async |provider: &str| -> Value {
        json!({"prescriptionId": desk.prescription().await, "provider": provider, "phoneNumber": NEVER_ANSWERS})
    };
    let warned = desk.cashier.post(INITIATE, body("FLOOZ").await).await;
    assert_eq!(warned.status, 201, "{}", warned.text);
    assert!(warned.text_of("warning").contains("préfixe"));
    for wrong in ["", "tmoney", "constructor", "__proto__", "CASH"] {
        let refused = desk.cashier.post(INITIATE, body(wrong).await).await;
        assert_eq!(
            (refused.status, refused.text_of("code").as_str()),
            (422, "unknown_provider"),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_does_not_know_us_is_an_alarm_and_leaves_the_prescription_free() {
    let server = Server::start_with(&[("TMONEY_API_KEY", &crate::server::random())]).await;
    let desk = Desk::on(server).await;
    let prescription = desk.prescription().await;
    let refused = desk.cashier.initiate(&prescription, "90 12 34 00").await;
    assert_eq!((refused.status, refused.text_of("code").as_str()), (502, "provider_credentials"));
    let payment = refused.text_of("paymentId");
    assert_eq!(desk.kinds(&payment).await, ["provider_credentials"]);
    assert_eq!(desk.cashier.status(&payment).await.json["status"], "FAILED");
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
}

#[tokio::test]
async fn only_those_who_take_money_may_ask_for_it() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    for username in ["labo", "compta", "audit"] {
        let caller = desk.server.login(username).await;
        assert_eq!(caller.initiate(&prescription, NEVER_ANSWERS).await.status, 403, "{username}");
        assert_eq!(caller.cash(&prescription, 1_500).await.status, 403, "{username}");
    }
    assert_eq!(desk.server.anonymous().initiate(&prescription, NEVER_ANSWERS).await.status, 401);
    assert_eq!(desk.server.anonymous().cash(&prescription, 1_500).await.status, 401);
    assert!(desk.server.provider.payments().await.is_empty());
}

#[tokio::test]
async fn cash_needs_a_till_and_enough_money() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let second = desk.server.login("caisse2").await;
    let refused = second.cash(&prescription, 1_500).await;
    assert_eq!((refused.status, refused.text_of("code").as_str()), (409, "no_till_open"));
    let little = desk.cashier.cash(&prescription, 1_499).await;
    assert_eq!((little.status, &little.json["pointer"]), (422, &"/amountTendered".into()));
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.json["change"], 0);
}

#[tokio::test]
async fn a_flood_of_unsigned_callbacks_neither_stops_the_desk_nor_the_provider() {
    let desk = Desk::on(Server::start_with(&[("QUITTANCE_LIMIT_CALLBACKS", "3")]).await).await;
    let open = desk.open_attempt().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let nobody = desk.server.anonymous();
        running.spawn(async move { nobody.post(&crate::provider::callback_path("TMONEY"), json!({})).await });
    }
    let told = desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let answers = running.join_all().await;
    assert!(answers.len() == 40 && answers.iter().all(|answer| answer.status == 401));
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
}
