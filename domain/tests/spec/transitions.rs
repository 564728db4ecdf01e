//! The state machine of one attempt, one test for each row of its table.

use crate::{examples::*, support::*};
use domain::{
    Refusal,
    payment::{
        Abandoned, ClaimLapsed, Claimed, Contradicted, Declined, Expired, Noted, ReferenceDiffers, Refused,
        Registered, Resent, Sent, Source, Stage, Unanswered, attempt::Answer,
    },
    settlement::{self, Booking},
};

fn of_payment(payment: Vec<domain::payment::Event>) -> Booking {
    Booking { payment, ..Booking::default() }
}

fn registers(reference: Option<&str>) -> Answer {
    Answer::Registered { provider_ref: reference.map(Into::into) }
}

fn refuses() -> Answer {
    Answer::Refused { code: "limit".into() }
}

fn not_now(ask: &'static str, stage: &'static str) -> Refusal {
    Refusal::NotNow { ask, stage }
}

#[test]
fn opening_freezes_what_is_due_and_makes_the_attempt_live() {
    given::<Case>([prescribed(1_000)])
        .when(|case| settlement::open(&case.prescription, FIRST, None, terms()))
        .then([pay(terms()), opened(FIRST)])
        .stands_at("CREATED")
        .owes(1_000);
}

#[test]
fn opening_asks_for_what_is_due_whatever_the_terms_say() {
    let stale = domain::payment::Opened { amount: xof(700), ..terms() };
    given::<Case>([prescribed(1_000)])
        .when(|case| settlement::open(&case.prescription, FIRST, None, stale))
        .then([pay(terms()), opened(FIRST)]);
}

#[test]
fn a_second_attempt_is_refused_while_the_first_is_live() {
    given::<Case>(registered())
        .when(|case| settlement::open(&case.prescription, SECOND, None, terms()))
        .then_refused(Refusal::AttemptLive { payment: FIRST });
}

#[test]
fn nothing_is_asked_for_a_prescription_that_is_paid_or_unknown() {
    given::<Case>(paid())
        .when(|case| settlement::open(&case.prescription, SECOND, None, terms()))
        .then_refused(Refusal::AlreadyPaid);
    given::<Case>(Vec::<Fact>::new())
        .when(|case| settlement::open(&case.prescription, FIRST, None, terms()))
        .then_refused(Refusal::NotFound { what: "prescription", id: String::new() });
}

#[test]
fn the_call_leaves_once() {
    given::<Case>(created())
        .when(|case| case.attempt().send().map(of_payment))
        .then([pay(Sent {})])
        .stands_at("SENDING");
    given::<Case>(sending())
        .when(|case| case.attempt().send().map(of_payment))
        .then_refused(not_now("send", "SENDING"));
}

#[test]
fn who_opens_an_attempt_to_call_at_once_says_so_in_the_same_commit() {
    given::<Case>([prescribed(1_000)])
        .when(|case| settlement::open_and_send(&case.prescription, FIRST, None, terms()))
        .then([pay(terms()), pay(Sent {}), opened(FIRST)])
        .stands_at("SENDING");
}

#[test]
fn an_answer_registers_the_attempt_with_the_providers_reference() {
    given::<Case>(sending())
        .when(answer(registers(Some("OP-1"))))
        .then([pay(Registered { provider_ref: Some("OP-1".into()) })])
        .stands_at("REGISTERED");
}

#[test]
fn duplicate_on_our_own_resend_means_registered() {
    given::<Case>(sending())
        .when(answer(registers(None)))
        .then([pay(Registered { provider_ref: None })])
        .stands_at("REGISTERED");
}

#[test]
fn an_answer_after_the_proof_only_fills_the_reference() {
    let unnamed = settlement::Report { provider_ref: None, ..success_of(1_000) };
    let history = sending().into_iter().chain([confirmed(&unnamed, 1_000, 0), paid_by(FIRST, 1_000)]);
    given::<Case>(history)
        .when(answer(registers(Some("OP-1"))))
        .then([pay(Registered { provider_ref: Some("OP-1".into()) })])
        .stands_at("PAID");
}

#[test]
fn an_answer_while_a_claim_waits_registers_what_the_claim_lapses_to() {
    for reference in [Some("OP-1"), None] {
        let fact = pay(Registered { provider_ref: reference.map(Into::into) });
        given::<Case>(claimed_over(sending()))
            .when(answer(registers(reference)))
            .then([fact.clone()])
            .stands_at("CLAIMED");
        given::<Case>(claimed_over(sending()).into_iter().chain([fact]))
            .when(|case| Ok(of_payment(case.attempt().lapse())))
            .then([pay(ClaimLapsed {})])
            .stands_at("REGISTERED");
    }
}

