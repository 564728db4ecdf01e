//! The end of a session: blind, final, and with a second person where the difference is large.

use crate::{examples::*, support::*};
use domain::{
    Money, Refusal, TillId, TransferId, UserId,
    cash::{Count, Denomination},
    till::{
        self, Closed, Closing, Counted, Counter, Deputy, Event, Opened, Seat, Till, TransferSent, Vacated,
        close, sign,
    },
};
use uuid::Uuid;

const ALONE: Money = xof(1_000);
const TRANSFER: TransferId = TransferId(Uuid::from_u128(0x77));

fn opened() -> Opened {
    Opened { desk: "Guichet 1".into(), cashier: AMA, float: xof(5_000), count: None }
}

/// So many coins of 1 franc: a count of any sum.
fn coins(francs: u32) -> Count {
    Count([(Denomination::Coin1, francs)].into())
}

fn counted(francs: u32, expected: i64) -> Event {
    Counted { count: coins(francs), counted: xof(francs.into()), expected: xof(expected), deputy: None }
        .into()
}

fn closed(counted: i64, expected: i64) -> Event {
    Closed { expected: xof(expected), counted: xof(counted), signed_by: None, note: None }.into()
}

#[track_caller]
fn closing(past: &[Event], francs: u32) -> Result<Closing, Refusal> {
    let till = past.iter().fold(Till::default(), Till::evolve);
    close(&till, TILL, coins(francs), ALONE, Counter::Cashier(AMA))
}

#[test]
fn a_count_that_fits_closes_the_till_and_its_difference_of_nothing_is_kept() {
    let done = closing(&[opened().into()], 5_000).unwrap();
    assert_eq!(done.till, [counted(5_000, 5_000), closed(5_000, 5_000)]);
}

#[test]
fn a_difference_up_to_the_limit_needs_nobody_else_in_either_direction() {
    for francs in [4_000, 4_999, 5_001, 6_000] {
        let done = closing(&[opened().into()], francs).unwrap();
        assert_eq!(done.till, [counted(francs, 5_000), closed(francs.into(), 5_000)], "{francs}");
    }
}

#[test]
fn a_larger_difference_waits_for_a_second_person() {
    for francs in [0, 3_999, 6_001, 50_000] {
        let done = closing(&[opened().into()], francs).unwrap();
        assert_eq!(done.till, [counted(francs, 5_000)], "{francs}");
    }
}

#[test]
fn the_desk_and_the_cashier_are_free_at_once_even_if_the_difference_waits() {
    for francs in [5_000, 0] {
        let done = closing(&[opened().into()], francs).unwrap();
        assert_eq!((done.seats, done.desk), (vec![Vacated { till: TILL }.into()], "Guichet 1".into()));
    }
    assert_eq!(Seat::Taken(TILL).evolve(&Vacated { till: TILL }.into()), Seat::Free);
}

#[test]
fn there_is_no_second_count() {
    for past in [vec![counted(0, 5_000)], vec![counted(5_000, 5_000), closed(5_000, 5_000)]] {
        let past: Vec<_> = [opened().into()].into_iter().chain(past).collect();
        assert_eq!(closing(&past, 5_000), Err(Refusal::TillClosed));
    }
}

#[test]
fn a_till_that_was_counted_moves_no_money() {
    let past = [opened().into(), counted(0, 5_000)];
    let till = past.iter().fold(Till::default(), Till::evolve);
    let deposit = domain::DepositId(Uuid::from_u128(0x88));
    assert_eq!(till.take(FIRST, xof(1), AMA), Err(Refusal::TillClosed));
    assert_eq!(till.deposit(deposit, xof(1), AMA), Err(Refusal::TillClosed));
}

#[test]
fn nobody_counts_anothers_drawer() {
    let till = Till::default().evolve(&opened().into());
    assert_eq!(close(&till, TILL, coins(5_000), ALONE, Counter::Cashier(KOFI)), Err(Refusal::NotYours));
}

