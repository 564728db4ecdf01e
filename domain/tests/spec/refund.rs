//! Who may ask money back, how much of it, and who must agree.

use crate::{examples::*, support::*};
use domain::{
    RefundId, Refusal, UserId,
    refund::{
        Approved, Completed, Event, Kind, Received, Refund, Refunds, Rejected, Requested, Stage, Standing,
    },
};
use uuid::Uuid;

const LATER: RefundId = RefundId(Uuid::from_u128(0xF2));
const IN_TIME: Standing = Standing { session_open: true, exam_begun: false };

/// Ama took 1000 francs into her drawer.
fn cash() -> Received {
    Received { amount: xof(1_000), advance: xof(0), cashier: AMA, till: Some(TILL) }
}

/// Of 1300 francs that came by phone, 300 fitted nothing.
fn by_phone() -> Received {
    Received { amount: xof(1_300), advance: xof(300), cashier: AMA, till: None }
}

fn asked(refund: RefundId, kind: Kind, francs: i64) -> Requested {
    Requested { refund, kind, amount: xof(francs), reason: "saisie en double".into(), by: AMA }
}

fn requested(francs: i64) -> Event {
    asked(REFUND, Kind::Refund, francs).into()
}

fn requested_later(francs: i64) -> Event {
    asked(LATER, Kind::Refund, francs).into()
}

fn approved(refund: RefundId) -> Event {
    Approved { refund, by: ESI }.into()
}

fn rejected(by: UserId) -> Event {
    Rejected { refund: REFUND, by, reason: "non justifié".into() }.into()
}

fn completed(refund: RefundId, applied: i64, advance: i64) -> Event {
    let (applied, advance) = (xof(applied), xof(advance));
    Completed { refund, by: AMA, applied, advance, provider_ref: None }.into()
}

fn request(
    ask: Requested,
    received: Received,
    standing: Standing,
) -> impl FnOnce(&Refunds) -> Result<Vec<Event>, Refusal> {
    move |refunds| refunds.request(ask, received, standing)
}

fn approve(by: UserId) -> impl FnOnce(&Refunds) -> Result<Vec<Event>, Refusal> {
    move |refunds| refunds.approve(REFUND, cash(), by)
}

fn reject(by: UserId) -> impl FnOnce(&Refunds) -> Result<Vec<Event>, Refusal> {
    move |refunds| refunds.reject(REFUND, cash(), "non justifié".into(), by)
}

fn complete(
    refund: RefundId,
    received: Received,
    standing: Standing,
    provider_ref: Option<&str>,
) -> impl FnOnce(&Refunds) -> Result<Vec<Event>, Refusal> {
    let provider_ref = provider_ref.map(Into::into);
    move |refunds| Ok(vec![refunds.complete(refund, received, standing, provider_ref, AMA)?.into()])
}

fn nothing() -> Vec<Event> {
    vec![]
}

#[test]
fn a_part_or_all_of_what_came_in_may_be_asked_back() {
    for francs in [1, 400, 1_000] {
        let ask = asked(REFUND, Kind::Refund, francs);
        let refunds = given::<Refunds>(nothing()).when(request(ask.clone(), cash(), IN_TIME)).then([ask]);
        assert_eq!(refunds.reserved(), xof(francs));
        let amount = xof(francs);
        let wanted = Refund { kind: Kind::Refund, amount, by: AMA, stage: Stage::Requested };
        assert_eq!(refunds.find(REFUND), Ok(&wanted));
    }
}

#[test]
fn no_more_is_asked_back_than_came_in() {
    let ask = |past: Vec<Event>, francs| {
        given::<Refunds>(past).when(request(asked(LATER, Kind::Refund, francs), cash(), IN_TIME))
    };
    ask(nothing(), 1_001).then_refused(Refusal::MoreThanReceived { left: xof(1_000) });
    ask(nothing(), 0).then_refused(Refusal::ZeroAmount { what: "amount" });
    let left = |francs| Refusal::MoreThanReceived { left: xof(francs) };
    ask(vec![requested(600)], 401).then_refused(left(400));
    ask(vec![requested(600), approved(REFUND)], 401).then_refused(left(400));
    ask(vec![requested(600), approved(REFUND), completed(REFUND, 600, 0)], 401).then_refused(left(400));
    ask(vec![requested(1_000)], 1).then_refused(left(0));
    ask(vec![requested(600)], 400).then([requested_later(400)]);
}

