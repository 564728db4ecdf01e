//! Money that came in or went back, as reports add it up.

use crate::examples::*;
use domain::{
    Event, ExamId, Money, TillId,
    movement::Movement,
    prescription::Part,
    receipt::{self, Issued, Method},
    refund::{self, Kind, Paid},
};
use std::collections::BTreeMap;

fn parts(parts: &[(ExamId, i64)]) -> Vec<Part> {
    parts.iter().map(|(exam, francs)| Part { exam: *exam, amount: xof(*francs) }).collect()
}

/// 1300 francs, of which 300 fitted nothing.
fn issued() -> Issued {
    Issued {
        payment: FIRST,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        cashier: AMA,
        amount: xof(1_300),
        applied: xof(1_000),
        advance: xof(300),
        method: Method::Tmoney,
        till: None,
        parts: parts(&[(EXAM, 400), (XRAY, 600)]),
        day: day(3, 1),
    }
}

/// 700 of it went back: the advance, and 400 of the exams.
fn paid() -> Paid {
    Paid {
        payment: FIRST,
        refund: REFUND,
        kind: Kind::Refund,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        cashier: KOFI,
        till: None,
        amount: xof(700),
        applied: xof(400),
        advance: xof(300),
        method: Method::Tmoney,
        parts: parts(&[(XRAY, 400)]),
        day: day(3, 2),
    }
}

fn cash(till: TillId, francs: i64, month: u32, on: u32) -> Event {
    let amount = xof(francs);
    let cash = Issued {
        amount,
        applied: amount,
        advance: Money::ZERO,
        method: Method::Cash,
        till: Some(till),
        parts: parts(&[(EXAM, francs)]),
        day: day(month, on),
        ..issued()
    };
    receipt::Event::from(cash).into()
}

fn received(issued: Issued) -> Movement {
    Movement::of(&receipt::Event::from(issued).into()).unwrap()
}

fn given_back(paid: Paid) -> Movement {
    Movement::of(&refund::Event::from(paid).into()).unwrap()
}

#[test]
fn a_receipt_brings_money() {
    let wanted = Movement {
        day: day(3, 1),
        method: Method::Tmoney,
        cashier: AMA,
        till: None,
        payment: FIRST,
        refund: None,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        amount: 1_300,
        advance: 300,
        parts: vec![(EXAM, 400), (XRAY, 600)],
    };
    assert_eq!(received(issued()), wanted);
}

#[test]
fn a_refund_takes_money_away_on_the_day_it_goes_and_from_the_one_who_gives_it() {
    let wanted = Movement {
        day: day(3, 2),
        cashier: KOFI,
        refund: Some(REFUND),
        amount: -700,
        advance: -300,
        parts: vec![(XRAY, -400)],
        ..received(issued())
    };
    assert_eq!(given_back(paid()), wanted);
}

#[test]
fn what_falls_on_no_exam_is_an_advance_or_was_issued_before_exams_were_told_apart() {
    assert_eq!(received(issued()).of_no_exam(), 300);
    assert_eq!(given_back(paid()).of_no_exam(), -300);
    assert_eq!(received(Issued { parts: vec![], ..issued() }).of_no_exam(), 1_300);
}

#[test]
fn a_void_leaves_nothing_of_its_receipt() {
    let parts = || parts(&[(EXAM, 400), (XRAY, 600)]);
    let cash = Issued {
        amount: xof(1_000),
        advance: xof(0),
        method: Method::Cash,
        till: Some(TILL),
        parts: parts(),
        ..issued()
    };
    let void = Paid {
        kind: Kind::Void,
        amount: xof(1_000),
        applied: xof(1_000),
        advance: xof(0),
        cashier: AMA,
        method: Method::Cash,
        till: Some(TILL),
        parts: parts(),
        ..paid()
    };
    let (came, went) = (received(cash), given_back(void));
    let mut sums = BTreeMap::<ExamId, i64>::new();
    for (exam, francs) in came.parts.iter().chain(&went.parts) {
        *sums.entry(*exam).or_default() += francs;
    }
    assert_eq!(sums, [(EXAM, 0), (XRAY, 0)].into());
    assert_eq!((came.amount + went.amount, came.advance + went.advance), (0, 0));
    assert_eq!((came.till, came.method, came.cashier), (went.till, went.method, went.cashier));
}

/// Rule 20: one session report, two daily ones, and all of them tie.
#[test]
fn a_session_over_midnight_stands_in_two_days() {
    let log = [cash(TILL, 400, 3, 1), cash(TILL, 100, 3, 2), cash(TILL, 75, 3, 2)];
    let moved: Vec<_> = log.iter().filter_map(Movement::of).collect();
    let mut days = BTreeMap::<_, i64>::new();
    for movement in &moved {
        *days.entry(movement.day).or_default() += movement.amount;
    }
    assert_eq!(days, [(day(3, 1), 400), (day(3, 2), 175)].into());
    let session: i64 = moved.iter().filter(|m| m.till == Some(TILL)).map(|m| m.amount).sum();
    assert_eq!(session, days.values().sum::<i64>());
}

/// A claim, a count, a request move no money: only a receipt and a slip do.
#[test]
fn no_other_fact_moves_money() {
    let moves = |fact: &&Event| Movement::of(fact).is_some();
    let facts = crate::every_fact::every_fact("text", 1, 1);
    let names: Vec<_> = facts.iter().filter(moves).map(Event::name).collect();
    assert_eq!(names, ["receipt-issued.v2", "refund-paid.v1"]);
}
