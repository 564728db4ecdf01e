//! Cash for all that is due, with change.

use crate::{examples::*, support::*};
use domain::{
    Refusal,
    payment::CashTaken,
    settlement::{TakeCash, TakenCash, take_cash},
    till,
};

fn till_of_ama() -> Fact {
    till(till::Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(5_000), count: None })
}

fn give(francs: i64) -> impl FnOnce(&Case) -> Result<TakenCash, Refusal> {
    move |case| {
        let tendered = xof(francs);
        let ask = TakeCash {
            payment: SECOND,
            prescription: PRESCRIPTION,
            cashier: AMA,
            till: TILL,
            part: None,
            tendered,
        };
        take_cash(&case.prescription, &case.till, ask)
    }
}

fn taken(due: i64, tendered: i64) -> [Fact; 4] {
    let (amount, change) = (xof(due), xof(tendered - due));
    let tendered = xof(tendered);
    [
        pay(CashTaken { prescription: PRESCRIPTION, cashier: AMA, till: TILL, amount, tendered, change }),
        paid_by(SECOND, due),
        receipt(due, 0),
        till(till::CashTaken { payment: SECOND, amount }),
    ]
}

#[test]
fn the_exact_sum_pays_the_prescription() {
    let case =
        given::<Case>([till_of_ama(), prescribed(1_000)]).when(give(1_000)).then(taken(1_000, 1_000)).owes(0);
    assert_eq!(case.till.drawer(AMA).unwrap().expected, xof(6_000));
}

#[test]
fn a_larger_note_gives_change_and_only_what_stays_is_expected_in_the_drawer() {
    let case =
        given::<Case>([till_of_ama(), prescribed(1_000)]).when(give(5_000)).then(taken(1_000, 5_000)).owes(0);
    assert_eq!(case.till.drawer(AMA).unwrap().expected, xof(6_000));
}

#[test]
fn what_came_by_phone_is_not_asked_for_again() {
    given::<Case>(underpaid().into_iter().chain([till_of_ama()]))
        .when(give(500))
        .then(taken(100, 500))
        .owes(0);
}

#[test]
fn too_little_is_refused_with_what_is_due() {
    given::<Case>([till_of_ama(), prescribed(1_000)])
        .when(give(999))
        .then_refused(Refusal::TenderedTooLittle { due: xof(1_000), tendered: xof(999) });
}

#[test]
fn no_cash_is_taken_while_an_attempt_is_live() {
    given::<Case>(registered().into_iter().chain([till_of_ama()]))
        .when(give(1_000))
        .then_refused(Refusal::AttemptLive { payment: FIRST });
}

#[test]
fn cash_is_taken_once_the_attempt_is_abandoned() {
    given::<Case>(abandoned().into_iter().chain([till_of_ama()])).when(give(1_000)).then(taken(1_000, 1_000));
}

#[test]
fn nothing_is_taken_for_what_is_paid() {
    given::<Case>(paid().into_iter().chain([till_of_ama()]))
        .when(give(1_000))
        .then_refused(Refusal::AlreadyPaid);
}

#[test]
fn no_cash_outside_a_session() {
    given::<Case>([prescribed(1_000)]).when(give(1_000)).then_refused(Refusal::NoTillOpen);
}

#[test]
fn nobody_takes_cash_into_anothers_drawer() {
    let of_kofi = till(till::Opened { desk: "Guichet 2".into(), cashier: KOFI, float: xof(0), count: None });
    given::<Case>([of_kofi, prescribed(1_000)]).when(give(1_000)).then_refused(Refusal::NotYours);
}

#[test]
fn a_drawer_has_a_limit_too() {
    let full =
        till(till::Opened { desk: "Guichet 1".into(), cashier: AMA, float: domain::Money::MAX, count: None });
    given::<Case>([full, prescribed(1_000)]).when(give(1_000)).then_refused(Refusal::AmountTooLarge);
}
