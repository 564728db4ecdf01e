//! Money goes back: what this writes beside the refund itself.

use crate::{examples::*, support::*};
use domain::{
    PaymentId, Refusal, TillId, UserId,
    payment::CashTaken,
    prescription::{ExamStarted, Part, Refunded},
    receipt::Method,
    refund::{Approved, Completed, Kind, Paid, Requested},
    settlement::{GiveBack, GivenBack, give_back},
    till::{self, CashPaidOut, Opened},
};
use uuid::Uuid;

const OTHER: TillId = TillId(Uuid::from_u128(0xD2));

fn opened_by(cashier: UserId, float: i64) -> Fact {
    till(Opened { desk: "Guichet 1".into(), cashier, float: xof(float), count: None })
}

/// Two exams, of 400 and of 600 francs; Ama took all of it in cash, and Esi has agreed to give it back.
fn approved(kind: Kind, francs: i64) -> Vec<Fact> {
    let (amount, reason) = (xof(1_000), "saisie en double".into());
    let cash = CashTaken {
        prescription: PRESCRIPTION,
        cashier: AMA,
        till: TILL,
        amount,
        tendered: amount,
        change: xof(0),
    };
    vec![
        opened_by(AMA, 0),
        pre(two_exams()),
        pay(cash),
        paid_by(FIRST, 1_000),
        till(till::CashTaken { payment: FIRST, amount }),
        back(Requested { refund: REFUND, kind, amount: xof(francs), reason, by: AMA }),
        back(Approved { refund: REFUND, by: ESI }),
    ]
}

fn ask() -> GiveBack {
    GiveBack { payment: FIRST, refund: REFUND, provider_ref: None, day: day(3, 2), by: AMA }
}

fn giving(drawer: Option<TillId>, ask: GiveBack) -> impl FnOnce(&Case) -> Result<GivenBack, Refusal> {
    move |case| {
        let drawer = drawer.map(|id| (id, &case.till));
        give_back(&case.refunds, &case.payment, &case.prescription, drawer, ask)
    }
}

fn slip(kind: Kind, parts: &[(domain::ExamId, i64)]) -> Paid {
    let amount = xof(parts.iter().map(|(_, francs)| francs).sum());
    let part = |(exam, francs): &(domain::ExamId, i64)| Part { exam: *exam, amount: xof(*francs) };
    Paid {
        payment: FIRST,
        refund: REFUND,
        kind,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        cashier: AMA,
        till: Some(TILL),
        amount,
        applied: amount,
        advance: xof(0),
        method: Method::Cash,
        parts: parts.iter().map(part).collect(),
        day: day(3, 2),
    }
}

fn completed(applied: i64, advance: i64, provider_ref: Option<&str>) -> Fact {
    let (applied, advance, provider_ref) = (xof(applied), xof(advance), provider_ref.map(Into::into));
    back(Completed { refund: REFUND, by: AMA, applied, advance, provider_ref })
}

fn due_again(payment: PaymentId, francs: i64) -> Fact {
    pre(Refunded { payment, refund: REFUND, amount: xof(francs) })
}

#[test]
fn a_void_brings_drawer_and_prescription_back_to_where_they_were() {
    let amount = xof(1_000);
    let case = given::<Case>(approved(Kind::Void, 1_000))
        .when(giving(Some(TILL), ask()))
        .then([
            completed(1_000, 0, None),
            due_again(FIRST, 1_000),
            till(CashPaidOut { payment: FIRST, refund: REFUND, amount }),
            back(slip(Kind::Void, &[(XRAY, 600), (EXAM, 400)])),
        ])
        .owes(1_000);
    assert_eq!(case.till.drawer(AMA).unwrap().expected, xof(0));
}

#[test]
fn a_part_goes_back_from_the_last_exam() {
    let amount = xof(700);
    given::<Case>(approved(Kind::Refund, 700))
        .when(giving(Some(TILL), ask()))
        .then([
            completed(700, 0, None),
            due_again(FIRST, 700),
            till(CashPaidOut { payment: FIRST, refund: REFUND, amount }),
            back(slip(Kind::Refund, &[(XRAY, 600), (EXAM, 100)])),
        ])
        .owes(700);
}

/// Rule 10: else one drawer would keep what the other one gave.
#[test]
fn a_void_goes_out_of_the_drawer_that_took_it() {
    let only = || Refusal::OnlyRefund { why: "session" };
    let past = || approved(Kind::Void, 1_000);
    given::<Case>(past()).when(giving(Some(OTHER), ask())).then_refused(only());
    given::<Case>(past()).when(giving(None, ask())).then_refused(only());
    let counted = till::Counted {
        count: domain::cash::Count::default(),
        counted: xof(0),
        expected: xof(1_000),
        deputy: None,
    };
    let over = past().into_iter().chain([till(counted)]);
    given::<Case>(over).when(giving(Some(TILL), ask())).then_refused(only());
}

