//! Money that comes late, early or while something else goes on: always booked.

use crate::{examples::*, support::*};
use domain::{
    payment::{Abandoned, Declined, Registered, Source},
    prescription::Refunded,
};

#[test]
fn a_success_before_our_call_was_answered_is_matched() {
    let proof = success_of(1_000);
    given::<Case>(sending())
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000), receipt(1_000, 0)])
        .stands_at("PAID");
}

#[test]
fn late_success_after_the_end_pays_what_is_still_due() {
    for history in [declined(), expired(), abandoned(), rejected()] {
        let proof = success(Source::Status, "s1");
        given::<Case>(history)
            .when(hear(proof.clone()))
            .then([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000), receipt(1_000, 0)])
            .stands_at("PAID")
            .owes(0);
    }
}

#[test]
fn late_success_after_cash_was_taken_is_an_advance() {
    for history in [declined(), expired(), abandoned(), rejected()] {
        let proof = success(Source::Statement, "s1");
        given::<Case>(history.into_iter().chain([paid_by(SECOND, 1_000)]))
            .when(hear(proof.clone()))
            .then([confirmed(&proof, 0, 1_000), receipt(0, 1_000)])
            .stands_at("PAID");
    }
}

#[test]
fn late_success_while_another_attempt_is_live_pays_the_prescription() {
    let proof = success_of(1_000);
    given::<Case>(abandoned().into_iter().chain([opened(SECOND)]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000), receipt(1_000, 0)])
        .owes(0);
}

#[test]
fn the_live_attempts_success_after_that_is_an_advance() {
    // Now `FIRST` is the later attempt, and the earlier `SECOND` has paid meanwhile.
    let proof = success_of(1_000);
    given::<Case>(registered().into_iter().chain([paid_by(SECOND, 1_000)]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 0, 1_000), closed(), receipt(0, 1_000)])
        .stands_at("PAID");
}

/// `SECOND` has paid all of it while `FIRST` is out, and some of that went back.
fn refunded_meanwhile() -> Vec<Fact> {
    let back = Refunded { payment: SECOND, refund: REFUND, amount: xof(300) };
    registered().into_iter().chain([paid_by(SECOND, 1_000), pre(back)]).collect()
}

#[test]
fn an_attempt_that_was_overtaken_still_waits_when_money_goes_back() {
    let case = given::<Case>(refunded_meanwhile()).when(abandon).then([pay(Abandoned { by: AMA }), closed()]);
    assert_eq!(case.prescription.payable(), Ok((PATIENT, xof(300))));
    let case = refunded_meanwhile().iter().fold(Case::default(), Case::after);
    assert_eq!(case.prescription.payable(), Err(domain::Refusal::AttemptLive { payment: FIRST }));
}

#[test]
fn the_overtaken_attempts_success_pays_what_fell_due_again() {
    let proof = success_of(1_000);
    let case = given::<Case>(refunded_meanwhile())
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 300, 700), paid_by(FIRST, 300), receipt(300, 700)])
        .owes(0);
    assert_eq!(case.prescription.payable(), Err(domain::Refusal::AlreadyPaid));
}

#[test]
fn an_overtaken_attempt_that_ended_bars_nobody_when_money_goes_back() {
    let told = failed(Source::Callback, "f1");
    let fact = Declined { code: "cancelled".into(), evidence: told.evidence.clone() };
    let overtaken = registered().into_iter().chain([paid_by(SECOND, 1_000)]);
    let case = given::<Case>(overtaken).when(hear(told)).then([pay(fact), closed()]);
    let back = Refunded { payment: SECOND, refund: REFUND, amount: xof(300) };
    assert_eq!(case.after(&pre(back)).prescription.payable(), Ok((PATIENT, xof(300))));
}

#[test]
fn late_money_that_is_too_little_leaves_the_other_attempt_live() {
    let proof = success_of(400);
    let case = given::<Case>(abandoned().into_iter().chain([opened(SECOND)]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 400, 0), paid_by(FIRST, 400), receipt(400, 0)])
        .owes(600);
    let refused = case.prescription.payable();
    assert_eq!(refused, Err(domain::Refusal::AttemptLive { payment: SECOND }));
}

#[test]
fn an_attempt_that_ends_late_does_not_free_what_another_one_holds() {
    let told = failed(Source::Callback, "f1");
    let fact = Declined { code: "cancelled".into(), evidence: told.evidence.clone() };
    given::<Case>(abandoned().into_iter().chain([opened(SECOND)]))
        .when(hear(told))
        .then([pay(fact)])
        .stands_at("DECLINED");
}

#[test]
fn money_booked_without_a_reference_is_named_by_the_first_that_is_told() {
    let unnamed = domain::settlement::Report { provider_ref: None, ..success(Source::Status, "s1") };
    let history = registered_without_reference();
    let history = history.into_iter().chain([confirmed(&unnamed, 1_000, 0), paid_by(FIRST, 1_000)]);
    given::<Case>(history)
        .when(hear(success(Source::Callback, "s2")))
        .then([pay(Registered { provider_ref: Some("OP-1".into()) })])
        .stands_at("PAID");
}
