//! Cash from drawer to drawer: gone from one at once, in the other only when it is accepted.

use crate::{examples::*, support::*};
use domain::{
    Money, Refusal, TillId, TransferId, UserId,
    till::{
        Accepted, CashTaken, Counted, Event, Opened, Till, TransferAccepted, TransferReceived,
        TransferReturned, TransferSent, accept, give_back, send,
    },
};
use uuid::Uuid;

const OTHER: TillId = TillId(Uuid::from_u128(0xDD));
const TRANSFER: TransferId = TransferId(Uuid::from_u128(0x77));
const ESI: UserId = UserId(Uuid::from_u128(0x13));

fn of(cashier: UserId, float: Money) -> Event {
    Opened { desk: "Guichet".into(), cashier, float, count: None }.into()
}

fn fold(facts: &[Event]) -> Till {
    facts.iter().fold(Till::default(), Till::evolve)
}

fn counted() -> Event {
    Counted { count: domain::cash::Count::default(), counted: xof(0), expected: xof(5_000), deputy: None }
        .into()
}

fn sent() -> Event {
    TransferSent { transfer: TRANSFER, to: OTHER, amount: xof(70) }.into()
}

fn sending(to: (TillId, &Till), francs: i64, by: UserId) -> Result<Vec<Event>, Refusal> {
    send(&fold(&[of(AMA, xof(5_000))]), TILL, to, TRANSFER, xof(francs), by)
}

#[test]
fn the_sender_has_less_at_once_and_the_receiver_more_only_when_he_accepts() {
    let (mut ama, mut kofi) = (fold(&[of(AMA, xof(5_000))]), fold(&[of(KOFI, xof(0))]));
    let facts = send(&ama, TILL, (OTHER, &kofi), TRANSFER, xof(70), AMA).unwrap();
    assert_eq!(facts, [sent()]);
    ama = facts.iter().fold(ama, Till::evolve);
    assert_eq!(
        (ama.drawer(AMA).unwrap().expected, kofi.drawer(KOFI).unwrap().expected),
        (xof(4_930), xof(0))
    );
    let accepted = accept(&ama, TILL, (OTHER, &kofi), TRANSFER, KOFI).unwrap();
    let received = TransferReceived { transfer: TRANSFER, from: TILL, amount: xof(70) };
    let wanted = Accepted {
        sender: vec![TransferAccepted { transfer: TRANSFER }.into()],
        receiver: vec![received.into()],
    };
    assert_eq!(accepted, wanted);
    ama = accepted.sender.iter().fold(ama, Till::evolve);
    kofi = accepted.receiver.iter().fold(kofi, Till::evolve);
    assert_eq!(
        (ama.drawer(AMA).unwrap().expected, kofi.drawer(KOFI).unwrap().expected),
        (xof(4_930), xof(70))
    );
    let gone = Refusal::NotFound { what: "transfer", id: TRANSFER.to_string() };
    assert_eq!(accept(&ama, TILL, (OTHER, &kofi), TRANSFER, KOFI), Err(gone.clone()), "once");
    assert_eq!(give_back(&ama, &kofi, TRANSFER, AMA, false), Err(gone), "and not back again");
}

#[test]
fn a_drawer_sends_no_more_than_it_holds_and_does_not_say_how_much_that_is() {
    let kofi = fold(&[of(KOFI, xof(0))]);
    assert_eq!(sending((OTHER, &kofi), 5_001, AMA), Err(Refusal::DrawerTooSmall));
    assert_eq!(sending((OTHER, &kofi), 0, AMA), Err(Refusal::ZeroAmount { what: "amount" }));
    assert!(sending((OTHER, &kofi), 5_000, AMA).is_ok());
}

#[test]
fn cash_is_sent_from_ones_own_drawer_to_another_open_one() {
    let (ama, kofi) = (fold(&[of(AMA, xof(0))]), fold(&[of(KOFI, xof(0))]));
    assert_eq!(sending((TILL, &ama), 70, AMA), Err(Refusal::SameTill));
    assert_eq!(sending((OTHER, &kofi), 70, KOFI), Err(Refusal::NotYours));
    assert_eq!(sending((OTHER, &fold(&[of(KOFI, xof(0)), counted()])), 70, AMA), Err(Refusal::TillClosed));
    let nowhere = Refusal::NotFound { what: "till", id: OTHER.to_string() };
    assert_eq!(sending((OTHER, &Till::Unknown), 70, AMA), Err(nowhere));
}

#[test]
fn only_the_receiver_accepts_and_only_into_an_open_drawer() {
    let ama = fold(&[of(AMA, xof(5_000)), sent()]);
    let kofi = fold(&[of(KOFI, xof(0))]);
    assert_eq!(accept(&ama, TILL, (OTHER, &kofi), TRANSFER, AMA), Err(Refusal::NotYours));
    let elsewhere = (TILL, &ama);
    assert_eq!(accept(&ama, TILL, elsewhere, TRANSFER, AMA), Err(Refusal::NotYours), "another till");
    let over = fold(&[of(KOFI, xof(0)), counted()]);
    assert_eq!(accept(&ama, TILL, (OTHER, &over), TRANSFER, KOFI), Err(Refusal::TillClosed));
}

#[test]
fn the_sender_takes_it_back_or_the_receiver_sends_it_back_and_nobody_else() {
    let ama = fold(&[of(AMA, xof(5_000)), sent()]);
    let kofi = fold(&[of(KOFI, xof(0)), counted()]);
    for by in [AMA, KOFI] {
        let facts = give_back(&ama, &kofi, TRANSFER, by, false).unwrap();
        assert_eq!(facts, [TransferReturned { transfer: TRANSFER, amount: xof(70), by }.into()]);
        let ama = facts.iter().fold(ama.clone(), Till::evolve);
        assert_eq!(ama.drawer(AMA).unwrap().expected, xof(5_000));
        let gone = Refusal::NotFound { what: "transfer", id: TRANSFER.to_string() };
        assert_eq!(give_back(&ama, &kofi, TRANSFER, by, false), Err(gone), "once");
    }
    assert_eq!(give_back(&ama, &kofi, TRANSFER, ESI, false), Err(Refusal::NotYours));
    let back = give_back(&ama, &kofi, TRANSFER, ESI, true).unwrap();
    assert_eq!(back.iter().map(Event::moves).sum::<i64>(), 70, "the office does it for both");
}

#[test]
fn what_comes_back_must_find_room() {
    let full = CashTaken { payment: FIRST, amount: xof(Money::MAX.francs() - 4_930) };
    let ama = fold(&[of(AMA, xof(5_000)), sent(), full.into()]);
    let kofi = fold(&[of(KOFI, xof(0))]);
    assert_eq!(give_back(&ama, &kofi, TRANSFER, AMA, false), Err(Refusal::AmountTooLarge));
}

#[test]
fn nothing_waits_in_a_till_that_was_never_opened() {
    given::<Till>(Vec::<Event>::new())
        .when(|till| till.sent_to(TRANSFER).map(|_| vec![]))
        .then_refused(Refusal::NotFound { what: "transfer", id: TRANSFER.to_string() });
}