#[test]
fn an_answer_that_comes_too_late_leaves_no_trace() {
    for history in [registered(), paid(), declined(), expired(), abandoned()] {
        for late in [registers(Some("OP-1")), registers(None), refuses()] {
            given::<Case>(history.clone()).when(answer(late)).then_nothing();
        }
        let timeout = Answer::Unanswered { why: "timeout".into() };
        given::<Case>(history).when(answer(timeout)).then_nothing();
    }
}

#[test]
fn another_reference_than_the_known_one_is_flagged() {
    given::<Case>(registered())
        .when(answer(registers(Some("OP-9"))))
        .then([pay(ReferenceDiffers { known: "OP-1".into(), reported: "OP-9".into() })])
        .stands_at("REGISTERED");
}

#[test]
fn a_refusal_before_registration_rejects_and_frees_the_prescription() {
    given::<Case>(sending())
        .when(answer(refuses()))
        .then([pay(Refused { code: "limit".into() }), closed()])
        .stands_at("REJECTED");
}

#[test]
fn a_refusal_after_registration_changes_nothing() {
    given::<Case>(registered()).when(answer(refuses())).then_nothing().stands_at("REGISTERED");
    given::<Case>(abandoned()).when(answer(refuses())).then_nothing().stands_at("ABANDONED");
}

#[test]
fn a_refusal_of_a_call_abandoned_on_its_way_ends_the_watch() {
    given::<Case>(abandoned_over(sending()))
        .when(answer(refuses()))
        .then([pay(Refused { code: "limit".into() })])
        .stands_at("REJECTED");
}

#[test]
fn no_answer_means_unknown_and_never_failed() {
    for why in ["timeout", "unreachable", "server_error", "garbage"] {
        given::<Case>(sending())
            .when(answer(Answer::Unanswered { why: why.into() }))
            .then([pay(Unanswered { why: why.into() })])
            .stands_at("SENDING");
    }
}

#[test]
fn the_same_identifier_may_leave_again_only_while_nobody_has_it() {
    given::<Case>(sending())
        .when(|case| case.attempt().resend().map(of_payment))
        .then([pay(Resent {})])
        .stands_at("SENDING");
    given::<Case>(registered())
        .when(|case| case.attempt().resend().map(of_payment))
        .then_refused(not_now("resend", "REGISTERED"));
}

#[test]
fn an_unsigned_success_is_a_claim_from_any_stage_but_paid() {
    let stages = [created(), sending(), registered(), rejected(), declined(), expired(), abandoned()];
    for history in stages {
        let told = success(Source::Unsigned, "c1");
        let claim = Claimed { amount: told.amount, evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(claim)]).stands_at("CLAIMED");
    }
}

#[test]
fn a_signed_success_that_tells_no_amount_is_a_claim_too() {
    let told = settlement::Report { amount: None, ..success(Source::Callback, "c1") };
    let claim = Claimed { amount: None, evidence: told.evidence.clone() };
    given::<Case>(registered()).when(hear(told)).then([pay(claim)]).stands_at("CLAIMED").owes(1_000);
}

#[test]
fn an_unsigned_success_after_the_money_is_only_noted() {
    for history in [paid(), underpaid(), questioned(), claimed_over(registered())] {
        let told = success(Source::Unsigned, "c9");
        let noted = Noted { status: "SUCCESS".into(), evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(noted)]);
    }
}

#[test]
fn a_claim_that_nothing_proves_lapses_to_the_stage_before() {
    for history in [sending(), registered(), declined(), expired(), abandoned(), rejected()] {
        let before = given_stage(&history);
        given::<Case>(claimed_over(history))
            .when(|case| Ok(of_payment(case.attempt().lapse())))
            .then([pay(ClaimLapsed {})])
            .stands_at(before);
    }
    given::<Case>(registered()).when(|case| Ok(of_payment(case.attempt().lapse()))).then_nothing();
}

fn given_stage(history: &[Fact]) -> &'static str {
    let case = history.iter().fold(Case::default(), Case::after);
    case.attempt().stage.code()
}

#[test]
fn a_proof_of_success_pays_from_any_stage() {
    let stages = [
        created(),
        sending(),
        registered(),
        claimed_over(registered()),
        rejected(),
        declined(),
        expired(),
        abandoned(),
        questioned(),
    ];
    for history in stages {
        for source in [Source::Callback, Source::Status, Source::Statement] {
            let proof = success(source, "s1");
            given::<Case>(history.clone())
                .when(hear(proof.clone()))
                .then([confirmed(&proof, 1_000, 0), paid_by(FIRST, 1_000), receipt(1_000, 0)])
                .stands_at("PAID")
                .owes(0);
        }
    }
}

