//! Asking for money: what is an answer, what is a refusal, and what is only silence.

use crate::support::{Scene, answering, ask, config, eventually, hasty, provider, secret, simulator};
use domain::Wallet;
use quittance::providers::{
    Answer, CallbackScheme, NotAProvider, Provider, RefusalCode, StatusAnswer, StatusKey, Timing, Unanswered,
};
use quittance::simulate_provider::Running;

const NOWHERE: &str = "http://127.0.0.1:1/callback";

async fn initiated(digits: u8) -> (Running, Provider, Answer) {
    let simulator = simulator(CallbackScheme::XSignature).await;
    let provider = hasty(simulator.base_url(Wallet::Tmoney));
    let answer = provider.initiate(&ask("Q1", digits, NOWHERE)).await;
    (simulator, provider, answer)
}

fn silence(why: Unanswered) -> Answer {
    Answer::Unanswered { why }
}

async fn known(provider: &Provider) -> bool {
    let answer = provider.status(StatusKey { ours: "Q1", theirs: None }).await;
    assert!(matches!(answer, StatusAnswer::Known(_) | StatusAnswer::Unknown), "{answer:?}");
    answer != StatusAnswer::Unknown
}

#[tokio::test]
async fn a_request_is_registered_once_however_often_it_is_sent() {
    let (_simulator, provider, answer) = initiated(0).await;
    let provider_ref = "T000700000001".to_owned();
    assert_eq!(answer, Answer::Registered { provider_ref: provider_ref.clone() });
    let again = provider.initiate(&ask("Q1", 0, NOWHERE)).await;
    assert_eq!(again, Answer::Duplicate { provider_ref: Some(provider_ref) });
}

#[tokio::test]
async fn a_refusal_has_a_code_and_registers_nothing() {
    for (digits, code) in [(71, RefusalCode::InsufficientFunds), (97, RefusalCode::PayerNotFound)] {
        let (_simulator, provider, answer) = initiated(digits).await;
        assert_eq!(answer, Answer::Refused { code });
        assert!(!known(&provider).await);
    }
}

#[tokio::test]
async fn a_call_that_is_never_answered_is_unknown_and_may_be_registered() {
    let (simulator, provider, answer) = initiated(86).await;
    assert_eq!(answer, silence(Unanswered::Timeout));
    assert!(known(&provider).await);
    simulator.stop().await;
}

#[tokio::test]
async fn a_server_error_is_unknown_whether_it_registered_or_not() {
    let (_simulator, provider, answer) = initiated(87).await;
    assert_eq!(answer, silence(Unanswered::ServerError(500)));
    assert!(known(&provider).await);

    let (_simulator, provider, answer) = initiated(88).await;
    assert_eq!(answer, silence(Unanswered::ServerError(500)));
    assert!(!known(&provider).await);
    let resent = provider.initiate(&ask("Q1", 88, NOWHERE)).await;
    assert!(matches!(resent, Answer::Registered { .. }), "{resent:?}");
    assert!(known(&provider).await);
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let (_simulator, provider, answer) = initiated(90).await;
    assert_eq!(answer, silence(Unanswered::Garbage));
    assert!(known(&provider).await);
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let (_simulator, _provider, answer) = initiated(89).await;
    assert!(matches!(answer, Answer::Registered { .. }), "{answer:?}");
}

#[tokio::test]
async fn an_outage_is_silence_and_ends() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    scene.set("outage", serde_json::json!({ "on": true })).await;
    let during = scene.provider.initiate(&scene.ask("Q1", 0)).await;
    assert_eq!(during, silence(Unanswered::ServerError(503)));
    let status = scene.provider.status(StatusKey { ours: "Q1", theirs: None }).await;
    assert_eq!(status, StatusAnswer::Unanswered(Unanswered::ServerError(503)));
    scene.set("outage", serde_json::json!({ "on": false })).await;
    let after = scene.provider.initiate(&scene.ask("Q1", 0)).await;
    assert!(matches!(after, Answer::Registered { .. }), "{after:?}");
}

#[tokio::test]
async fn wrong_credentials_are_our_fault_and_not_the_payers() {
    let simulator = simulator(CallbackScheme::XSignature).await;
    let right = config(simulator.base_url(Wallet::Flooz), CallbackScheme::XSignature);
    let token = {
        let mut config = right.clone();
        config.api_key = secret("un-autre-jeton-long");
        config
    };
    let key = {
        let mut config = right.clone();
        config.secret_key = secret("une-autre-cle-longue");
        config
    };
    let merchant = {
        let mut config = right;
        config.merchant_id = "CHU-KARA".to_owned();
        config
    };
    for config in [token, key, merchant] {
        let provider = Provider::new(config, Timing::default()).expect("a provider");
        let answer = provider.initiate(&ask("Q1", 0, NOWHERE)).await;
        assert_eq!(answer, Answer::Refused { code: RefusalCode::ProviderCredentials });
        assert_eq!(RefusalCode::ProviderCredentials.as_str(), "provider_credentials");
    }
}

