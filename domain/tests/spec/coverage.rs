//! An insurer takes over his part of a prescription, or a relief does: what is left is the patient's.

use crate::{examples::*, support::*};
use domain::{
    Refusal, ReliefId, UserId,
    payer::{self, Payer, Rated},
    prescription::{
        AttemptOpened, CoverageWithdrawn, Covered, Event, ExamStarted, Paid, Prescription, Refunded, Relieved,
    },
};
use uuid::Uuid;

const OTHER: ReliefId = ReliefId(Uuid::from_u128(0xE2));

/// 80 % of all exams, 50 % of X-rays.
fn inam() -> Payer {
    let listed = payer::Listed { code: "INAM".into(), name: "INAM".into() };
    let rate = |exam, percents: u8| {
        let rate = percents.try_into().unwrap();
        payer::Event::from(Rated { exam, rate, from: day(3, 1), to: None })
    };
    let facts = [listed.into(), rate(None, 80), rate(Some(XRAY), 50)];
    facts.iter().fold(Payer::default(), Payer::evolve)
}

fn covered(parts: [i64; 2]) -> Event {
    let amount = xof(parts.iter().sum());
    Covered { payer: "INAM".into(), parts: parts.map(xof).into(), amount, evidence: sealed() }.into()
}

fn relieved(relief: ReliefId, francs: i64) -> Event {
    Relieved { relief, amount: xof(francs) }.into()
}

fn paid(francs: i64) -> Event {
    Paid { payment: FIRST, amount: xof(francs) }.into()
}

fn refunded(francs: i64) -> Event {
    Refunded { payment: FIRST, refund: REFUND, amount: xof(francs) }.into()
}

fn cover(payer: Payer) -> impl FnOnce(&Prescription) -> Result<Vec<Event>, Refusal> {
    move |prescription| prescription.cover(&payer, "INAM", day(3, 2), sealed())
}

fn relieve(francs: i64) -> impl FnOnce(&Prescription) -> Result<Vec<Event>, Refusal> {
    move |prescription| prescription.relieve(OTHER, xof(francs))
}

fn after(later: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [two_exams()].into_iter().chain(later).collect()
}

#[test]
fn the_insurer_takes_over_his_part_of_each_line() {
    let prescription = given::<Prescription>(after([])).when(cover(inam())).then([covered([320, 300])]);
    assert_eq!(prescription.due(), xof(380));
    let due: Vec<_> = prescription.bill().unwrap().items().iter().map(|item| item.due().francs()).collect();
    assert_eq!(due, [80, 300]);
}

#[test]
fn the_rates_are_those_of_the_day() {
    given::<Prescription>(after([]))
        .when(|prescription| prescription.cover(&inam(), "INAM", day(2, 28), sealed()))
        .then_refused(Refusal::NothingCovered);
}

#[test]
fn an_exam_without_a_rate_is_the_patients() {
    let listed = payer::Listed { code: "INAM".into(), name: "INAM".into() };
    let only = Rated { exam: Some(XRAY), rate: 50.try_into().unwrap(), from: day(3, 1), to: None };
    let facts: [payer::Event; 2] = [listed.into(), only.into()];
    let payer = facts.iter().fold(Payer::default(), Payer::evolve);
    given::<Prescription>(after([])).when(cover(payer)).then([covered([0, 300])]);
}

#[test]
fn only_a_listed_payer_takes_over_anything() {
    given::<Prescription>(after([]))
        .when(cover(Payer::Unknown))
        .then_refused(Refusal::NotFound { what: "payer", id: "INAM".into() });
    given::<Prescription>(Vec::<Event>::new())
        .when(cover(inam()))
        .then_refused(Refusal::NotFound { what: "prescription", id: String::new() });
}

#[test]
fn a_prescription_is_covered_once_and_before_anything_else_came() {
    let ask = |later: Vec<Event>| given::<Prescription>(after(later)).when(cover(inam()));
    ask(vec![covered([320, 300])]).then_refused(Refusal::AlreadyThere { what: "coverage" });
    ask(vec![covered([320, 300]), paid(100)]).then_refused(Refusal::AlreadyThere { what: "coverage" });
    ask(vec![paid(1)]).then_refused(Refusal::TooLateToCover);
    ask(vec![relieved(RELIEF, 1)]).then_refused(Refusal::TooLateToCover);
    ask(vec![paid(1_000)]).then_refused(Refusal::AlreadyPaid);
    ask(vec![AttemptOpened { payment: FIRST }.into()]).then_refused(Refusal::AttemptLive { payment: FIRST });
}

#[test]
fn once_all_money_went_back_an_insurer_may_still_take_over() {
    given::<Prescription>(after([paid(1_000), refunded(1_000)]))
        .when(cover(inam()))
        .then([covered([320, 300])]);
}

fn withdraw(by: UserId) -> impl FnOnce(&Prescription) -> Result<Vec<Event>, Refusal> {
    move |prescription| prescription.withdraw_coverage("mauvaise carte".into(), by)
}

