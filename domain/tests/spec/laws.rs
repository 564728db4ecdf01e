//! What holds for any history: random people, providers and clocks around one prescription.

use crate::{
    every_fact::every_fact,
    world::{Step, TOTAL, World, plain_reports, reports, steps},
};
use domain::{
    Event, PaymentId,
    deposit::Deposit,
    exam::Exam,
    patient::Patient,
    payer::Payer,
    payment::{self, Payment, Source, Stage},
    prescription::{self, Prescription},
    refund::Refunds,
    relief::Relief,
    settlement::{self, Booking, Report, ReportStatus},
    till::{Seat, Till},
    user::User,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(often())]

    #[test]
    fn any_facts_in_any_order_can_be_folded(
        order in proptest::collection::vec((any::<prop::sample::Index>(), 0..=1_000_000_000_000_i64), 0..60),
    ) {
        fold_all(order.iter().map(|(at, francs)| {
            let mut facts = every_fact("text", *francs, 1);
            facts.swap_remove(at.index(facts.len()))
        }));
    }

    #[test]
    fn hearing_any_report_again_changes_nothing(
        past in steps(reports()), attempt in 0..4_usize, report in reports(),
    ) {
        let mut world = World::lived(&past);
        let step = Step::Hear(attempt, report);
        world.take(&step);
        prop_assert_eq!(world.take(&step), Booking::default());
    }

    #[test]
    fn telling_the_whole_story_again_moves_no_money(past in steps(reports())) {
        let mut world = World::lived(&past);
        let heard: Vec<(PaymentId, Report)> = all_heard(&past);
        let before = world.received.len();
        for (id, report) in heard {
            let number = world.attempts.iter().position(|(known, _)| *known == id).unwrap();
            world.take(&Step::Hear(number, report));
        }
        prop_assert_eq!(world.received.len(), before);
    }

    #[test]
    fn a_prescription_never_takes_more_than_its_total(past in steps(reports())) {
        let world = World::lived(&past);
        let applied: i64 = world.log.iter().filter_map(|fact| match fact {
            Event::Prescription(prescription::Event::Paid(paid)) => Some(paid.amount.francs()),
            _ => None,
        }).sum();
        prop_assert!(applied <= TOTAL, "{applied} went to a prescription of {TOTAL}");
        prop_assert_eq!(world.prescription.due().francs(), TOTAL - applied);
    }

    #[test]
    fn all_proven_money_is_received_once(past in steps(plain_reports())) {
        let world = World::lived(&past);
        prop_assert_eq!(world.received_francs(), proven(&all_heard(&past)) + world.cash);
    }

    #[test]
    fn booked_money_is_never_lowered(past in steps(reports())) {
        let mut world = World::begun();
        for step in &past {
            let before = world.clone();
            world.take(step);
            for ((id, then), (_, now)) in before.attempts.iter().zip(&world.attempts) {
                let kept = match then.stage {
                    Stage::Paid => now.stage == Stage::Paid,
                    Stage::Review(true) => now.stage.is_booked(),
                    _ => true,
                };
                prop_assert!(kept, "{id} fell from {:?} to {:?} by {step:?}", then.stage, now.stage);
            }
        }
    }

    #[test]
    fn at_most_one_attempt_is_live(past in steps(reports())) {
        let mut world = World::begun();
        for step in &past {
            world.take(step);
            let waiting = world.waiting();
            prop_assert!(waiting.len() <= 1, "{waiting:?} are live after {step:?}");
            if let (Prescription::Due { live, .. }, [waits]) = (&world.prescription, &waiting[..]) {
                prop_assert_eq!(live.as_ref(), Some(waits));
            }
        }
    }

    #[test]
    fn every_fact_of_a_history_is_read_as_it_was_written(past in steps(reports())) {
        for fact in World::lived(&past).log {
            prop_assert_eq!(Event::decode(fact.name(), &fact.encode()), Ok(fact));
        }
    }

    #[test]
    fn every_kind_of_fact_is_read_as_it_was_written(
        text in any::<String>(), francs in 0..=1_000_000_000_000_i64, id in any::<u128>(),
    ) {
        for fact in every_fact(&text, francs, id) {
            prop_assert_eq!(Event::decode(fact.name(), &fact.encode()), Ok(fact));
        }
    }

    #[test]
    fn money_comes_with_exactly_one_receipt_of_the_same_amount(past in steps(reports())) {
        let mut world = World::begun();
        for step in &past {
            let booking = world.take(step);
            let came: Vec<_> = booking.payment.iter().filter_map(money_of).collect();
            let receipts: Vec<_> = booking.money.iter().collect();
            prop_assert_eq!(came.len(), receipts.len(), "{:?}", booking);
            prop_assert!(came.len() <= 1, "{booking:?}");
            if let ([(reported, applied)], [money]) = (&came[..], &receipts[..]) {
                prop_assert!(*reported > 0, "a receipt of nothing: {booking:?}");
                prop_assert_eq!((money.amount().francs(), money.applied.francs()), (*reported, *applied));
            }
            let applied: i64 = receipts.iter().map(|money| money.applied.francs()).sum();
            prop_assert_eq!(paid_to_the_prescription(&booking), applied);
        }
    }
}

