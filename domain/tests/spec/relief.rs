//! An exemption or a discount: one asks, another one grants.

use crate::{examples::*, support::*};
use domain::{
    Refusal, UserId,
    relief::{Event, Granted, Kind, Rejected, Relief, Requested, VoucherIssued, Withdrawn},
};

fn asked() -> Requested {
    let reason = "décision du service social".into();
    Requested { prescription: PRESCRIPTION, kind: Kind::Exemption, amount: xof(600), reason, by: AMA }
}

fn granted() -> Vec<Event> {
    vec![asked().into(), Granted { by: ESI }.into()]
}

fn rejected() -> Vec<Event> {
    vec![asked().into(), Rejected { by: ESI, reason: "revenu connu".into() }.into()]
}

fn grant(by: UserId) -> impl FnOnce(&Relief) -> Result<Vec<Event>, Refusal> {
    move |relief| relief.grant(by)
}

fn reject(by: UserId) -> impl FnOnce(&Relief) -> Result<Vec<Event>, Refusal> {
    move |relief| relief.reject(by, "revenu connu".into())
}

fn nothing() -> Vec<Event> {
    vec![]
}

#[test]
fn a_part_or_all_of_what_is_due_may_be_asked_for() {
    for due in [600, 1_000] {
        let relief =
            given::<Relief>(nothing()).when(|relief| relief.request(asked(), xof(due))).then([asked()]);
        assert_eq!(relief, Relief::Asked(asked()));
    }
}

#[test]
fn no_more_is_asked_for_than_is_due_and_never_nothing() {
    let ask = |francs, due| {
        let ask = Requested { amount: xof(francs), ..asked() };
        given::<Relief>(nothing()).when(move |relief| relief.request(ask, xof(due)))
    };
    ask(601, 600).then_refused(Refusal::MoreThanDue { due: xof(600) });
    ask(1, 0).then_refused(Refusal::MoreThanDue { due: xof(0) });
    ask(0, 600).then_refused(Refusal::ZeroAmount { what: "amount" });
}

#[test]
fn who_asked_may_ask_no_more_until_somebody_decides() {
    let asked = || vec![Event::from(asked())];
    let withdraw = |by| move |relief: &Relief| relief.withdraw(by);
    let relief = given::<Relief>(asked()).when(withdraw(AMA)).then([Withdrawn { by: AMA }]);
    assert_eq!(relief, Relief::Rejected, "nothing comes of it");
    given::<Relief>(asked()).when(withdraw(ESI)).then_refused(Refusal::NotYours);
    let gone = asked().into_iter().chain([Withdrawn { by: AMA }.into()]);
    for past in [granted(), rejected(), gone.collect()] {
        given::<Relief>(past.clone()).when(withdraw(AMA)).then_refused(Refusal::AlreadyDecided);
        given::<Relief>(past).when(grant(ESI)).then_refused(Refusal::AlreadyDecided);
    }
    let unknown = Refusal::NotFound { what: "relief", id: String::new() };
    given::<Relief>(nothing()).when(withdraw(AMA)).then_refused(unknown);
}

#[test]
fn a_relief_is_asked_for_once() {
    for past in [vec![asked().into()], granted(), rejected()] {
        given::<Relief>(past)
            .when(|relief| relief.request(asked(), xof(1_000)))
            .then_refused(Refusal::AlreadyThere { what: "relief" });
    }
}

#[test]
fn another_person_grants_it() {
    let relief = given::<Relief>([asked()]).when(grant(ESI)).then([Granted { by: ESI }]);
    assert_eq!(relief, Relief::Granted);
    given::<Relief>([asked()]).when(grant(AMA)).then_refused(Refusal::NotYours);
}

#[test]
fn another_person_rejects_it() {
    let fact = Rejected { by: ESI, reason: "revenu connu".into() };
    let relief = given::<Relief>([asked()]).when(reject(ESI)).then([fact]);
    assert_eq!(relief, Relief::Rejected);
    given::<Relief>([asked()]).when(reject(AMA)).then_refused(Refusal::NotYours);
}

#[test]
fn a_relief_is_decided_once() {
    for past in [granted(), rejected()] {
        given::<Relief>(past.clone()).when(grant(KOFI)).then_refused(Refusal::AlreadyDecided);
        given::<Relief>(past).when(reject(KOFI)).then_refused(Refusal::AlreadyDecided);
    }
}

#[test]
fn what_nobody_asked_for_is_not_decided() {
    let unknown = || Refusal::NotFound { what: "relief", id: String::new() };
    given::<Relief>(nothing()).when(grant(ESI)).then_refused(unknown());
    given::<Relief>(nothing()).when(reject(ESI)).then_refused(unknown());
}

#[test]
fn a_voucher_lies_in_its_own_series_and_changes_no_relief() {
    let voucher = VoucherIssued {
        relief: RELIEF,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        kind: Kind::Exemption,
        amount: xof(600),
        by: ESI,
        day: day(3, 2),
    };
    assert_eq!(Relief::Asked(asked()).evolve(&voucher.into()), Relief::Asked(asked()));
    assert_eq!((Kind::Exemption.series(), Kind::Discount.series()), ("E", "D"));
    assert_eq!((Kind::Exemption.code(), Kind::Discount.code()), ("EXEMPTION", "DISCOUNT"));
}
