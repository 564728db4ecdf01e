//! Deposits: cash on its way to the bank, until somebody else has seen the proof.

use crate::{examples::*, support::*};
use domain::{
    DepositId, Refusal,
    cash::Count,
    deposit::{Deposit, Made, Place, Proven},
    till::{Deposited, Opened, Till},
};
use uuid::Uuid;

const DEPOSIT: DepositId = DepositId(Uuid::from_u128(0x88));

fn made() -> Made {
    Made { till: TILL, by: AMA, amount: xof(3_000), count: Count::default(), carrier: None }
}

fn proven(place: Place, reference: &str) -> Proven {
    Proven { place, reference: reference.into(), by: KOFI, amount: xof(3_000) }
}

fn open() -> Opened {
    Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(5_000), count: None }
}

#[test]
fn what_is_given_away_is_in_the_drawer_no_more() {
    let till = given::<Till>([open()])
        .when(|till| till.deposit(DEPOSIT, xof(3_000), AMA))
        .then([Deposited { deposit: DEPOSIT, amount: xof(3_000) }]);
    assert_eq!(till.drawer(AMA).unwrap().expected, xof(2_000));
}

#[test]
fn a_drawer_gives_no_more_than_it_holds_and_never_nothing() {
    let ask = |francs, by| given::<Till>([open()]).when(move |till| till.deposit(DEPOSIT, xof(francs), by));
    ask(5_001, AMA).then_refused(Refusal::DrawerTooSmall);
    ask(0, AMA).then_refused(Refusal::ZeroAmount { what: "amount" });
    ask(1, KOFI).then_refused(Refusal::NotYours);
}

#[test]
fn another_person_than_the_giver_has_seen_the_proof() {
    let ask = |by| given::<Deposit>([made()]).when(move |made| made.prove(Place::Bank, "BV-7".into(), by));
    ask(AMA).then_refused(Refusal::NotYours);
    let after = ask(KOFI).then([proven(Place::Bank, "BV-7")]);
    assert_eq!(after, Deposit::Proven { place: Place::Bank, reference: "BV-7".into() });
}

#[test]
fn the_same_proof_twice_is_an_answer_and_another_one_is_refused() {
    let past = || [domain::deposit::Event::from(made()), proven(Place::Bank, "BV-7").into()];
    let ask = |place, reference: &'static str| {
        given::<Deposit>(past()).when(move |deposit| deposit.prove(place, reference.into(), KOFI))
    };
    ask(Place::Bank, "BV-7").then_nothing();
    ask(Place::Bank, "BV-8").then_refused(Refusal::AlreadyDecided);
    ask(Place::Treasury, "BV-7").then_refused(Refusal::AlreadyDecided);
}

#[test]
fn what_was_never_given_away_is_not_proven() {
    given::<Deposit>(Vec::<domain::deposit::Event>::new())
        .when(|deposit| deposit.prove(Place::Bank, "BV-7".into(), KOFI))
        .then_refused(Refusal::NotFound { what: "deposit", id: String::new() });
}
