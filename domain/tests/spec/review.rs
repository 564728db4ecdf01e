//! A review ends by two persons who say the same.

use crate::{examples::*, support::*};
use domain::{
    Refusal, UserId,
    payment::{Confirmed, Outcome, ResolutionProposed, Resolved, Source},
};

const CAME: Outcome = Outcome::Paid(xof(1_000));
const BOOKED_BEFORE: Outcome = Outcome::Paid(domain::Money::ZERO);

fn proposal(by: UserId, outcome: Outcome) -> Fact {
    pay(ResolutionProposed { by, outcome, note: "seen on the statement".into() })
}

fn proposed(history: Vec<Fact>, outcome: Outcome) -> Vec<Fact> {
    history.into_iter().chain([proposal(AMA, outcome)]).collect()
}

fn not_now(ask: &'static str, stage: &'static str) -> Refusal {
    Refusal::NotNow { ask, stage }
}

#[test]
fn the_first_person_proposes() {
    for outcome in [CAME, Outcome::Declined] {
        given::<Case>(questioned())
            .when(propose(AMA, outcome))
            .then([proposal(AMA, outcome)])
            .stands_at("REVIEW")
            .owes(1_000);
    }
}

#[test]
fn proposing_twice_is_an_answer() {
    given::<Case>(proposed(questioned(), CAME)).when(propose(AMA, CAME)).then_nothing();
}

#[test]
fn only_a_review_can_be_resolved() {
    given::<Case>(registered()).when(propose(AMA, CAME)).then_refused(not_now("resolve", "REGISTERED"));
    given::<Case>(paid()).when(propose(AMA, CAME)).then_refused(not_now("resolve", "PAID"));
    given::<Case>(questioned()).when(resolve(KOFI, CAME)).then_refused(not_now("resolve", "REVIEW"));
}

#[test]
fn the_second_person_books_what_came() {
    let booked = Confirmed {
        asked: terms().amount,
        reported: xof(1_000),
        applied: xof(1_000),
        advance: xof(0),
        provider_ref: Some("OP-1".into()),
        evidence: evidence(Source::Person, &format!("review-{KOFI}")),
        operation_at: None,
    };
    given::<Case>(proposed(questioned(), CAME))
        .when(resolve(KOFI, CAME))
        .then([
            pay(booked),
            pay(Resolved { by: KOFI, outcome: CAME }),
            paid_by(FIRST, 1_000),
            receipt(1_000, 0),
        ])
        .stands_at("PAID")
        .owes(0);
}

#[test]
fn less_than_asked_is_paid_once_two_persons_say_so() {
    let outcome = Outcome::Paid(xof(655));
    let booked = Confirmed {
        asked: terms().amount,
        reported: xof(655),
        applied: xof(655),
        advance: xof(0),
        provider_ref: Some("OP-1".into()),
        evidence: evidence(Source::Person, &format!("review-{KOFI}")),
        operation_at: None,
    };
    given::<Case>(proposed(questioned(), outcome))
        .when(resolve(KOFI, outcome))
        .then([pay(booked), pay(Resolved { by: KOFI, outcome }), paid_by(FIRST, 655), receipt(655, 0)])
        .stands_at("PAID")
        .owes(345);
}

#[test]
fn the_second_person_agrees_that_nothing_came() {
    given::<Case>(proposed(questioned(), Outcome::Declined))
        .when(resolve(KOFI, Outcome::Declined))
        .then([pay(Resolved { by: KOFI, outcome: Outcome::Declined }), closed()])
        .stands_at("DECLINED")
        .owes(1_000);
}

#[test]
fn the_second_person_closes_the_question_of_what_is_booked() {
    given::<Case>(proposed(underpaid(), BOOKED_BEFORE))
        .when(resolve(KOFI, BOOKED_BEFORE))
        .then([pay(Resolved { by: KOFI, outcome: BOOKED_BEFORE })])
        .stands_at("PAID")
        .owes(100);
}

#[test]
fn one_person_cannot_be_both() {
    given::<Case>(proposed(questioned(), CAME)).when(resolve(AMA, CAME)).then_refused(Refusal::NotYours);
}

#[test]
fn another_outcome_is_no_agreement() {
    for other in [Outcome::Declined, Outcome::Paid(xof(999))] {
        given::<Case>(proposed(questioned(), CAME))
            .when(resolve(KOFI, other))
            .then_refused(not_now("resolve", "REVIEW"));
    }
}

#[test]
fn booked_money_cannot_be_talked_away_nor_booked_again() {
    given::<Case>(underpaid())
        .when(propose(AMA, Outcome::Declined))
        .then_refused(not_now("decline", "REVIEW"));
    given::<Case>(underpaid()).when(propose(AMA, CAME)).then_refused(not_now("book", "REVIEW"));
}

#[test]
fn nothing_cannot_be_booked() {
    given::<Case>(questioned())
        .when(propose(AMA, BOOKED_BEFORE))
        .then_refused(Refusal::ZeroAmount { what: "amount" });
}

#[test]
fn a_proposal_made_before_the_proof_does_not_outlive_it() {
    let proof = success_of(900);
    let history = proposed(questioned(), CAME).into_iter();
    given::<Case>(history.chain([confirmed(&proof, 900, 0), paid_by(FIRST, 900)]))
        .when(resolve(KOFI, CAME))
        .then_refused(not_now("resolve", "REVIEW"));
}
