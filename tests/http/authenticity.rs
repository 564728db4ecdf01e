//! Who may tell us about money: only the holder of the secret, of the bytes that were signed, in time.

use crate::{
    desk::{Desk, Open},
    provider::{callback_path, sign},
    server::{Server, provider},
};
use quittance::providers::CallbackScheme;
use reqwest::Method;
use serde_json::json;

async fn nothing_happened(desk: &Desk, open: &Open) {
    let status = desk.cashier.status(&open.payment).await;
    assert_eq!(status.json["state"], "REGISTERED");
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
    assert_eq!(desk.shown(&open.prescription).await["paidAmount"], 0);
    assert!(desk.work_items().await.is_empty());
}

#[tokio::test]
async fn a_callback_without_a_good_signature_is_401_and_moves_nothing() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let body = open.report("SUCCESS", 1_500);
    let right = sign(&desk.server.provider.secret_key, body.as_bytes());
    let other_key = sign("another secret, long enough", body.as_bytes());
    let cut = right[..62].to_owned();
    let other_digit = format!("{}{}", &right[..63], if right.ends_with('0') { "1" } else { "0" });
    let longer = format!("{right}00");
    for wrong in ["", " ", "sha256", "zz", &cut, &other_digit, &longer, &other_key, &"0".repeat(64)] {
        let told = desk.server.post_callback("TMONEY", body.clone(), &[("x-signature", wrong)]).await;
        assert_eq!(
            (told.status, told.text_of("code").as_str()),
            (401, "callback_not_authentic"),
            "{wrong:?}"
        );
    }
    assert_eq!(desk.server.post_callback("TMONEY", body.clone(), &[]).await.status, 401);
    let elsewhere = [("authorization", right.as_str())];
    assert_eq!(desk.server.post_callback("TMONEY", body, &elsewhere).await.status, 401);
    nothing_happened(&desk, &open).await;
}

#[tokio::test]
async fn a_body_that_is_not_byte_for_byte_the_signed_one_is_401() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let body = open.report("SUCCESS", 1_500);
    let signature = sign(&desk.server.provider.secret_key, body.as_bytes());
    let others = [
        body.replace("1500", "1501"),
        open.report("SUCCESS", 2_500),
        body.replace("\":", "\": "),
        format!("{body}\n"),
        format!(" {body}"),
        String::new(),
    ];
    for other in others {
        assert_ne!(other, body);
        let told = desk.server.post_callback("TMONEY", other.clone(), &[("x-signature", &signature)]).await;
        assert_eq!(told.status, 401, "{other:?}");
    }
    nothing_happened(&desk, &open).await;
    let told = desk.server.post_callback("TMONEY", body, &[("x-signature", &signature)]).await;
    assert_eq!(told.status, 200, "the signed bytes themselves are believed");
}

#[tokio::test]
async fn a_signed_body_may_be_written_in_any_way_that_json_allows() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let (reference, transaction) = (&open.reference, &open.transaction);
    let body = format!(
        "{{ \"currency\" : \"xof\",\n \"amount\": 1.5e3, \"unknown\": [1, {{}}], \"status\": \"succ\\u0065ss\",
           \"transactionId\": \"{transaction}\", \"reference\": \"{reference}\" }}"
    );
    assert_eq!(desk.server.tell("TMONEY", body).await.status, 200);
    let paid = desk.cashier.status(&open.payment).await;
    assert_eq!(paid.json["status"], "SUCCESS");
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
}

#[tokio::test]
async fn authentic_but_unreadable_is_kept_for_a_person_and_answered_200() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    let good = open.report("SUCCESS", 1_500);
    let bodies: [Vec<u8>; 7] = [
        b"SUCCESS 1500".to_vec(),
        good.clone().into_bytes().into_iter().chain([0xff, 0xfe]).collect(),
        good.replacen('{', "{\"amount\":1,", 1).into_bytes(),
        good.replace("1500", "1500.5").into_bytes(),
        good.replace("1500", "-1500").into_bytes(),
        good.replace("1500", "9e30").into_bytes(),
        b"[]".to_vec(),
    ];
    let count = bodies.len();
    for body in bodies {
        for _ in 0..2 {
            let told = desk.server.tell("TMONEY", body.clone()).await;
            assert_eq!(told.status, 200, "{:?}: {}", String::from_utf8_lossy(&body), told.text);
        }
    }
    let items = desk.work_items().await;
    assert_eq!(items.len(), count, "each is kept once");
    assert!(items.iter().all(|item| item["kind"] == "unreadable_callback"), "{items:?}");
    assert_eq!(desk.cashier.status(&open.payment).await.json["state"], "REGISTERED");
    assert_eq!(desk.admin.report().await["totalPayments"], 0);
}