#[test]
fn what_is_on_its_way_to_another_drawer_must_arrive_or_come_back_first() {
    let to = TillId(Uuid::from_u128(0xDD));
    let sent = TransferSent { transfer: TRANSFER, to, amount: xof(70) };
    let refused = closing(&[opened().into(), sent.into()], 4_930);
    assert_eq!(refused, Err(Refusal::TransferWaits { transfer: TRANSFER }));
}

#[test]
fn the_second_person_is_another_one_and_says_what_was_found() {
    let past = || [Event::from(opened()), counted(0, 5_000)];
    let note = || "compté à deux".to_owned();
    given::<Till>(past()).when(|till| sign(till, note(), AMA)).then_refused(Refusal::NotYours);
    let signed = Closed { expected: xof(5_000), counted: xof(0), signed_by: Some(KOFI), note: Some(note()) };
    let till = given::<Till>(past()).when(|till| sign(till, note(), KOFI)).then([signed.clone()]);
    assert_eq!(till, Till::Closed { cashier: AMA });
    let after: Vec<_> = past().into_iter().chain([signed.into()]).collect();
    given::<Till>(after).when(|till| sign(till, note(), KOFI)).then_nothing();
}

fn deputy(by: UserId) -> Counter {
    Counter::Deputy(Deputy { by, reason: "malade".into() })
}

#[test]
fn another_counts_for_a_cashier_who_is_not_there_and_a_third_person_signs() {
    let till = Till::default().evolve(&opened().into());
    let counted = close(&till, TILL, coins(5_000), ALONE, deputy(KOFI)).unwrap().till;
    assert_eq!(counted.len(), 1, "without a difference, and still not over: {counted:?}");
    let past = || [Event::from(opened())].into_iter().chain(counted.clone());
    for by in [AMA, KOFI] {
        given::<Till>(past()).when(|till| sign(till, "vu".into(), by)).then_refused(Refusal::NotYours);
    }
    let (expected, note) = (xof(5_000), Some("vu".into()));
    let signed = Closed { expected, counted: expected, signed_by: Some(ESI), note };
    given::<Till>(past()).when(|till| sign(till, "vu".into(), ESI)).then([signed]);
}

#[test]
fn nobody_is_his_own_deputy() {
    let till = Till::default().evolve(&opened().into());
    assert_eq!(close(&till, TILL, coins(5_000), ALONE, deputy(AMA)), Err(Refusal::NotYours));
}

#[test]
fn only_what_was_counted_is_signed() {
    given::<Till>([opened()]).when(|till| sign(till, "?".into(), KOFI)).then_refused(Refusal::TillOpen);
}

#[test]
fn ten_notes_of_five_hundred_are_five_thousand_francs_and_so_are_ten_coins() {
    for piece in [Denomination::Note500, Denomination::Coin500] {
        assert_eq!(Count([(piece, 10)].into()).total(), Some(xof(5_000)));
    }
    let one_of_each = Count(Denomination::ALL.map(|piece| (piece, 1)).into());
    assert_eq!(one_of_each.total(), Some(xof(19_641)));
}

#[test]
fn a_count_beyond_any_amount_is_refused() {
    let till = Till::default().evolve(&opened().into());
    let count = Count([(Denomination::Note10000, u32::MAX)].into());
    assert_eq!(close(&till, TILL, count, ALONE, Counter::Cashier(AMA)), Err(Refusal::AmountTooLarge));
}

#[test]
fn a_float_that_was_counted_is_the_sum_of_its_count() {
    let asked = Opened { float: xof(1), count: Some(coins(250)), ..opened() };
    let opening = till::open(Seat::Free, Seat::Free, TILL, asked).unwrap();
    let wanted = Opened { float: xof(250), count: Some(coins(250)), ..opened() };
    assert_eq!(opening.till, [wanted.into()]);
}