#[test]
fn what_was_rejected_may_be_asked_back_again() {
    let refunds = given::<Refunds>([requested(600), rejected(ESI)])
        .when(request(asked(LATER, Kind::Refund, 1_000), cash(), IN_TIME))
        .then([requested_later(1_000)]);
    assert_eq!(refunds.reserved(), xof(1_000));
}

#[test]
fn a_void_takes_back_all_of_it() {
    let all = asked(REFUND, Kind::Void, 1_000);
    given::<Refunds>(nothing()).when(request(all.clone(), cash(), IN_TIME)).then([all]);
    let ask = |past: Vec<Event>, francs| {
        given::<Refunds>(past).when(request(asked(LATER, Kind::Void, francs), cash(), IN_TIME))
    };
    ask(nothing(), 999).then_refused(Refusal::VoidIsForAll);
    let partly = || vec![requested(400), approved(REFUND), completed(REFUND, 400, 0)];
    ask(partly(), 600).then_refused(Refusal::VoidIsForAll);
    ask(partly(), 1_000).then_refused(Refusal::MoreThanReceived { left: xof(600) });
}

#[test]
fn a_void_is_for_cash_of_an_open_session_before_any_exam_is_begun() {
    let ask = |received: Received, session_open, exam_begun| {
        let ask = Requested { amount: received.amount, ..asked(REFUND, Kind::Void, 0) };
        given::<Refunds>(nothing()).when(request(ask, received, Standing { session_open, exam_begun }))
    };
    ask(by_phone(), true, false).then_refused(Refusal::OnlyRefund { why: "mobile" });
    ask(cash(), true, true).then_refused(Refusal::OnlyRefund { why: "exam" });
    ask(cash(), false, false).then_refused(Refusal::OnlyRefund { why: "session" });
    ask(cash(), false, true).then_refused(Refusal::OnlyRefund { why: "exam" });
}

#[test]
fn a_refund_waits_for_no_session_and_no_exam() {
    for (session_open, exam_begun) in [(false, false), (true, true), (false, true)] {
        let ask = asked(REFUND, Kind::Refund, 1_000);
        let standing = Standing { session_open, exam_begun };
        given::<Refunds>(nothing()).when(request(ask.clone(), cash(), standing)).then([ask]);
    }
}

#[test]
fn a_second_person_agrees() {
    let refunds = given::<Refunds>([requested(400)]).when(approve(ESI)).then([approved(REFUND)]);
    assert_eq!(refunds.find(REFUND).unwrap().stage, Stage::Approved);
}

#[test]
fn who_asked_cannot_agree() {
    let by_kofi = Requested { by: KOFI, ..asked(REFUND, Kind::Refund, 400) };
    given::<Refunds>([by_kofi]).when(approve(KOFI)).then_refused(Refusal::NotYours);
    given::<Refunds>([requested(400)]).when(approve(AMA)).then_refused(Refusal::NotYours);
}

#[test]
fn who_received_the_money_can_neither_agree_nor_bury_what_another_asks() {
    let by_kofi = || [Event::from(Requested { by: KOFI, ..asked(REFUND, Kind::Void, 1_000) })];
    given::<Refunds>(by_kofi()).when(approve(AMA)).then_refused(Refusal::NotYours);
    given::<Refunds>(by_kofi()).when(reject(AMA)).then_refused(Refusal::NotYours);
    given::<Refunds>(by_kofi()).when(approve(ESI)).then([approved(REFUND)]);
}

#[test]
fn a_refund_is_decided_once() {
    given::<Refunds>([requested(400), approved(REFUND)]).when(approve(ESI)).then_nothing();
    given::<Refunds>([requested(400), rejected(ESI)]).when(reject(ESI)).then_nothing();
    given::<Refunds>([requested(400), rejected(ESI)])
        .when(approve(ESI))
        .then_refused(Refusal::AlreadyDecided);
    let done = || [requested(400), approved(REFUND), completed(REFUND, 400, 0)];
    given::<Refunds>(done()).when(approve(ESI)).then_refused(Refusal::AlreadyDecided);
    given::<Refunds>(done()).when(reject(ESI)).then_refused(Refusal::AlreadyDecided);
}

