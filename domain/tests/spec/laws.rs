//! What holds for any history: random people, providers and clocks around one prescription.
//!
//! `money` has the laws of totals, bills and refunds, `accounts` those of the books, `drawers` those of tills,
//! `persons` who may decide what.

mod accounts;
mod drawers;
mod money;
mod persons;

use crate::{
    every_fact::every_fact,
    world::{At, Step, World, Writes, days, plain_reports, reports, steps},
};
use domain::{
    Event, PaymentId,
    deposit::Deposit,
    exam::Exam,
    patient::Patient,
    payer::Payer,
    payment::{self, Payment, Source, Stage},
    prescription::{self, Prescription},
    receipt,
    refund::{self, Refunds},
    relief::Relief,
    settlement::{Report, ReportStatus},
    till::{Seat, Till},
    user::User,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
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
        past in anything(), attempt in 0..4_usize, report in reports(),
    ) {
        let mut world = World::lived(&past);
        let step = Step::Hear(attempt, report);
        world.take(&step);
        prop_assert_eq!(world.take(&step), vec![]);
    }

    #[test]
    fn telling_the_whole_story_again_moves_no_money(past in anything()) {
        let mut world = World::lived(&past);
        let heard: Vec<(PaymentId, Report)> = all_heard(&past);
        let before = world.receipts().len();
        for (id, report) in heard {
            let number = world.attempts().iter().position(|(known, _)| *known == id).unwrap();
            world.take(&Step::Hear(number, report));
        }
        prop_assert_eq!(world.receipts().len(), before);
    }

    #[test]
    fn all_proven_money_is_received_once(past in prop_oneof![steps(plain_reports()), days(plain_reports())]) {
        let world = World::lived(&past);
        let by_phone = world.receipts().into_iter().filter(|issued| issued.till.is_none());
        let received: i64 = by_phone.map(|issued| issued.amount.francs()).sum();
        prop_assert_eq!(received, proven(&all_heard(&past)));
    }

    #[test]
    fn booked_money_is_never_lowered(past in anything()) {
        let mut world = World::begun();
        for step in &past {
            let before = world.clone();
            world.take(step);
            for ((id, then), (_, now)) in before.attempts().iter().zip(&world.attempts()) {
                let kept = match then.stage {
                    Stage::Paid => now.stage == Stage::Paid,
                    Stage::Review(true) => now.stage.is_booked(),
                    _ => true,
                };
                prop_assert!(kept, "{id} fell from {:?} to {:?} by {step:?}", then.stage, now.stage);
            }
        }
    }

    /// Rule 35, also where money of another attempt overtook it and went back again.
    #[test]
    fn at_most_one_attempt_is_live(past in anything()) {
        let mut world = World::begun();
        for step in &past {
            world.take(step);
            let waiting = world.waiting();
            prop_assert!(waiting.len() <= 1, "{waiting:?} are live after {step:?}");
            let live = match &world.prescription {
                Prescription::Unknown => None,
                Prescription::Due { live, .. } | Prescription::Settled { live, .. } => *live,
            };
            if let [waits] = waiting[..] {
                prop_assert_eq!(live, Some(waits), "after {:?}", step);
            }
        }
    }

    #[test]
    fn every_fact_of_a_history_is_read_as_it_was_written(past in anything()) {
        for (_, fact) in World::lived(&past).log {
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
    fn money_comes_with_exactly_one_receipt_of_the_same_amount(past in anything()) {
        let mut world = World::begun();
        for step in &past {
            let written = world.take(step);
            let came: Vec<_> = written.iter().filter_map(|(_, fact)| money_of(fact)).collect();
            let receipts: Vec<_> = written.iter().filter_map(|(_, fact)| receipt_of(fact)).collect();
            prop_assert_eq!(came.len(), receipts.len(), "{:?}", written);
            prop_assert!(came.len() <= 1, "{written:?}");
            if let ([(reported, applied)], [issued]) = (&came[..], &receipts[..]) {
                prop_assert!(*reported > 0, "a receipt of nothing: {written:?}");
                prop_assert_eq!((issued.amount.francs(), issued.applied.francs()), (*reported, *applied));
            }
            let applied: i64 = receipts.iter().map(|issued| issued.applied.francs()).sum();
            prop_assert_eq!(paid_to_the_prescription(&written), applied);
        }
    }
}

/// Histories of mobile money alone, and those of whole days at the desks.
fn anything() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![steps(reports()), days(reports())]
}

/// Holds at the beginning and after every step that wrote something.
fn at_every_position(
    past: &[Step],
    holds: impl Fn(&World) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut world = World::begun();
    holds(&world)?;
    for step in past {
        if !world.take(step).is_empty() {
            holds(&world)?;
        }
    }
    Ok(())
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
        if let (Step::Hear(number, report), attempts @ 1..) = (step, world.attempts().len()) {
            heard.push((world.attempts()[number % attempts].0, report.clone()));
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

fn money_of(fact: &Event) -> Option<(i64, i64)> {
    match fact {
        Event::Payment(payment::Event::Confirmed(fact)) => {
            Some((fact.reported.francs(), fact.applied.francs()))
        }
        Event::Payment(payment::Event::Doubled(fact)) => Some((fact.reported.francs(), 0)),
        Event::Payment(payment::Event::CashTaken(fact)) => Some((fact.amount.francs(), fact.amount.francs())),
        _ => None,
    }
}

fn receipt_of(fact: &Event) -> Option<&receipt::Issued> {
    match fact {
        Event::Receipt(receipt::Event::Issued(issued)) => Some(issued),
        _ => None,
    }
}

fn paid_to_the_prescription(written: &Writes) -> i64 {
    let paid = written.iter().map(|(_, fact)| match fact {
        Event::Prescription(prescription::Event::Paid(paid)) => paid.amount.francs(),
        _ => 0,
    });
    paid.sum()
}

/// A law about what never happens would hold for nothing: all of it does happen.
#[test]
fn histories_reach_every_fact_of_a_desk() {
    let mut runner = TestRunner::deterministic();
    let mut times = BTreeMap::<String, u32>::new();
    for _ in 0..1_000 {
        let past = days(reports()).new_tree(&mut runner).unwrap().current();
        for (at, fact) in World::lived(&past).log {
            let what = match (&at, &fact) {
                (_, Event::Refund(refund::Event::Paid(paid))) => {
                    format!("{} of {:?}", paid.kind.code(), paid.method)
                }
                (At::Series, Event::Receipt(receipt::Event::Issued(issued))) if !issued.advance.is_zero() => {
                    "an advance".into()
                }
                _ => fact.name().into(),
            };
            *times.entry(what).or_default() += 1;
        }
    }
    let nouns = ["prescription-", "refund-", "till-", "deposit-", "relief-", "payer-"];
    let facts = Event::names().into_iter().filter(|name| nouns.iter().any(|noun| name.starts_with(noun)));
    let others = ["VOID of Cash", "REFUND of Cash", "REFUND of Tmoney", "REFUND of Flooz", "an advance"];
    for what in facts.filter(|name| *name != "refund-paid.v1").chain(others) {
        let reached = times.get(what).copied().unwrap_or_default();
        assert!(reached >= 10, "{what} {reached} times: {times:#?}");
    }
}
