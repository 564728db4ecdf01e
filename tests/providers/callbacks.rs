//! The simulator's callbacks, judged and read by the product: both ends of the wire.

use crate::support::{Scene, eventually};
use domain::Money;
use quittance::providers::{
    Answer, CallbackScheme, KeyAge, Rejection, ReportStatus, Unreadable, read_report,
};
use serde_json::json;

const BOTH: [CallbackScheme; 2] = [CallbackScheme::XSignature, CallbackScheme::StandardWebhooks];

async fn told(scheme: CallbackScheme, digits: u8) -> Scene {
    let scene = Scene::new(scheme).await;
    let answer = scene.provider.initiate(&scene.ask("Q1", digits)).await;
    assert!(matches!(answer, Answer::Registered { .. }), "{answer:?}");
    scene
}

#[tokio::test]
async fn a_payment_is_told_in_a_callback_that_proves_itself() {
    for scheme in BOTH {
        let scene = told(scheme, 0).await;
        let callback = &scene.callbacks(1).await[0];
        let authentic = scene.judge(callback).expect("authentic");
        assert_eq!(authentic.key, KeyAge::Current);
        assert_eq!(authentic.event_id.is_some(), scheme == CallbackScheme::StandardWebhooks);
        let report = callback.report();
        assert_eq!((report.reference.as_str(), report.status), ("Q1", ReportStatus::Success));
        assert_eq!(report.amount, Money::new(15_000).ok());
    }
}

#[tokio::test]
async fn forged_unsigned_and_altered_callbacks_are_refused() {
    let cases =
        [(83, Rejection::WrongSignature), (84, Rejection::MissingSignature), (85, Rejection::WrongSignature)];
    for scheme in BOTH {
        for (digits, expected) in cases {
            let scene = told(scheme, digits).await;
            let callback = &scene.callbacks(1).await[0];
            assert_eq!(scene.judge(callback), Err(expected), "{scheme:?} {digits}");
            let report = callback.report();
            let altered = report.amount != Money::new(15_000).ok();
            assert_eq!(altered, digits == 85);
        }
    }
}

#[tokio::test]
async fn a_callback_ten_minutes_old_is_refused_where_it_can_be_told() {
    let scene = told(CallbackScheme::StandardWebhooks, 91).await;
    assert_eq!(scene.judge(&scene.callbacks(1).await[0]), Err(Rejection::StaleTimestamp));
    let scene = told(CallbackScheme::XSignature, 91).await;
    assert!(scene.judge(&scene.callbacks(1).await[0]).is_ok());
}

#[tokio::test]
async fn copies_carry_the_same_bytes_and_the_same_event_id() {
    for (digits, count) in [(76, 2), (77, 50)] {
        let scene = told(CallbackScheme::StandardWebhooks, digits).await;
        let callbacks = scene.callbacks(count).await;
        let id = scene.judge(&callbacks[0]).expect("authentic").event_id;
        for callback in &callbacks {
            assert_eq!(callback.body, callbacks[0].body);
            assert_eq!(scene.judge(callback).expect("authentic").event_id, id);
        }
        let all_answered = || async {
            let answers = scene.payment().await["callbackAnswers"].clone();
            (answers == json!(vec![200; count])).then_some(())
        };
        eventually("every copy is answered", all_answered).await;
    }
}

#[tokio::test]
async fn contradictions_arrive_in_the_order_of_the_plan() {
    let statuses = |scene: Scene, count| async move {
        let callbacks = scene.callbacks(count).await;
        callbacks
            .iter()
            .map(|callback| format!("{:?}", callback.report().status))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let failed = "Declined { code: Declined }";
    let scene = told(CallbackScheme::XSignature, 78).await;
    assert_eq!(statuses(scene, 3).await, format!("Success Pending {failed}"));
    let scene = told(CallbackScheme::XSignature, 79).await;
    assert_eq!(statuses(scene, 2).await, format!("Success {failed}"));
}

#[tokio::test]
async fn an_early_callback_is_there_before_the_answer() {
    let scene = told(CallbackScheme::XSignature, 80).await;
    assert_eq!(scene.hospital.seen().len(), 1, "told() returned after the initiate answer");
}

#[tokio::test]
async fn another_transaction_id_than_the_answers_can_come() {
    let scene = told(CallbackScheme::XSignature, 94).await;
    let report = scene.callbacks(1).await[0].report();
    assert_eq!((report.reference.as_str(), report.provider_ref.as_deref()), ("Q1", Some("T000700000001X")));
}

#[tokio::test]
async fn a_callback_is_sent_again_until_it_is_taken() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    scene.hospital.will_answer(&[503, 503]);
    scene.provider.initiate(&scene.ask("Q1", 0)).await;
    let callbacks = scene.callbacks(3).await;
    assert!(callbacks.iter().all(|callback| scene.judge(callback).is_ok()));
    let all_answered = || async {
        let answers = scene.payment().await["callbackAnswers"].clone();
        (answers == json!([503, 503, 200])).then_some(())
    };
    eventually("the third try is taken", all_answered).await;
}

#[tokio::test]
async fn a_callback_made_by_hand_can_say_anything() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    let orphan =
        json!({ "reference": "NOBODY", "callbackUrl": scene.hospital.url, "status": "SUCCESS", "amount": 5 });
    assert_eq!(scene.set("callbacks", orphan).await, (200, json!({ "answer": 200 })));
    let callback = scene.callbacks(1).await.remove(0);
    assert!(scene.judge(&callback).is_ok());
    assert_eq!(callback.report().reference, "NOBODY");

    let raw =
        json!({ "reference": "NOBODY", "callbackUrl": scene.hospital.url, "rawBody": "{\"a\":1,\"a\":2}" });
    scene.set("callbacks", raw).await;
    let callback = scene.callbacks(2).await.remove(1);
    assert!(scene.judge(&callback).is_ok());
    assert_eq!(read_report(&callback.body), Err(Unreadable::NotAnObject));
}