#[tokio::test]
async fn only_a_refusal_that_can_be_read_is_a_refusal() {
    let refused = |code| Answer::Refused { code };
    let garbage = silence(Unanswered::Garbage);
    let cases = [
        (400, r#"{"code":"SOMETHING_NEW","message":"x"}"#, refused(RefusalCode::ProviderRefused)),
        (402, r#"{"code":"insufficient_funds"}"#, refused(RefusalCode::InsufficientFunds)),
        (403, r#"{"code":"BAD_TOKEN"}"#, refused(RefusalCode::ProviderCredentials)),
        (403, "<html>blocked by a firewall</html>", garbage.clone()),
        (404, "not found", garbage.clone()),
        (404, r#"{"code":"NO_ROUTE"}"#, garbage.clone()),
        (404, r#"{"code":"PAYER_NOT_FOUND"}"#, refused(RefusalCode::PayerNotFound)),
        (400, r#"{"message":"no code"}"#, garbage.clone()),
        (409, r#"{"code":"DUPLICATE_REFERENCE"}"#, Answer::Duplicate { provider_ref: None }),
        (409, r#"{"code":"BUSY"}"#, garbage.clone()),
        (409, "", garbage.clone()),
        (429, r#"{"code":"SLOW_DOWN"}"#, silence(Unanswered::ServerError(429))),
        (503, r#"{"code":"INSUFFICIENT_FUNDS"}"#, silence(Unanswered::ServerError(503))),
        (302, r#"{"code":"INSUFFICIENT_FUNDS"}"#, garbage.clone()),
        (200, r#"{"status":"PENDING"}"#, garbage.clone()),
        (200, r#"{"transactionId":""}"#, garbage.clone()),
        (200, "", garbage),
        (202, r#"{"transactionId":4671135}"#, Answer::Registered { provider_ref: "4671135".to_owned() }),
    ];
    for (status, body, expected) in cases {
        let provider = provider(answering(status, body.to_owned()));
        assert_eq!(provider.initiate(&ask("Q1", 0, NOWHERE)).await, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = format!(r#"{{"transactionId":"T1","x":"{}"}}"#, "x".repeat(70_000));
    let provider = provider(answering(200, endless));
    assert_eq!(provider.initiate(&ask("Q1", 0, NOWHERE)).await, silence(Unanswered::Garbage));
}

#[tokio::test]
async fn a_connection_that_breaks_is_silence() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let base_url = format!("http://{}", listener.local_addr().expect("an address"));
    let accepting = tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });
    let answer = provider(base_url).initiate(&ask("Q1", 0, NOWHERE)).await;
    assert_eq!(answer, silence(Unanswered::Unreachable));
    accepting.abort();
}

#[tokio::test]
async fn the_wire_carries_our_fields_and_nothing_else() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    scene.provider.initiate(&scene.ask("Q1", 0)).await;
    scene.provider.status(StatusKey { ours: "Q/1 ?é", theirs: None }).await;
    let captured = scene.control("captured").await;
    let body: serde_json::Value =
        serde_json::from_str(captured[0]["body"].as_str().expect("text")).expect("JSON");
    let mut fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    fields.sort();
    let ours = "amount callbackUrl currency description merchantId phoneNumber reference signature timestamp";
    assert_eq!(fields, ours.split(' ').collect::<Vec<_>>());
    assert_eq!(body["amount"], 15_000);
    assert_eq!(body["phoneNumber"], "+22890000000");
    assert_eq!(body["description"], "Paiement hospitalier");
    assert_eq!(captured[1]["path"], "/tmoney/payment/status/Q%2F1%20%3F%C3%A9");
    assert_eq!(captured[1]["body"], "");
    let sent = captured.to_string();
    assert!(!sent.contains(crate::support::API_KEY) && !sent.contains(crate::support::SECRET_KEY));
}

#[tokio::test]
async fn a_configuration_without_an_address_or_a_merchant_is_refused() {
    for base_url in
        ["", "localhost", "ftp://127.0.0.1", "/tmoney", "http://u:p@127.0.0.1", "http://127.0.0.1/?a=b"]
    {
        let made = Provider::new(config(base_url.to_owned(), CallbackScheme::XSignature), Timing::default());
        assert!(matches!(made, Err(NotAProvider::BaseUrl(Wallet::Tmoney))), "{base_url}");
    }
    let mut nobody = config("http://127.0.0.1".to_owned(), CallbackScheme::XSignature);
    nobody.merchant_id = " ".to_owned();
    assert!(matches!(Provider::new(nobody, Timing::default()), Err(NotAProvider::MerchantId(_))));
}

#[tokio::test]
async fn the_simulator_stops_while_calls_are_open() {
    let simulator = simulator(CallbackScheme::XSignature).await;
    let provider = provider(simulator.base_url(Wallet::Tmoney));
    let open = tokio::spawn(async move { provider.initiate(&ask("Q1", 86, NOWHERE)).await });
    let watching = crate::support::provider(simulator.base_url(Wallet::Tmoney));
    eventually("the call is registered", || async { known(&watching).await.then_some(()) }).await;
    simulator.stop().await;
    assert!(matches!(open.await.expect("no panic"), Answer::Unanswered { .. }));
}
