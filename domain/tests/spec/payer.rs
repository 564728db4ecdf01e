//! Who pays for patients: rates are in force for a while, and the insurer's part is rounded down.

use crate::{examples::*, support::*};
use domain::{
    Money, Refusal,
    payer::{Event, Listed, NotARate, Payer, Rate, Rated},
};

fn listed() -> Event {
    Listed { code: "INAM".into(), name: "Institut national d’assurance maladie".into() }.into()
}

fn percent(percents: u8) -> Rate {
    Rate::try_from(percents).unwrap()
}

/// For all exams, from the first of March on.
fn general(percents: u8) -> Rated {
    Rated { exam: None, rate: percent(percents), from: day(3, 1), to: None }
}

fn payer(rates: impl IntoIterator<Item = Rated>) -> Payer {
    let rates = rates.into_iter().map(Event::from);
    [listed()].into_iter().chain(rates).fold(Payer::default(), |payer, fact| payer.evolve(&fact))
}

#[test]
fn a_payer_is_listed_once() {
    let ask = Listed { code: "INAM".into(), name: "Institut national d’assurance maladie".into() };
    let new = given::<Payer>(Vec::<Event>::new()).when(|payer| payer.list(ask.clone())).then([listed()]);
    assert_eq!(new, Payer::Listed { rates: vec![] });
    given::<Payer>([listed()])
        .when(|payer| payer.list(ask.clone()))
        .then_refused(Refusal::AlreadyThere { what: "payer" });
}

#[test]
fn only_who_is_listed_has_rates() {
    given::<Payer>([listed()]).when(|payer| payer.rate(general(80))).then([general(80)]);
    given::<Payer>(Vec::<Event>::new())
        .when(|payer| payer.rate(general(80)))
        .then_refused(Refusal::NotFound { what: "payer", id: String::new() });
}

#[test]
fn a_rate_does_not_end_before_its_first_day() {
    let until = |month, on| Rated { to: Some(day(month, on)), ..general(80) };
    given::<Payer>([listed()]).when(|payer| payer.rate(until(3, 1))).then([until(3, 1)]);
    given::<Payer>([listed()])
        .when(|payer| payer.rate(until(2, 28)))
        .then_refused(Refusal::EndsBeforeItBegins);
}

#[test]
fn a_rate_is_in_force_from_its_first_day_to_its_last() {
    let payer = payer([Rated { to: Some(day(3, 31)), ..general(80) }]);
    assert_eq!(payer.rate_on(EXAM, day(2, 28)), None);
    assert_eq!(payer.rate_on(EXAM, day(3, 1)), Some(percent(80)));
    assert_eq!(payer.rate_on(EXAM, day(3, 31)), Some(percent(80)));
    assert_eq!(payer.rate_on(EXAM, day(4, 1)), None);
}

#[test]
fn a_rate_without_an_end_stays() {
    assert_eq!(payer([general(80)]).rate_on(EXAM, day(12, 31)), Some(percent(80)));
}

#[test]
fn of_two_rates_for_one_day_the_later_given_counts() {
    let corrected = payer([general(80), general(70)]);
    assert_eq!(corrected.rate_on(EXAM, day(3, 1)), Some(percent(70)));
    let for_april = payer([general(80), Rated { from: day(4, 1), to: Some(day(4, 30)), ..general(90) }]);
    let on = |month, on| for_april.rate_on(EXAM, day(month, on)).unwrap().percents();
    assert_eq!([on(3, 31), on(4, 1), on(4, 30), on(5, 1)], [80, 90, 90, 80]);
}

#[test]
fn an_exams_own_rate_goes_before_the_one_for_all() {
    let own = Rated { exam: Some(XRAY), rate: percent(50), from: day(3, 1), to: Some(day(3, 31)) };
    for payer in [payer([general(80), own.clone()]), payer([own, general(80)])] {
        assert_eq!(payer.rate_on(XRAY, day(3, 31)), Some(percent(50)));
        assert_eq!(payer.rate_on(EXAM, day(3, 31)), Some(percent(80)));
        assert_eq!(payer.rate_on(XRAY, day(4, 1)), Some(percent(80)), "its own is over");
    }
}

#[test]
fn an_exam_may_be_left_out_by_a_rate_of_nothing() {
    let payer = payer([general(80), Rated { exam: Some(XRAY), ..general(0) }]);
    assert_eq!(payer.rate_on(XRAY, day(3, 1)), Some(percent(0)));
}

#[test]
fn nobody_unknown_has_a_rate() {
    assert_eq!(Payer::Unknown.rate_on(EXAM, day(3, 1)), None);
}

#[test]
fn a_rate_is_a_whole_number_of_percents() {
    for percents in 0..=100 {
        assert_eq!(Rate::try_from(percents).map(Rate::percents), Ok(percents));
    }
    for percents in [101, 255] {
        assert_eq!(Rate::try_from(percents), Err(NotARate));
    }
    for json in ["101", "-1", "80.5", "\"80\"", "256", "null"] {
        assert!(serde_json::from_str::<Rate>(json).is_err(), "{json}");
    }
    assert_eq!(serde_json::from_str::<Rate>("80").unwrap(), percent(80));
}

#[test]
fn the_insurers_part_is_rounded_down_to_a_whole_franc() {
    assert_eq!(percent(80).of(xof(1_000)), xof(800));
    assert_eq!(percent(80).of(xof(1_001)), xof(800));
    assert_eq!(percent(80).of(xof(1_004)), xof(803));
    assert_eq!(percent(1).of(xof(99)), xof(0));
    assert_eq!(percent(99).of(xof(1)), xof(0));
    assert_eq!(percent(0).of(xof(1_000)), xof(0));
    assert_eq!(percent(100).of(xof(1_001)), xof(1_001));
    assert_eq!(percent(100).of(Money::MAX), Money::MAX);
}