/// A thousand histories for each law; `PROPTEST_CASES` asks for four times as many as it says.
fn often() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases * 4, failure_persistence: None, ..config }
}

#[test]
fn every_fact_has_every_stored_name() {
    let facts = every_fact("text", 1, 1);
    let names: Vec<_> = facts.iter().map(Event::name).collect();
    assert_eq!(names, Event::names(), "every_fact.rs makes one of each stored name, in their order");
}

/// Every noun believes every fact, whether it makes sense or not.
fn fold_all(facts: impl Iterator<Item = Event>) {
    let mut payment = Payment::default();
    let mut due = Prescription::default();
    let (mut till, mut seat) = (Till::default(), Seat::default());
    let (mut exam, mut patient, mut user) = (Exam::default(), Patient::default(), User::default());
    let (mut refunds, mut deposit) = (Refunds::default(), Deposit::default());
    let (mut relief, mut payer) = (Relief::default(), Payer::default());
    for fact in facts {
        match &fact {
            Event::Payment(fact) => payment = payment.evolve(fact),
            Event::Prescription(fact) => due = due.evolve(fact),
            Event::Till(fact) => (till, seat) = (till.evolve(fact), seat.evolve(fact)),
            Event::Exam(fact) => exam = exam.evolve(fact),
            Event::Patient(fact) => patient = patient.evolve(fact),
            Event::User(fact) => user = user.evolve(fact),
            Event::Refund(fact) => refunds = refunds.evolve(fact),
            Event::Deposit(fact) => deposit = deposit.evolve(fact),
            Event::Relief(fact) => relief = relief.evolve(fact),
            Event::Payer(fact) => payer = payer.evolve(fact),
            Event::Receipt(_) | Event::Callback(_) | Event::Projector(_) | Event::Report(_) => {}
        }
    }
}

/// Who heard what, as the steps picked the attempts.
fn all_heard(past: &[Step]) -> Vec<(PaymentId, Report)> {
    let mut world = World::begun();
    let mut heard = vec![];
    for step in past {
        if let (Step::Hear(number, report), attempts @ 1..) = (step, world.attempts.len()) {
            heard.push((world.attempts[number % attempts].0, report.clone()));
        }
        world.take(step);
    }
    heard
}

/// The model: the first figure told with proof, for each attempt and each reference of an operator.
fn proven(heard: &[(PaymentId, Report)]) -> i64 {
    let mut money = BTreeMap::new();
    for (id, report) in heard {
        if report.status == ReportStatus::Success && report.evidence.source != Source::Unsigned {
            let francs = report.amount.unwrap().francs();
            money.entry((*id, report.provider_ref.clone())).or_insert(francs);
        }
    }
    money.values().sum()
}

fn money_of(fact: &payment::Event) -> Option<(i64, i64)> {
    match fact {
        payment::Event::Confirmed(fact) => Some((fact.reported.francs(), fact.applied.francs())),
        payment::Event::Doubled(fact) => Some((fact.reported.francs(), 0)),
        payment::Event::CashTaken(fact) => Some((fact.amount.francs(), fact.amount.francs())),
        _ => None,
    }
}

fn paid_to_the_prescription(booking: &settlement::Booking) -> i64 {
    let paid = booking.prescription.iter().map(|fact| match fact {
        prescription::Event::Paid(paid) => paid.amount.francs(),
        _ => 0,
    });
    paid.sum()
}
