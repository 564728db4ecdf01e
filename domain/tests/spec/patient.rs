//! A patient is registered once and forgotten once.

use crate::{examples::*, support::*};
use domain::{
    Refusal,
    patient::{Erased, Event, Identity, Patient, Registered},
};

fn known() -> Vec<Event> {
    vec![Registered { identity: sealed() }.into()]
}

fn erased() -> Vec<Event> {
    known().into_iter().chain([Erased {}.into()]).collect()
}

#[test]
fn a_patient_is_registered_once() {
    given::<Patient>(Vec::<Event>::new()).when(|patient| patient.register(sealed())).then(known());
    for history in [known(), erased()] {
        given::<Patient>(history)
            .when(|patient| patient.register(sealed()))
            .then_refused(Refusal::AlreadyThere { what: "patient" });
    }
}

#[test]
fn a_patient_is_forgotten_and_told_twice_is_an_answer() {
    let patient = given::<Patient>(known()).when(|patient| patient.erase(PATIENT)).then([Erased {}]);
    assert_eq!(patient, Patient::Erased);
    given::<Patient>(erased()).when(|patient| patient.erase(PATIENT)).then_nothing();
}

#[test]
fn nobody_forgets_who_was_never_known() {
    given::<Patient>(Vec::<Event>::new())
        .when(|patient| patient.erase(PATIENT))
        .then_refused(Refusal::NotFound { what: "patient", id: PATIENT.to_string() });
}

#[test]
fn an_identity_is_never_printed() {
    let identity = Identity {
        first_name: "Akossiwa".into(),
        last_name: "Mensah".into(),
        birth_date: None,
        phone: Some("+22890123456".into()),
    };
    assert_eq!(format!("{identity:?}"), "Identity(••)");
}
