//! A part of what is due: in cash, by phone, and what is left.

use crate::{examples::*, support::*};
use domain::{
    Money, Refusal,
    payment::{CashTaken, Opened},
    settlement::{self, Booking, TakeCash, TakenCash, take_cash},
    till,
};

fn till_of_ama() -> Fact {
    till(till::Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(5_000), count: None })
}

fn give(part: i64, tendered: i64) -> impl FnOnce(&Case) -> Result<TakenCash, Refusal> {
    move |case| {
        let (part, tendered) = (Some(xof(part)), xof(tendered));
        let ask = TakeCash {
            payment: SECOND,
            prescription: PRESCRIPTION,
            cashier: AMA,
            till: TILL,
            part,
            tendered,
        };
        take_cash(&case.prescription, &case.till, ask)
    }
}

fn taken(part: i64, tendered: i64) -> [Fact; 4] {
    let (amount, tendered, change) = (xof(part), xof(tendered), xof(tendered - part));
    [
        pay(CashTaken { prescription: PRESCRIPTION, cashier: AMA, till: TILL, amount, tendered, change }),
        paid_by(SECOND, part),
        receipt(part, 0),
        till(till::CashTaken { payment: SECOND, amount }),
    ]
}

fn open(part: Money) -> impl FnOnce(&Case) -> Result<Booking, Refusal> {
    move |case| settlement::open(&case.prescription, FIRST, Some(part), terms())
}

fn asking(francs: i64) -> Fact {
    pay(Opened { amount: xof(francs), ..terms() })
}

#[test]
fn a_part_in_cash_leaves_the_rest_due() {
    let case = given::<Case>([till_of_ama(), prescribed(1_000)]).when(give(400, 400)).then(taken(400, 400));
    assert_eq!(case.owes(600).till.drawer(AMA).unwrap().expected, xof(5_400));
}

/// Due 75 of what is asked, given 100: 25 go back, 75 stay.
#[test]
fn a_part_gives_change_too() {
    let case = given::<Case>([till_of_ama(), prescribed(1_000)]).when(give(75, 100)).then(taken(75, 100));
    assert_eq!(case.owes(925).till.drawer(AMA).unwrap().expected, xof(5_075));
}

#[test]
fn all_of_it_is_a_part_too() {
    given::<Case>([till_of_ama(), prescribed(1_000)])
        .when(give(1_000, 1_000))
        .then(taken(1_000, 1_000))
        .owes(0);
}

#[test]
fn a_part_is_something_and_no_more_than_what_is_due() {
    let ask = |part, tendered| given::<Case>([till_of_ama(), prescribed(1_000)]).when(give(part, tendered));
    ask(0, 1_000).then_refused(Refusal::ZeroAmount { what: "amount" });
    ask(1_001, 2_000).then_refused(Refusal::MoreThanDue { due: xof(1_000) });
    ask(400, 399).then_refused(Refusal::TenderedTooLittle { due: xof(400), tendered: xof(399) });
    let half = [till_of_ama(), prescribed(1_000), paid_by(FIRST, 500)];
    given::<Case>(half).when(give(501, 501)).then_refused(Refusal::MoreThanDue { due: xof(500) });
}

#[test]
fn no_part_is_taken_while_an_attempt_is_live_nor_of_what_is_paid() {
    given::<Case>(registered().into_iter().chain([till_of_ama()]))
        .when(give(400, 400))
        .then_refused(Refusal::AttemptLive { payment: FIRST });
    given::<Case>(paid().into_iter().chain([till_of_ama()]))
        .when(give(1, 1))
        .then_refused(Refusal::AlreadyPaid);
}

#[test]
fn a_part_is_asked_for_by_phone() {
    let case = given::<Case>([prescribed(1_000)])
        .when(open(xof(400)))
        .then([asking(400), opened(FIRST)])
        .owes(1_000);
    assert_eq!(case.attempt().terms.amount, xof(400));
    let ask = |part| given::<Case>([prescribed(1_000)]).when(open(part));
    ask(xof(0)).then_refused(Refusal::ZeroAmount { what: "amount" });
    ask(xof(1_001)).then_refused(Refusal::MoreThanDue { due: xof(1_000) });
}

#[test]
fn the_part_that_was_asked_for_pays_that_part() {
    let proof = success_of(400);
    given::<Case>([prescribed(1_000), opened(FIRST), asking(400)])
        .when(hear(proof.clone()))
        .then([confirmed_of(xof(400), &proof, 400, 0), paid_by(FIRST, 400), receipt(400, 0)])
        .stands_at("PAID")
        .owes(600);
}

#[test]
fn more_than_the_part_that_was_asked_for_is_an_advance() {
    let proof = success_of(1_000);
    given::<Case>([prescribed(1_000), opened(FIRST), asking(400)])
        .when(hear(proof.clone()))
        .then([confirmed_of(xof(400), &proof, 400, 600), paid_by(FIRST, 400), receipt(400, 600)])
        .owes(600);
}

/// 4000 in cash, 4000 by phone, 2000 from the insurer: nothing is due. Without the phone 4000 are.
#[test]
fn three_tenders_pay_one_prescription() {
    let parts = vec![xof(2_000)];
    let covered =
        domain::prescription::Covered { payer: "INAM".into(), parts, amount: xof(2_000), evidence: sealed() };
    let case = given::<Case>([till_of_ama(), prescribed(10_000), pre(covered)])
        .when(give(4_000, 5_000))
        .then(taken(4_000, 5_000))
        .owes(4_000);
    let asked = settlement::open(&case.prescription, FIRST, None, terms()).unwrap();
    let case = asked.facts().iter().fold(case, Case::after);
    assert_eq!(case.attempt().terms.amount, xof(4_000));
    let refused = case.prescription.start(1, ESI);
    assert_eq!(refused, Err(Refusal::NotReleased { due: xof(4_000) }));
    let proof = success_of(4_000);
    let booking = settlement::hear(case.attempt(), &case.prescription, FIRST, proof);
    let case = booking.facts().iter().fold(case, Case::after).owes(0);
    assert!(case.prescription.start(1, ESI).is_ok());
}
