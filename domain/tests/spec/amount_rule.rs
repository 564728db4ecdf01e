//! The amount rule: what was told against what was asked and what is still due.

use crate::{examples::*, support::*};
use domain::{
    payment::{ReferenceDiffers, Source},
    settlement::Report,
};

fn status_without_amount(key: &str) -> Report {
    Report { amount: None, ..success(Source::Status, key) }
}

#[test]
fn exactly_what_was_asked_pays_the_prescription() {
    let proof = success_of(1_000);
    given::<Case>(registered())
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000), receipt(1_000, 0)])
        .stands_at("PAID")
        .owes(0);
}

#[test]
fn less_than_asked_is_booked_and_goes_to_review() {
    let proof = success_of(900);
    given::<Case>(registered())
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 900, 0), paid_by(FIRST, 900), receipt(900, 0)])
        .stands_at("REVIEW")
        .owes(100);
}

#[test]
fn after_less_than_asked_the_rest_may_be_asked_for() {
    let rest = domain::payment::Opened { amount: xof(100), ..terms() };
    given::<Case>(underpaid())
        .when(|case| domain::settlement::open(&case.prescription, SECOND, None, terms()))
        .then([pay(rest), opened(SECOND)]);
}

#[test]
fn more_than_asked_leaves_an_advance() {
    let proof = success_of(1_300);
    given::<Case>(registered())
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 1_000, 300), paid_by(FIRST, 1_000), receipt(1_000, 300)])
        .stands_at("PAID")
        .owes(0);
}

#[test]
fn no_more_goes_to_the_prescription_than_was_asked_by_this_attempt() {
    let asked = domain::payment::Opened { amount: xof(600), ..terms() };
    let proof = success_of(1_000);
    given::<Case>([prescribed(1_000), opened(FIRST), pay(asked)])
        .when(hear(proof.clone()))
        .then([confirmed_of(xof(600), &proof, 600, 400), paid_by(FIRST, 600), receipt(600, 400)])
        .stands_at("PAID")
        .owes(400);
}

#[test]
fn money_for_what_is_no_longer_due_is_an_advance() {
    let proof = success_of(1_000);
    given::<Case>(abandoned().into_iter().chain([paid_by(SECOND, 1_000)]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 0, 1_000), receipt(0, 1_000)])
        .stands_at("PAID");
}

#[test]
fn money_for_what_is_due_in_part_is_split() {
    let proof = success_of(1_000);
    given::<Case>(abandoned().into_iter().chain([paid_by(SECOND, 700)]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 300, 700), paid_by(FIRST, 300), receipt(300, 700)])
        .stands_at("PAID")
        .owes(0);
}

#[test]
fn a_status_without_an_amount_stands_for_what_was_asked() {
    let proof = status_without_amount("s1");
    given::<Case>(registered()).when(hear(proof.clone())).then([
        confirmed(&proof, 1_000, 0),
        paid_by(FIRST, 1_000),
        receipt(1_000, 0),
    ]);
}

#[test]
fn a_statement_without_an_amount_stands_for_nothing() {
    let told = Report { evidence: evidence(Source::Statement, "l1"), ..status_without_amount("l1") };
    given::<Case>(registered())
        .when(hear(told.clone()))
        .then([questioned_by(told, "amount")])
        .stands_at("REVIEW")
        .owes(1_000);
}

#[test]
fn a_claim_of_another_amount_makes_a_status_without_one_a_question() {
    let told = status_without_amount("s1");
    let history = registered().into_iter().chain([claim(Some(900), "c1")]);
    given::<Case>(history)
        .when(hear(told.clone()))
        .then([questioned_by(told, "amount")])
        .stands_at("REVIEW")
        .owes(1_000);
}

#[test]
fn a_claim_of_the_same_amount_or_of_none_does_not_hinder_the_status() {
    for claimed in [Some(1_000), None] {
        let proof = status_without_amount("s1");
        let history = registered().into_iter().chain([claim(claimed, "c1")]);
        given::<Case>(history).when(hear(proof.clone())).then([
            confirmed(&proof, 1_000, 0),
            paid_by(FIRST, 1_000),
            receipt(1_000, 0),
        ]);
    }
}

#[test]
fn another_currency_is_not_booked() {
    let told = in_euros("q1");
    given::<Case>(registered())
        .when(hear(told.clone()))
        .then([questioned_by(told, "currency")])
        .stands_at("REVIEW")
        .owes(1_000);
}

#[test]
fn francs_named_as_such_are_booked() {
    let proof = Report { currency: Some("XOF".into()), ..success_of(1_000) };
    given::<Case>(registered()).when(hear(proof)).then([
        confirmed(&success_of(1_000), 1_000, 0),
        paid_by(FIRST, 1_000),
        receipt(1_000, 0),
    ]);
}

#[test]
fn success_over_nothing_is_a_question() {
    let told = success_of(0);
    given::<Case>(registered())
        .when(hear(told.clone()))
        .then([questioned_by(told, "amount")])
        .stands_at("REVIEW");
}

#[test]
fn another_reference_with_the_proof_is_flagged_and_booked() {
    let proof = Report { provider_ref: Some("OP-9".into()), ..success_of(1_000) };
    let differs = ReferenceDiffers { known: "OP-1".into(), reported: "OP-9".into() };
    let case = given::<Case>(registered()).when(hear(proof.clone())).then([
        pay(differs),
        confirmed(&proof, 1_000, 0),
        paid_by(FIRST, 1_000),
        receipt(1_000, 0),
    ]);
    assert_eq!(case.attempt().provider_ref.as_deref(), Some("OP-9"), "the proof's reference counts");
}

#[test]
fn the_providers_time_is_kept_as_evidence() {
    let proof = Report { operation_at: Some("2024-01-01 12:00:00".into()), ..success_of(1_000) };
    given::<Case>(registered()).when(hear(proof.clone())).then([
        confirmed(&proof, 1_000, 0),
        paid_by(FIRST, 1_000),
        receipt(1_000, 0),
    ]);
}
