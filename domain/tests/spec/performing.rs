//! Exams are begun once nothing is due, and ended by the one who began.

use crate::{examples::*, support::*};
use domain::{
    Refusal, UserId,
    prescription::{Event, ExamCompleted, ExamStarted, Paid, Prescription, Refunded, Relieved, Work},
};

fn paid(francs: i64) -> Event {
    Paid { payment: FIRST, amount: xof(francs) }.into()
}

fn refunded(francs: i64) -> Event {
    Refunded { payment: FIRST, refund: REFUND, amount: xof(francs) }.into()
}

fn started(by: UserId) -> Event {
    ExamStarted { line: 2, exam: XRAY, by }.into()
}

fn completed(by: UserId) -> Event {
    ExamCompleted { line: 2, exam: XRAY, price: xof(600), by }.into()
}

fn start(by: UserId) -> impl FnOnce(&Prescription) -> Result<Vec<Event>, Refusal> {
    move |prescription| prescription.start(2, by)
}

fn complete(by: UserId) -> impl FnOnce(&Prescription) -> Result<Vec<Event>, Refusal> {
    move |prescription| prescription.complete(2, by)
}

fn after(later: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [two_exams()].into_iter().chain(later).collect()
}

fn work(prescription: &Prescription) -> [Work; 2] {
    let work = |line| prescription.bill().unwrap().item(line).unwrap().work;
    [work(1), work(2)]
}

#[test]
fn a_technician_begins_with_a_line_of_what_is_paid() {
    let after = given::<Prescription>(after([paid(1_000)])).when(start(ESI)).then([started(ESI)]);
    assert_eq!(work(&after), [Work::Waiting, Work::Started(ESI)]);
}

/// Rule 5: not even the line that a part would pay for.
#[test]
fn nobody_begins_while_a_franc_is_due() {
    let ask = |later: Vec<Event>, line| {
        given::<Prescription>(after(later)).when(move |prescription| prescription.start(line, ESI))
    };
    let due = |francs| Refusal::NotReleased { due: xof(francs) };
    ask(vec![], 1).then_refused(due(1_000));
    ask(vec![paid(400)], 1).then_refused(due(600));
    ask(vec![paid(999)], 1).then_refused(due(1));
    ask(vec![paid(1_000), refunded(1)], 1).then_refused(due(1));
    let relieved = Event::from(Relieved { relief: RELIEF, amount: xof(600) });
    ask(vec![paid(399), relieved.clone()], 2).then_refused(due(1));
    ask(vec![paid(400), relieved], 2).then([started(ESI)]);
}

#[test]
fn beginning_twice_is_an_answer_for_the_one_who_began() {
    given::<Prescription>(after([paid(1_000), started(ESI)])).when(start(ESI)).then_nothing();
    given::<Prescription>(after([paid(1_000), started(ESI)]))
        .when(start(KOFI))
        .then_refused(Refusal::ExamTaken);
    let done = after([paid(1_000), started(ESI), completed(ESI)]);
    given::<Prescription>(done).when(start(ESI)).then_refused(Refusal::ExamDone);
}

#[test]
fn the_one_who_began_ends() {
    let past = || after([paid(1_000), started(ESI)]);
    let done = given::<Prescription>(past()).when(complete(ESI)).then([completed(ESI)]);
    assert_eq!(work(&done), [Work::Waiting, Work::Completed]);
    given::<Prescription>(past()).when(complete(KOFI)).then_refused(Refusal::ExamTaken);
    given::<Prescription>(after([paid(1_000)])).when(complete(ESI)).then_refused(Refusal::ExamNotStarted);
}

#[test]
fn ending_twice_is_an_answer() {
    given::<Prescription>(after([paid(1_000), started(ESI), completed(ESI)]))
        .when(complete(ESI))
        .then_nothing();
}

#[test]
fn what_was_begun_is_ended_though_money_went_back_meanwhile() {
    given::<Prescription>(after([paid(1_000), started(ESI), refunded(1_000)]))
        .when(complete(ESI))
        .then([completed(ESI)]);
}

#[test]
fn there_is_no_other_line_than_those_prescribed() {
    for line in [0, 3, u32::MAX] {
        let unknown = || Refusal::NotFound { what: "line", id: line.to_string() };
        let ask = || given::<Prescription>(after([paid(1_000)]));
        ask().when(|prescription| prescription.start(line, ESI)).then_refused(unknown());
        ask().when(|prescription| prescription.complete(line, ESI)).then_refused(unknown());
    }
}

#[test]
fn nothing_is_begun_of_what_was_never_prescribed() {
    let unknown = || Refusal::NotFound { what: "prescription", id: String::new() };
    given::<Prescription>(Vec::<Event>::new()).when(start(ESI)).then_refused(unknown());
    given::<Prescription>(Vec::<Event>::new()).when(complete(ESI)).then_refused(unknown());
}