#[test]
fn pending_is_noted_and_never_lowers() {
    for history in [sending(), registered(), claimed_over(registered()), paid(), declined()] {
        let before = given_stage(&history);
        let told = pending(Source::Callback, "p1");
        let noted = Noted { status: "PENDING".into(), evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(noted)]).stands_at(before);
    }
}

#[test]
fn a_poll_that_brings_nothing_leaves_no_trace() {
    given::<Case>(registered()).when(hear(pending(Source::Status, "p1"))).then_nothing();
    given::<Case>(declined()).when(hear(failed(Source::Status, "f2"))).then_nothing();
}

#[test]
fn a_word_without_a_meaning_is_noted() {
    let status = settlement::ReportStatus::Other("ON_HOLD".into());
    let told = settlement::Report { status, ..pending(Source::Callback, "o1") };
    let noted = Noted { status: "ON_HOLD".into(), evidence: told.evidence.clone() };
    given::<Case>(registered()).when(hear(told)).then([pay(noted)]).stands_at("REGISTERED");
}

#[test]
fn a_proven_failure_declines_and_frees_the_prescription() {
    for history in [sending(), registered(), claimed_over(registered())] {
        let told = failed(Source::Status, "f1");
        let fact = Declined { code: "cancelled".into(), evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(fact), closed()]).stands_at("DECLINED");
    }
}

#[test]
fn an_unsigned_failure_is_only_noted() {
    let told = failed(Source::Unsigned, "f1");
    let noted = Noted { status: "FAILED".into(), evidence: told.evidence.clone() };
    given::<Case>(registered()).when(hear(told)).then([pay(noted)]).stands_at("REGISTERED");
}

#[test]
fn an_expiry_by_the_provider_frees_the_prescription() {
    for history in [sending(), registered()] {
        let told = gone(Source::Callback, "e1");
        let fact = Expired { evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(fact), closed()]).stands_at("EXPIRED");
    }
}

#[test]
fn a_failure_of_what_has_ended_is_only_noted() {
    for history in [rejected(), declined(), expired(), questioned()] {
        let before = given_stage(&history);
        let told = failed(Source::Callback, "f9");
        let noted = Noted { status: "FAILED".into(), evidence: told.evidence.clone() };
        given::<Case>(history).when(hear(told)).then([pay(noted)]).stands_at(before);
    }
}

#[test]
fn giving_up_frees_the_prescription_for_cash_or_another_attempt() {
    for history in [created(), sending(), registered()] {
        given::<Case>(history)
            .when(abandon)
            .then([pay(Abandoned { by: AMA }), closed()])
            .stands_at("ABANDONED");
    }
}

#[test]
fn giving_up_twice_is_an_answer() {
    given::<Case>(abandoned()).when(abandon).then_nothing();
    given::<Case>(claimed_over(abandoned())).when(abandon).then_nothing();
}

#[test]
fn nobody_gives_up_on_what_is_claimed_paid_ended_or_under_review() {
    let stages = [
        (claimed_over(registered()), "CLAIMED"),
        (paid(), "PAID"),
        (rejected(), "REJECTED"),
        (declined(), "DECLINED"),
        (expired(), "EXPIRED"),
        (questioned(), "REVIEW"),
    ];
    for (history, stage) in stages {
        given::<Case>(history).when(abandon).then_refused(not_now("abandon", stage));
    }
}

#[test]
fn a_failure_after_the_money_is_a_conflict_and_lowers_nothing() {
    for (history, stage) in [(paid(), "PAID"), (underpaid(), "REVIEW")] {
        for told in [failed(Source::Callback, "f9"), gone(Source::Status, "e9")] {
            let status = told.status.word().to_owned();
            let fact = Contradicted { status, amount: None, evidence: told.evidence.clone() };
            given::<Case>(history.clone()).when(hear(told)).then([pay(fact)]).stands_at(stage);
        }
    }
}

#[test]
fn every_stage_has_the_seeds_word() {
    let words = [
        (Stage::Created, "PENDING"),
        (Stage::Sending, "PROCESSING"),
        (Stage::Registered, "PROCESSING"),
        (Stage::Claimed(Box::new(Stage::Sending)), "PROCESSING"),
        (Stage::Review(true), "PROCESSING"),
        (Stage::Paid, "SUCCESS"),
        (Stage::Rejected, "FAILED"),
        (Stage::Declined, "FAILED"),
        (Stage::Expired, "FAILED"),
        (Stage::Abandoned, "CANCELLED"),
    ];
    for (stage, word) in words {
        assert_eq!(Stage::seed_status(stage.code()), word);
    }
}