/// Rule 11: the technician was faster than the desk.
#[test]
fn a_void_is_too_late_once_an_exam_is_begun() {
    let begun = pre(ExamStarted { line: 2, exam: XRAY, by: ESI });
    given::<Case>(approved(Kind::Void, 1_000).into_iter().chain([begun.clone()]))
        .when(giving(Some(TILL), ask()))
        .then_refused(Refusal::OnlyRefund { why: "exam" });
    given::<Case>(approved(Kind::Refund, 1_000).into_iter().chain([begun]))
        .when(giving(Some(TILL), ask()))
        .then([
            completed(1_000, 0, None),
            due_again(FIRST, 1_000),
            till(CashPaidOut { payment: FIRST, refund: REFUND, amount: xof(1_000) }),
            back(slip(Kind::Refund, &[(XRAY, 600), (EXAM, 400)])),
        ]);
}

/// ... and the other way round: what went back is due again, so nobody begins.
#[test]
fn no_exam_begins_once_a_void_gave_the_money_back() {
    let past = approved(Kind::Void, 1_000).into_iter().chain([due_again(FIRST, 1_000)]);
    given::<Case>(past)
        .when(|case| Ok(case.prescription.start(1, ESI)?.into_iter().map(pre).collect::<Vec<_>>()))
        .then_refused(Refusal::NotReleased { due: xof(1_000) });
}

#[test]
fn a_refund_goes_out_of_the_open_drawer_of_the_one_who_gives_it() {
    // Ama's session is over; it is Kofi's drawer that gives.
    let past = || {
        let past = approved(Kind::Refund, 700).into_iter();
        past.filter(|fact| !matches!(fact, Fact::Stored(domain::Event::Till(_))))
            .chain([opened_by(KOFI, 5_000)])
    };
    let by_kofi = || GiveBack { by: KOFI, ..ask() };
    let slip = Paid { cashier: KOFI, till: Some(OTHER), ..slip(Kind::Refund, &[(XRAY, 600), (EXAM, 100)]) };
    let done = Completed { refund: REFUND, by: KOFI, applied: xof(700), advance: xof(0), provider_ref: None };
    let case = given::<Case>(past()).when(giving(Some(OTHER), by_kofi())).then([
        back(done),
        due_again(FIRST, 700),
        till(CashPaidOut { payment: FIRST, refund: REFUND, amount: xof(700) }),
        back(slip),
    ]);
    assert_eq!(case.till.drawer(KOFI).unwrap().expected, xof(4_300));
    given::<Case>(past()).when(giving(Some(OTHER), ask())).then_refused(Refusal::NotYours);
    given::<Case>(past()).when(giving(None, by_kofi())).then_refused(Refusal::NoTillOpen);
}

#[test]
fn a_drawer_gives_no_more_than_it_holds() {
    let past = approved(Kind::Refund, 700).into_iter();
    let past = past
        .filter(|fact| !matches!(fact, Fact::Stored(domain::Event::Till(_))))
        .chain([opened_by(AMA, 699)]);
    given::<Case>(past).when(giving(Some(OTHER), ask())).then_refused(Refusal::DrawerTooSmall);
}

#[test]
fn mobile_money_goes_back_by_the_provider_and_out_of_no_drawer() {
    let proof = success_of(1_300);
    let past = registered().into_iter().chain([
        confirmed(&proof, 1_000, 300),
        paid_by(FIRST, 1_000),
        opened_by(AMA, 5_000),
        back(Requested {
            refund: REFUND,
            kind: Kind::Refund,
            amount: xof(700),
            reason: "annulé".into(),
            by: KOFI,
        }),
        back(Approved { refund: REFUND, by: ESI }),
    ]);
    let slip = Paid {
        till: None,
        amount: xof(700),
        applied: xof(400),
        advance: xof(300),
        method: Method::Tmoney,
        ..slip(Kind::Refund, &[(EXAM, 400)])
    };
    let referenced = GiveBack { provider_ref: Some("RB-1".into()), ..ask() };
    let case = given::<Case>(past)
        .when(giving(Some(TILL), referenced))
        .then([completed(400, 300, Some("RB-1")), due_again(FIRST, 400), back(slip)])
        .owes(400);
    assert_eq!(case.till.drawer(AMA).unwrap().expected, xof(5_000));
}

#[test]
fn an_advance_goes_back_without_touching_the_prescription() {
    let proof = success_of(1_300);
    let past = registered().into_iter().chain([
        confirmed(&proof, 1_000, 300),
        paid_by(FIRST, 1_000),
        back(Requested {
            refund: REFUND,
            kind: Kind::Refund,
            amount: xof(300),
            reason: "trop".into(),
            by: KOFI,
        }),
        back(Approved { refund: REFUND, by: ESI }),
    ]);
    let (amount, advance) = (xof(300), xof(300));
    let slip = Paid {
        till: None,
        amount,
        applied: xof(0),
        advance,
        method: Method::Tmoney,
        ..slip(Kind::Refund, &[])
    };
    let referenced = GiveBack { provider_ref: Some("RB-1".into()), ..ask() };
    given::<Case>(past)
        .when(giving(None, referenced))
        .then([completed(0, 300, Some("RB-1")), back(slip)])
        .owes(0);
}

#[test]
fn nothing_goes_back_of_what_brought_nothing() {
    for past in [vec![], registered(), declined()] {
        given::<Case>(past)
            .when(giving(Some(TILL), ask()))
            .then_refused(Refusal::NotFound { what: "payment", id: FIRST.to_string() });
    }
}
