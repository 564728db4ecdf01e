//! The catalogue, and the price in force on a day.

use crate::{examples::xof, support::*};
use chrono::NaiveDate;
use domain::{
    Refusal,
    exam::{Event, Exam, Listed, Priced},
};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn nfs() -> Listed {
    Listed { code: "NFS".into(), name: "Numération".into(), category: "Hématologie".into() }
}

fn price(francs: i64, from: u32) -> Priced {
    Priced { price: xof(francs), from: day(from) }
}

fn listed(prices: &[Priced]) -> Vec<Event> {
    std::iter::once(nfs().into()).chain(prices.iter().cloned().map(Into::into)).collect()
}

#[test]
fn an_exam_is_listed_with_its_first_price() {
    given::<Exam>(Vec::<Event>::new())
        .when(|exam| exam.list(nfs(), price(2_500, 1)))
        .then(listed(&[price(2_500, 1)]));
}

#[test]
fn a_code_is_listed_once() {
    given::<Exam>(listed(&[price(2_500, 1)]))
        .when(|exam| exam.list(nfs(), price(3_000, 1)))
        .then_refused(Refusal::AlreadyThere { what: "exam" });
}

#[test]
fn a_price_of_nothing_is_refused() {
    let refusal = || Refusal::ZeroAmount { what: "price" };
    given::<Exam>(Vec::<Event>::new()).when(|exam| exam.list(nfs(), price(0, 1))).then_refused(refusal());
    given::<Exam>(listed(&[price(1, 1)])).when(|exam| exam.price(price(0, 2))).then_refused(refusal());
}

#[test]
fn an_unknown_exam_has_no_price_to_change() {
    given::<Exam>(Vec::<Event>::new())
        .when(|exam| exam.price(price(1, 1)))
        .then_refused(Refusal::NotFound { what: "exam", id: String::new() });
    assert_eq!(Exam::Unknown.price_on(day(1)), None);
}

#[test]
fn the_price_in_force_is_the_latest_that_has_begun() {
    // Given out of order: the day counts, not the moment of writing.
    let exam = given::<Exam>(listed(&[price(2_500, 5), price(4_000, 20)]))
        .when(|exam| exam.price(price(3_000, 10)))
        .then([price(3_000, 10)]);
    let by_day = [(4, None), (5, Some(2_500)), (9, Some(2_500)), (10, Some(3_000)), (19, Some(3_000))];
    for (on, francs) in by_day.into_iter().chain([(20, Some(4_000)), (31, Some(4_000))]) {
        assert_eq!(exam.price_on(day(on)), francs.map(xof), "on day {on}");
    }
}

#[test]
fn of_two_prices_for_one_day_the_later_counts() {
    let exam = given::<Exam>(listed(&[price(2_500, 5)]))
        .when(|exam| exam.price(price(2_700, 5)))
        .then([price(2_700, 5)]);
    assert_eq!(exam.price_on(day(5)), Some(xof(2_700)));
}