#[test]
fn an_approval_may_be_taken_back_before_the_money_went() {
    let refunds =
        given::<Refunds>([requested(400), approved(REFUND)]).when(reject(ESI)).then([rejected(ESI)]);
    assert_eq!(refunds.reserved(), xof(0));
}

#[test]
fn who_asked_may_ask_no_more() {
    for past in [vec![requested(400)], vec![requested(400), approved(REFUND)]] {
        given::<Refunds>(past).when(reject(AMA)).then([rejected(AMA)]);
    }
}

#[test]
fn what_nobody_asked_for_is_not_decided() {
    let unknown = || Refusal::NotFound { what: "refund", id: REFUND.to_string() };
    given::<Refunds>(nothing()).when(approve(ESI)).then_refused(unknown());
    given::<Refunds>(nothing()).when(reject(ESI)).then_refused(unknown());
    given::<Refunds>(nothing()).when(complete(REFUND, cash(), IN_TIME, None)).then_refused(unknown());
}

#[test]
fn money_goes_once_and_only_after_a_second_person_agreed() {
    let ask = |past: Vec<Event>| given::<Refunds>(past).when(complete(REFUND, cash(), IN_TIME, None));
    ask(vec![requested(400)]).then_refused(Refusal::NotApproved);
    ask(vec![requested(400), rejected(ESI)]).then_refused(Refusal::AlreadyDecided);
    ask(vec![requested(400), approved(REFUND), rejected(ESI)]).then_refused(Refusal::AlreadyDecided);
    let done = ask(vec![requested(400), approved(REFUND)]).then([completed(REFUND, 400, 0)]);
    assert_eq!(done.find(REFUND).unwrap().stage, Stage::Completed);
    ask(vec![requested(400), approved(REFUND), completed(REFUND, 400, 0)])
        .then_refused(Refusal::AlreadyDecided);
}

/// Rule 11: the session may close, or a technician begin, between the approval and the desk.
#[test]
fn a_void_that_came_too_late_gives_nothing_back() {
    let past = || [Event::from(asked(REFUND, Kind::Void, 1_000)), approved(REFUND)];
    let ask = |session_open, exam_begun| {
        let standing = Standing { session_open, exam_begun };
        given::<Refunds>(past()).when(complete(REFUND, cash(), standing, None))
    };
    ask(false, false).then_refused(Refusal::OnlyRefund { why: "session" });
    ask(true, true).then_refused(Refusal::OnlyRefund { why: "exam" });
    ask(true, false).then([completed(REFUND, 1_000, 0)]);
}

#[test]
fn mobile_money_goes_back_with_the_providers_reference_and_cash_without() {
    let past = || [requested(400), approved(REFUND)];
    let standing = Standing { session_open: false, exam_begun: false };
    given::<Refunds>(past())
        .when(complete(REFUND, by_phone(), standing, None))
        .then_refused(Refusal::NoProviderReference);
    given::<Refunds>(past())
        .when(complete(REFUND, cash(), IN_TIME, Some("RB-1")))
        .then_refused(Refusal::CashHasNoReference);
    let provider_ref = Some("RB-1".into());
    given::<Refunds>(past()).when(complete(REFUND, by_phone(), standing, Some("RB-1"))).then([Completed {
        refund: REFUND,
        by: AMA,
        applied: xof(100),
        advance: xof(300),
        provider_ref,
    }]);
}

#[test]
fn an_advance_goes_back_first_and_once() {
    let past = [requested(200), approved(REFUND), completed(REFUND, 0, 200)];
    let ask = |francs, applied, advance| {
        let past = past.iter().cloned().chain([requested_later(francs), approved(LATER)]);
        let provider_ref = Some("RB-2".into());
        let (applied, advance) = (xof(applied), xof(advance));
        let wanted = Completed { refund: LATER, by: AMA, applied, advance, provider_ref };
        let refunds =
            given::<Refunds>(past).when(complete(LATER, by_phone(), IN_TIME, Some("RB-2"))).then([wanted]);
        assert_eq!(refunds.advance, xof(200).plus(advance).unwrap());
    };
    ask(50, 0, 50);
    ask(100, 0, 100);
    ask(101, 1, 100);
    ask(1_100, 1_000, 100);
}
