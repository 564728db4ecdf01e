//! Exams are prescribed at fixed prices, and paid once.

use crate::{examples::*, support::*};
use domain::{
    Money, PaymentId, Refusal,
    patient::Patient,
    prescription::{Line, Prescription, Registered},
};

fn line(price: Money) -> Line {
    Line { exam: EXAM, price, listed: Some(xof(500)) }
}

fn register(patient: Patient, lines: Vec<Line>) -> Result<Vec<domain::prescription::Event>, Refusal> {
    Prescription::default().register(&patient, PATIENT, lines)
}

#[test]
fn the_total_is_the_sum_of_the_lines() {
    let lines = vec![line(xof(400)), line(xof(600))];
    let fact = Registered { patient: PATIENT, lines: lines.clone(), total: xof(1_000) };
    assert_eq!(register(Patient::Known, lines), Ok(vec![fact.into()]));
}

#[test]
fn only_a_known_patient_is_prescribed_for() {
    let unknown = register(Patient::Unknown, vec![line(xof(1))]);
    assert_eq!(unknown, Err(Refusal::NotFound { what: "patient", id: PATIENT.to_string() }));
    assert_eq!(register(Patient::Erased, vec![line(xof(1))]), Err(Refusal::PatientErased));
}

#[test]
fn a_prescription_is_registered_once() {
    for history in [vec![prescribed(1_000)], paid()] {
        let case = history.iter().fold(Case::default(), Case::after);
        let again = case.prescription.register(&Patient::Known, PATIENT, vec![line(xof(1))]);
        assert_eq!(again, Err(Refusal::AlreadyThere { what: "prescription" }));
    }
}

#[test]
fn a_prescription_has_between_one_and_a_hundred_lines() {
    for lines in [0, 101] {
        let refused = register(Patient::Known, vec![line(xof(1)); lines]);
        assert_eq!(refused, Err(Refusal::LineCount { lines }));
    }
    for lines in [1, 100] {
        assert!(register(Patient::Known, vec![line(xof(1)); lines]).is_ok(), "{lines} lines");
    }
}

#[test]
fn every_line_costs_something_and_the_sum_is_an_amount() {
    let free = register(Patient::Known, vec![line(xof(1)), line(xof(0))]);
    assert_eq!(free, Err(Refusal::ZeroAmount { what: "price" }));
    let much = register(Patient::Known, vec![line(Money::MAX), line(xof(1))]);
    assert_eq!(much, Err(Refusal::AmountTooLarge));
}

#[test]
fn what_is_paid_is_due_no_more() {
    let due = |history: &[Fact]| history.iter().fold(Case::default(), Case::after).prescription.due();
    assert_eq!(due(&[]), xof(0));
    assert_eq!(due(&[prescribed(1_000)]), xof(1_000));
    assert_eq!(due(&[prescribed(1_000), paid_by(FIRST, 400)]), xof(600));
    assert_eq!(due(&[prescribed(1_000), paid_by(FIRST, 400), paid_by(SECOND, 600)]), xof(0));
}

#[test]
fn only_the_live_attempt_can_be_closed() {
    let close = |history: Vec<Fact>, payment: PaymentId| {
        let case = history.iter().fold(Case::default(), Case::after);
        let facts = case.prescription.close(payment);
        facts.into_iter().map(pre).collect::<Vec<_>>()
    };
    assert_eq!(close(registered(), FIRST), [closed()]);
    assert_eq!(close(registered(), SECOND), []);
    assert_eq!(close(abandoned(), FIRST), []);
    assert_eq!(close(paid(), FIRST), []);
    assert_eq!(close(vec![], FIRST), []);
}

#[test]
fn facts_about_another_attempt_leave_the_live_one() {
    let history =
        registered().into_iter().chain([pre(domain::prescription::AttemptClosed { payment: SECOND })]);
    given::<Case>(history)
        .when(|case| domain::settlement::open(&case.prescription, SECOND, None, terms()))
        .then_refused(Refusal::AttemptLive { payment: FIRST });
}