#[tokio::test]
async fn other_methods_other_wallets_and_huge_bodies_are_refused_as_problems() {
    let desk = Desk::open().await;
    let nobody = desk.server.anonymous();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = nobody.send(nobody.request(method.clone(), &callback_path("TMONEY"))).await;
        assert!([404, 405].contains(&answer.status), "{method}: {}", answer.status);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{method}");
    }
    for wallet in ["ORANGE", "constructor", "%00", "TMONEY%20"] {
        let answer = desk.server.tell(wallet, "{}").await;
        assert_eq!(answer.status, 404, "{wallet}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{wallet}");
    }
    let huge = desk.server.tell("TMONEY", vec![b' '; 40_000]).await;
    assert_eq!((huge.status, huge.text_of("code").as_str()), (413, "body_too_large"));
}

#[tokio::test]
async fn during_a_rotation_the_previous_secret_is_believed_and_a_third_is_not() {
    let previous = crate::server::random();
    let provider = provider(0.01, CallbackScheme::XSignature).await;
    let server = Server::start_at(provider, &[("TMONEY_PREVIOUS_SECRET_KEY", &previous)]);
    let desk = Desk::on(server).await;
    let open = desk.open_attempt().await;
    let body = open.report("SUCCESS", 1_500);
    let third = sign(&crate::server::random(), body.as_bytes());
    assert_eq!(
        desk.server.post_callback("TMONEY", body.clone(), &[("x-signature", &third)]).await.status,
        401
    );
    nothing_happened(&desk, &open).await;
    let old = sign(&previous, body.as_bytes());
    let at_flooz = desk.server.post_callback("FLOOZ", body.clone(), &[("x-signature", &old)]).await;
    assert_eq!(at_flooz.status, 401, "it was never the secret of the other wallet");
    assert_eq!(desk.server.post_callback("TMONEY", body, &[("x-signature", &old)]).await.status, 200);
    assert_eq!(desk.cashier.status(&open.payment).await.json["status"], "SUCCESS");
    let next = desk.open_attempt().await;
    assert_eq!(desk.server.tell("TMONEY", next.report("SUCCESS", 1_500)).await.status, 200);
    assert_eq!(desk.cashier.status(&next.payment).await.json["status"], "SUCCESS");
}

/// A desk whose provider signs by Standard Webhooks: id, time and body together.
async fn timestamped() -> Desk {
    let provider = provider(0.01, CallbackScheme::StandardWebhooks).await;
    let env =
        [("TMONEY_CALLBACK_SCHEME", "standard-webhooks"), ("FLOOZ_CALLBACK_SCHEME", "standard-webhooks")];
    Desk::on(Server::start_at(provider, &env)).await
}

#[tokio::test]
async fn an_old_message_sent_again_is_401_and_a_fresh_one_is_believed() {
    let desk = timestamped().await;
    let open = desk.open_attempt().await;
    for signing in ["stale", "missing", "wrong", "altered"] {
        let callback = json!({"reference": open.reference, "status": "SUCCESS", "signing": signing});
        assert_eq!(desk.server.provider.send(callback).await, 401, "{signing}");
    }
    let plain = desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    assert_eq!(plain.status, 401, "the other scheme's header is no proof here");
    nothing_happened(&desk, &open).await;
    let fresh = json!({"reference": open.reference, "status": "SUCCESS"});
    assert_eq!(desk.server.provider.send(fresh).await, 200);
    desk.cashier.until(&open.payment, "SUCCESS").await;
}

#[tokio::test]
async fn an_event_id_counts_once_and_another_id_for_the_same_money_adds_none() {
    let desk = timestamped().await;
    let open = desk.open_attempt().await;
    for id in ["evt_1", "evt_1", "evt_2"] {
        let callback = json!({"reference": open.reference, "status": "SUCCESS", "eventId": id});
        assert_eq!(desk.server.provider.send(callback).await, 200);
        desk.cashier.until(&open.payment, "SUCCESS").await;
    }
    assert_eq!(desk.receipts_of(&open.payment).await.len(), 1);
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
    assert!(desk.kinds(&open.payment).await.is_empty());
}
