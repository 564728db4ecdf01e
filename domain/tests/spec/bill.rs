//! What a prescription costs and who bears it, line by line: each line comes to its price.

use crate::{examples::*, support::*};
use domain::{
    ExamId, PaymentId,
    prescription::{Bill, Covered, Event, ExamStarted, Paid, Part, Prescription, Refunded, Relieved},
};

/// Two lines, of 400 and of 600 francs, and what came after.
fn bill(later: impl IntoIterator<Item = Event>) -> Bill {
    let after = Prescription::default().evolve(&two_exams());
    later.into_iter().fold(after, |prescription, fact| prescription.evolve(&fact)).bill().unwrap().clone()
}

fn paid(payment: PaymentId, francs: i64) -> Event {
    Paid { payment, amount: xof(francs) }.into()
}

fn back(payment: PaymentId, francs: i64) -> Event {
    Refunded { payment, refund: REFUND, amount: xof(francs) }.into()
}

fn covered(parts: [i64; 2]) -> Event {
    let amount = xof(parts.iter().sum());
    Covered { payer: "INAM".into(), parts: parts.map(xof).into(), amount, evidence: sealed() }.into()
}

fn relieved(francs: i64) -> Event {
    Relieved { relief: RELIEF, amount: xof(francs) }.into()
}

/// What is paid on each line, and what is due on it.
fn lines(bill: &Bill) -> Vec<(i64, i64)> {
    bill.items().iter().map(|item| (item.paid.francs(), item.due().francs())).collect()
}

fn parts(parts: &[(ExamId, i64)]) -> Vec<Part> {
    parts.iter().map(|(exam, francs)| Part { exam: *exam, amount: xof(*francs) }).collect()
}

#[test]
fn at_first_all_of_each_line_is_due() {
    let bill = bill([]);
    assert_eq!(lines(&bill), [(0, 400), (0, 600)]);
    assert_eq!(
        (bill.due(), bill.paid(), bill.covered(), bill.relieved()),
        (xof(1_000), xof(0), xof(0), xof(0))
    );
}

#[test]
fn money_fills_the_lines_from_the_first_to_the_last() {
    assert_eq!(bill([]).parts(xof(300)), parts(&[(EXAM, 300)]));
    assert_eq!(bill([]).parts(xof(700)), parts(&[(EXAM, 400), (XRAY, 300)]));
    assert_eq!(bill([paid(FIRST, 300)]).parts(xof(700)), parts(&[(EXAM, 100), (XRAY, 600)]));
    assert_eq!(lines(&bill([paid(FIRST, 300)])), [(300, 100), (0, 600)]);
    assert_eq!(lines(&bill([paid(FIRST, 300), paid(SECOND, 500)])), [(400, 0), (400, 200)]);
}

#[test]
fn money_passes_by_what_others_bear() {
    let others = bill([covered([100, 600])]);
    assert_eq!(lines(&others), [(0, 300), (0, 0)]);
    assert_eq!(others.parts(xof(300)), parts(&[(EXAM, 300)]));
    let forgiven = bill([covered([100, 150]), relieved(350)]);
    assert_eq!(forgiven.items()[0].relieved, xof(300));
    assert_eq!(forgiven.parts(xof(400)), parts(&[(XRAY, 400)]));
}

#[test]
fn no_more_falls_on_the_lines_than_is_due() {
    assert_eq!(bill([paid(FIRST, 900)]).parts(xof(500)), parts(&[(XRAY, 100)]));
    assert_eq!(bill([paid(FIRST, 1_000)]).parts(xof(500)), []);
}

#[test]
fn money_goes_back_from_the_last_line_that_its_payment_filled() {
    let paid = bill([paid(FIRST, 1_000)]);
    assert_eq!(paid.parts_back(FIRST, xof(700)), parts(&[(XRAY, 600), (EXAM, 100)]));
    let again = bill([self::paid(FIRST, 1_000), back(FIRST, 700)]);
    assert_eq!(lines(&again), [(300, 100), (0, 600)]);
    assert_eq!(again.parts_back(FIRST, xof(300)), parts(&[(EXAM, 300)]));
}

/// Rule 10: by service, too, a void takes away what its receipt had brought, whoever paid after it.
#[test]
fn money_goes_back_from_the_lines_of_its_own_payment() {
    let both = || [paid(FIRST, 600), paid(SECOND, 400)];
    assert_eq!(bill([]).parts(xof(600)), parts(&[(EXAM, 400), (XRAY, 200)]));
    assert_eq!(bill(both()).parts_back(FIRST, xof(600)), parts(&[(XRAY, 200), (EXAM, 400)]));
    let voided = bill(both().into_iter().chain([back(FIRST, 600)]));
    assert_eq!(lines(&voided), [(0, 400), (400, 200)]);
    assert_eq!(voided.parts_back(FIRST, xof(1)), [], "nothing of it is left");
    assert_eq!(voided.parts_back(SECOND, xof(400)), parts(&[(XRAY, 400)]));
}

#[test]
fn what_went_back_is_filled_again_from_the_first_line() {
    let again = bill([paid(FIRST, 1_000), back(FIRST, 1_000), paid(SECOND, 500)]);
    assert_eq!(lines(&again), [(400, 0), (100, 500)]);
}

#[test]
fn lines_are_numbered_from_one() {
    let bill = bill([]);
    assert_eq!(bill.item(0), None);
    assert_eq!(bill.item(1).map(|item| item.exam), Some(EXAM));
    assert_eq!(bill.item(2).map(|item| item.exam), Some(XRAY));
    assert_eq!(bill.item(3), None);
}

#[test]
fn work_has_begun_once_it_has_begun_on_any_line() {
    assert!(!bill([paid(FIRST, 1_000)]).begun());
    let started = ExamStarted { line: 2, exam: XRAY, by: AMA };
    assert!(bill([paid(FIRST, 1_000), started.into()]).begun());
}

#[test]
fn a_prescription_of_one_price_has_one_part() {
    let case = [prescribed(1_000)].iter().fold(Case::default(), Case::after);
    assert_eq!(case.prescription.bill().unwrap().parts(xof(1_000)), parts(&[(EXAM, 1_000)]));
}
