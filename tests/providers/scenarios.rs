//! The table of scenarios: complete, without doubles, and what the control endpoint says.

use crate::support::Scene;
use quittance::providers::{Answer, CallbackScheme, RefusalCode};
use quittance::simulate_provider::scenario::{SCENARIOS, for_digits, help, named};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn names_and_digits_are_unique() {
    let names: BTreeSet<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    let digits: BTreeSet<u8> = SCENARIOS.iter().filter_map(|scenario| scenario.digits).collect();
    assert_eq!(names.len(), SCENARIOS.len());
    assert_eq!(digits.len(), SCENARIOS.len() - 1, "only the default has none");
    assert!(digits.iter().all(|digits| (71..=99).contains(digits)));
}

#[test]
fn ordinary_numbers_pay() {
    for digits in (0..=70).chain([98, 99]) {
        assert_eq!(for_digits(digits).name, "success", "{digits}");
    }
    assert_eq!(for_digits(72).name, "declined");
    assert_eq!(named("lost").and_then(|scenario| scenario.digits), Some(75));
    assert!(named("unheard-of").is_none());
}

#[test]
fn the_help_has_a_line_for_each() {
    let help = help();
    assert_eq!(help.lines().count(), SCENARIOS.len());
    assert!(help.lines().all(|line| line.ends_with('.')), "{help}");
}

#[tokio::test]
async fn the_control_endpoint_lists_the_table() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    let listed = scene.control("scenarios").await;
    assert_eq!(listed.as_array().map(Vec::len), Some(SCENARIOS.len()));
    assert_eq!(listed[0], json!({ "scenario": "success", "digits": null, "story": SCENARIOS[0].story }));
}

#[tokio::test]
async fn a_choice_for_a_reference_beats_one_for_the_number_and_both_beat_the_digits() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    let choices = [
        json!({ "scenario": "refusal", "phone": "90 00 00 73" }),
        json!({ "scenario": "payer-not-found", "reference": "Q2" }),
    ];
    for choice in choices {
        assert_eq!(scene.set("scenarios", choice).await.0, 204);
    }
    let refused = |code| Answer::Refused { code };
    assert_eq!(scene.provider.initiate(&scene.ask("Q1", 73)).await, refused(RefusalCode::InsufficientFunds));
    assert_eq!(scene.provider.initiate(&scene.ask("Q2", 73)).await, refused(RefusalCode::PayerNotFound));
    assert_eq!(scene.set("scenarios", json!({ "scenario": "unheard-of" })).await.0, 422);
}

#[tokio::test]
async fn a_choice_for_everyone_leaves_the_digits_alone() {
    let scene = Scene::new(CallbackScheme::XSignature).await;
    scene.set("scenarios", json!({ "scenario": "refusal" })).await;
    let by_default = scene.provider.initiate(&scene.ask("Q1", 5)).await;
    assert_eq!(by_default, Answer::Refused { code: RefusalCode::InsufficientFunds });
    let by_digits = scene.provider.initiate(&scene.ask("Q2", 73)).await;
    assert!(matches!(by_digits, Answer::Registered { .. }), "{by_digits:?}");
}

#[tokio::test]
async fn several_simulators_do_not_know_of_each_other() {
    let (one, other) =
        (Scene::new(CallbackScheme::XSignature).await, Scene::new(CallbackScheme::XSignature).await);
    one.provider.initiate(&one.ask("Q1", 73)).await;
    assert_eq!(one.control("payments").await.as_array().map(Vec::len), Some(1));
    assert_eq!(other.control("payments").await, json!([]));
}
