//! One open session for a desk and for a cashier.

use crate::{examples::*, support::*};
use domain::{
    Refusal, TillId,
    till::{Opened, Opening, Seat, Seated, Till, open},
};
use uuid::Uuid;

const OTHER: TillId = TillId(Uuid::from_u128(0xDD));

fn asked() -> Opened {
    Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(5_000), count: None }
}

#[test]
fn opening_seats_the_desk_and_the_cashier() {
    let seated = domain::till::Event::from(Seated { till: TILL });
    let wanted =
        Opening { till: vec![asked().into()], desk: vec![seated.clone()], cashier: vec![seated.clone()] };
    assert_eq!(open(Seat::Free, Seat::Free, TILL, asked()), Ok(wanted));
    assert_eq!(Seat::Free.evolve(&seated), Seat::Taken(TILL));
}

#[test]
fn a_desk_holds_one_session() {
    for cashier in [Seat::Free, Seat::Taken(TILL)] {
        let refused = open(Seat::Taken(OTHER), cashier, TILL, asked());
        assert_eq!(refused, Err(Refusal::TillAlreadyOpen { till: OTHER, desk: true }));
    }
}

#[test]
fn a_cashier_holds_one_session() {
    let refused = open(Seat::Free, Seat::Taken(OTHER), TILL, asked());
    assert_eq!(refused, Err(Refusal::TillAlreadyOpen { till: OTHER, desk: false }));
}

#[test]
fn a_session_begins_with_its_float() {
    let open = Till::default().evolve(&asked().into());
    assert_eq!(open.drawer(AMA).unwrap().expected, xof(5_000));
}

#[test]
fn a_seat_is_changed_by_seating_alone() {
    let seat = Seat::Taken(TILL).evolve(&asked().into());
    assert_eq!(seat, Seat::Taken(TILL));
    given::<Till>([asked()]).when(|till| till.take(FIRST, xof(1), KOFI)).then_refused(Refusal::NotYours);
}