fn withdrawn(amount: i64) -> Event {
    let (payer, reason) = ("INAM".into(), "mauvaise carte".into());
    CoverageWithdrawn { payer, amount: xof(amount), reason, by: AMA }.into()
}

#[test]
fn a_wrong_coverage_is_taken_back_and_another_one_may_take_its_place() {
    let free = given::<Prescription>(after([covered([320, 300])])).when(withdraw(AMA)).then([withdrawn(620)]);
    assert_eq!((free.due(), free.bill().unwrap().payer()), (xof(1_000), None));
    let all =
        given::<Prescription>(after([covered([400, 600])])).when(withdraw(AMA)).then([withdrawn(1_000)]);
    assert_eq!(all.due(), xof(1_000), "also what was borne in full");
    given::<Prescription>(after([covered([400, 600]), withdrawn(1_000)]))
        .when(cover(inam()))
        .then([covered([320, 300])]);
    let none = Refusal::NotFound { what: "coverage", id: String::new() };
    given::<Prescription>(after([covered([320, 300]), withdrawn(620)]))
        .when(withdraw(AMA))
        .then_refused(none);
}

#[test]
fn once_money_came_or_an_exam_began_a_coverage_stays() {
    let ask = |later: Vec<Event>| {
        given::<Prescription>(after([covered([320, 300])]).into_iter().chain(later)).when(withdraw(AMA))
    };
    ask(vec![paid(1)]).then_refused(Refusal::TooLateToWithdraw { why: "paid" });
    ask(vec![paid(1), refunded(1)]).then([withdrawn(620)]);
    ask(vec![AttemptOpened { payment: FIRST }.into()]).then_refused(Refusal::AttemptLive { payment: FIRST });
    let begun = Event::from(ExamStarted { line: 1, exam: EXAM, by: ESI });
    ask(vec![paid(380), begun.clone(), refunded(380)])
        .then_refused(Refusal::TooLateToWithdraw { why: "exam" });
    let nowhere = Refusal::NotFound { what: "prescription", id: String::new() };
    given::<Prescription>(Vec::<Event>::new()).when(withdraw(AMA)).then_refused(nowhere);
}

#[test]
fn what_is_covered_in_full_is_released_without_a_franc() {
    let prescription =
        after([covered([400, 600])]).iter().fold(Prescription::default(), Prescription::evolve);
    assert_eq!(prescription.payable(), Err(Refusal::AlreadyPaid));
    let started = ExamStarted { line: 1, exam: EXAM, by: ESI };
    given::<Prescription>(after([covered([400, 600])]))
        .when(|prescription| prescription.start(1, ESI))
        .then([started]);
}

#[test]
fn no_more_is_paid_than_the_patients_part() {
    given::<Case>([pre(two_exams()), pre(covered([320, 300]))])
        .when(|case| domain::settlement::open(&case.prescription, FIRST, Some(xof(381)), terms()))
        .then_refused(Refusal::MoreThanDue { due: xof(380) });
}

/// A late success of the whole price: the patient's part is paid, and the insurer's is the patient's again.
#[test]
fn money_beyond_the_patients_part_is_an_advance() {
    let abandoned = abandoned_over(registered());
    let part =
        pre(Covered { payer: "INAM".into(), parts: vec![xof(800)], amount: xof(800), evidence: sealed() });
    let proof = success_of(1_000);
    given::<Case>(abandoned.into_iter().chain([part]))
        .when(hear(proof.clone()))
        .then([confirmed(&proof, 200, 800), paid_by(FIRST, 200), receipt(200, 800)])
        .owes(0);
}

#[test]
fn a_part_or_all_of_what_is_due_is_forgiven() {
    for francs in [1, 500, 1_000] {
        let prescription =
            given::<Prescription>(after([])).when(relieve(francs)).then([relieved(OTHER, francs)]);
        assert_eq!(prescription.due().francs(), 1_000 - francs);
    }
}

#[test]
fn no_more_is_forgiven_than_is_due() {
    let ask = |later: Vec<Event>, francs| given::<Prescription>(after(later)).when(relieve(francs));
    let more = |due| Refusal::MoreThanDue { due: xof(due) };
    ask(vec![], 1_001).then_refused(more(1_000));
    ask(vec![covered([320, 300])], 381).then_refused(more(380));
    ask(vec![covered([320, 300]), paid(80)], 301).then_refused(more(300));
    ask(vec![relieved(RELIEF, 600)], 401).then_refused(more(400));
    ask(vec![relieved(RELIEF, 1_000)], 1).then_refused(Refusal::AlreadyPaid);
    ask(vec![], 0).then_refused(Refusal::ZeroAmount { what: "amount" });
    ask(vec![AttemptOpened { payment: FIRST }.into()], 1)
        .then_refused(Refusal::AttemptLive { payment: FIRST });
    ask(vec![relieved(RELIEF, 600), paid(400), refunded(300)], 300).then([relieved(OTHER, 300)]);
}
