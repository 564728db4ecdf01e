//! The same told again, and what only looks the same.

use crate::{examples::*, support::*};
use domain::{
    payment::{Contradicted, Doubled, Registered, Source},
    settlement::Report,
};

#[test]
fn the_same_evidence_again_changes_nothing() {
    given::<Case>(paid()).when(hear(success(Source::Callback, "s1"))).then_nothing().stands_at("PAID");
    given::<Case>(declined()).when(hear(failed(Source::Callback, "f1"))).then_nothing().stands_at("DECLINED");
    given::<Case>(expired()).when(hear(gone(Source::Callback, "e1"))).then_nothing().stands_at("EXPIRED");
    given::<Case>(questioned()).when(hear(in_euros("q1"))).then_nothing().stands_at("REVIEW");
    given::<Case>(claimed_over(registered()))
        .when(hear(success(Source::Unsigned, "c1")))
        .then_nothing()
        .stands_at("CLAIMED");
}

#[test]
fn a_proof_counts_though_a_claim_told_the_same() {
    // A key may be a hash of what was told: the unsigned callback and the status then share it.
    let proof = success(Source::Status, "c1");
    given::<Case>(claimed_over(registered())).when(hear(proof.clone())).then([
        confirmed(&proof, 1_000, 0),
        paid_by(FIRST, 1_000),
        receipt(1_000, 0),
    ]);
}

#[test]
fn the_same_money_by_another_way_is_no_second_payment() {
    for source in [Source::Status, Source::Statement, Source::Callback] {
        given::<Case>(paid()).when(hear(success(source, "s2"))).then_nothing();
        let unnamed = Report { provider_ref: None, ..success(source, "s3") };
        given::<Case>(paid()).when(hear(unnamed)).then_nothing();
    }
}

#[test]
fn a_status_without_an_amount_confirms_whatever_was_booked() {
    let told = Report { amount: None, ..success(Source::Status, "s2") };
    given::<Case>(paid()).when(hear(told.clone())).then_nothing().stands_at("PAID");
    given::<Case>(underpaid()).when(hear(told.clone())).then_nothing().stands_at("REVIEW");
    let after_a_claim = registered().into_iter().chain([claim(Some(900), "c1")]);
    let proof = success_of(1_000);
    let booked = after_a_claim.chain([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000)]);
    given::<Case>(booked).when(hear(told)).then_nothing().stands_at("PAID");
}

#[test]
fn another_amount_for_the_same_money_is_a_conflict() {
    let told = Report { amount: Some(xof(1_200)), ..success(Source::Status, "s2") };
    let fact =
        Contradicted { status: "SUCCESS".into(), amount: told.amount, evidence: told.evidence.clone() };
    given::<Case>(paid()).when(hear(told)).then([pay(fact)]).stands_at("PAID");
}

#[test]
fn a_second_operator_reference_is_a_second_payment() {
    let told = Report { provider_ref: Some("OP-2".into()), ..success(Source::Callback, "s2") };
    let doubled = doubled(&told);
    given::<Case>(paid()).when(hear(told)).then([doubled, receipt(0, 1_000)]).stands_at("PAID");
}

#[test]
fn a_second_payment_told_again_is_no_third() {
    let told = Report { provider_ref: Some("OP-2".into()), ..success(Source::Callback, "s2") };
    let history = paid().into_iter().chain([doubled(&told)]);
    for again in [told.clone(), Report { evidence: evidence(Source::Status, "s3"), ..told }] {
        given::<Case>(history.clone()).when(hear(again)).then_nothing();
    }
}

fn doubled(told: &Report) -> Fact {
    pay(Doubled {
        reported: told.amount.unwrap(),
        provider_ref: told.provider_ref.clone(),
        evidence: told.evidence.clone(),
    })
}

#[test]
fn a_second_reference_after_money_booked_without_one_is_a_second_payment() {
    let unnamed = Report { provider_ref: None, ..success(Source::Status, "s1") };
    let booked = registered_without_reference().into_iter().chain([
        confirmed(&unnamed, 1_000, 0),
        paid_by(FIRST, 1_000),
        pay(Registered { provider_ref: Some("OP-1".into()) }),
    ]);
    let told = Report { provider_ref: Some("OP-2".into()), ..success(Source::Callback, "s2") };
    let doubled = doubled(&told);
    given::<Case>(booked).when(hear(told)).then([doubled, receipt(0, 1_000)]);
}

#[test]
fn a_reference_that_is_not_the_registered_one_is_a_conflict_where_the_proof_named_none() {
    let unnamed = Report { provider_ref: None, ..success(Source::Status, "s1") };
    let booked = registered().into_iter().chain([confirmed(&unnamed, 1_000, 0), paid_by(FIRST, 1_000)]);
    let told = Report { provider_ref: Some("OP-9".into()), ..success(Source::Callback, "s2") };
    let fact =
        Contradicted { status: "SUCCESS".into(), amount: told.amount, evidence: told.evidence.clone() };
    given::<Case>(booked).when(hear(told)).then([pay(fact)]);
}
