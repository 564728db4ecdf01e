//! Asking how far a payment is: by our reference, believed only about that reference.

use crate::support::{Scene, answering, eventually, provider};
use domain::Money;
use quittance::providers::{
    Answer, CallbackScheme, Provider, RefusalCode, Report, ReportStatus, StatusAnswer, StatusKey, Unanswered,
};

const KEY: StatusKey<'static> = StatusKey { ours: "Q1", theirs: None };

async fn scene(digits: u8) -> Scene {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    let answer = scene.provider.initiate(&scene.ask("Q1", digits)).await;
    assert!(matches!(answer, Answer::Registered { .. }), "{answer:?}");
    scene
}

async fn ended(provider: &Provider) -> Report {
    eventually("the payment ends", || async {
        match provider.status(KEY).await {
            StatusAnswer::Known(report) if report.status != ReportStatus::Pending => Some(report),
            _ => None,
        }
    })
    .await
}

#[tokio::test]
async fn a_payment_without_any_callback_is_found_by_asking() {
    let scene = scene(75).await;
    let report = ended(&scene.provider).await;
    assert_eq!(report.status, ReportStatus::Success);
    assert_eq!(report.amount, Money::new(15_000).ok());
    assert_eq!(report.currency.as_deref(), Some("XOF"));
    assert_eq!(report.provider_ref.as_deref(), Some("T000700000001"));
    assert!(report.completed_at.is_some());
    assert_eq!(scene.payment().await["callbackAnswers"], serde_json::json!([]));
}

#[tokio::test]
async fn every_end_has_its_status() {
    let declined = ReportStatus::Declined { code: RefusalCode::Declined };
    let cancelled = ReportStatus::Declined { code: RefusalCode::Cancelled };
    for (digits, expected) in [(72, declined), (92, ReportStatus::Expired), (96, cancelled)] {
        let scene = scene(digits).await;
        assert_eq!(ended(&scene.provider).await.status, expected, "{digits}");
    }
}

#[tokio::test]
async fn what_was_really_paid_is_reported() {
    for (digits, amount, currency) in [(81, 13_500, "XOF"), (82, 16_500, "XOF"), (93, 15_000, "XAF")] {
        let report = ended(&scene(digits).await.provider).await;
        assert_eq!(report.status, ReportStatus::Success);
        assert_eq!(report.amount.map(Money::francs), Some(amount), "{digits}");
        assert_eq!(report.currency.as_deref(), Some(currency), "{digits}");
    }
}

#[tokio::test]
async fn silence_of_the_payer_stays_pending_and_the_third_question_may_end_it() {
    let silent = scene(73).await;
    let patient = scene(95).await;
    for asked in 1..=3 {
        let status = |answer| match answer {
            StatusAnswer::Known(report) => report.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(silent.provider.status(KEY).await), ReportStatus::Pending);
        let expected = if asked < 3 { ReportStatus::Pending } else { ReportStatus::Success };
        assert_eq!(status(patient.provider.status(KEY).await), expected, "question {asked}");
    }
    assert_eq!(patient.payment().await["statusCalls"], 3);
}

#[tokio::test]
async fn a_payment_nobody_asked_for_is_unknown() {
    let scene = scene(73).await;
    let other = StatusKey { ours: "Q2", theirs: Some("T9") };
    assert_eq!(scene.provider.status(other).await, StatusAnswer::Unknown);
}

#[tokio::test]
async fn their_reference_never_answers_for_another_of_ours() {
    let scene = scene(73).await;
    let crossed = StatusKey { ours: "Q2", theirs: Some("T000700000001") };
    let answer = scene.provider.status(crossed).await;
    assert!(matches!(answer, StatusAnswer::Unanswered(_)), "{answer:?}");
}

#[tokio::test]
async fn another_wallet_knows_nothing_of_it() {
    let scene = scene(73).await;
    let flooz = provider(scene.simulator.base_url(domain::Wallet::Flooz));
    let key = StatusKey { ours: "Q1", theirs: Some("T000700000001") };
    assert_eq!(flooz.status(key).await, StatusAnswer::Unknown);
}

#[tokio::test]
async fn only_what_can_be_read_says_anything() {
    use Unanswered::{Garbage, ServerError};
    let cases = [
        (404, "", Garbage),
        (404, "<html>not found</html>", Garbage),
        (404, r#"{"code":"NO_ROUTE"}"#, Garbage),
        (401, r#"{"code":"BAD_TOKEN"}"#, Garbage),
        (200, "<html>", Garbage),
        (200, r#"{"reference":"Q2","status":"SUCCESS"}"#, Garbage),
        (200, r#"{"reference":"Q1","status":"SUCCESS","amount":-1}"#, Garbage),
        (500, r#"{"reference":"Q1","status":"SUCCESS"}"#, ServerError(500)),
        (429, r#"{"code":"UNKNOWN_REFERENCE"}"#, ServerError(429)),
    ];
    for (status, body, why) in cases {
        let answer = provider(answering(status, body.to_owned())).status(KEY).await;
        assert_eq!(answer, StatusAnswer::Unanswered(why), "{status} {body}");
    }
    let unknown = answering(404, r#"{"code":"unknown_reference"}"#.to_owned());
    assert_eq!(provider(unknown).status(KEY).await, StatusAnswer::Unknown);
}
