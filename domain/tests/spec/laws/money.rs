//! Totals, bills, receipts and refunds: one sum, however it is grouped.

use super::{anything, at_every_position, often};
use crate::{
    examples::*,
    world::{At, LINES, TOTAL, World},
};
use domain::{
    Event, ExamId, PaymentId, RefundId, TillId, UserId,
    movement::Movement,
    payer::{self, Payer, Rated},
    prescription::{self, Line, Part, Prescription, Registered},
    receipt::{self, Method},
    refund::{self, Kind},
    till,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(often())]

    /// Rule 6. What the movements say is compared with what payments, drawers and bills say of themselves.
    #[test]
    fn every_total_is_the_same_however_it_is_grouped(past in anything()) {
        at_every_position(&past, |world| {
            let moved = world.movements();
            let total: i64 = moved.iter().map(|movement| movement.amount).sum();
            prop_assert_eq!(sums(moved.iter().map(|m| (m.cashier, m.amount))), by_cashier(world));
            prop_assert_eq!(sums(moved.iter().map(|m| (m.method, m.amount))), by_method(world));
            prop_assert_eq!(sums(moved.iter().map(|m| (m.till, m.amount))), by_session(world));
            prop_assert_eq!(sums(moved.iter().flat_map(exams)), by_exam(world));
            prop_assert_eq!(total, by_cashier(world).values().sum::<i64>());
            prop_assert_eq!(total, by_method(world).values().sum::<i64>());
            prop_assert_eq!(total, by_session(world).values().sum::<i64>());
            prop_assert_eq!(total, by_exam(world).values().sum::<i64>());
            prop_assert_eq!(total, sums(moved.iter().map(|m| (m.day, m.amount))).values().sum::<i64>());
            Ok(())
        })?;
    }

    /// Rule 3, and nothing is due twice, nor less than nothing.
    #[test]
    fn each_line_comes_to_its_price(past in anything()) {
        at_every_position(&past, |world| {
            let bill = world.prescription.bill().unwrap();
            for (item, (_, price)) in bill.items().iter().zip(LINES) {
                let borne = [item.covered, item.relieved, item.paid, item.due()].map(domain::Money::francs);
                prop_assert_eq!(borne.iter().sum::<i64>(), price, "{:?}", item);
            }
            let due = due(world.log.iter().map(|(_, fact)| fact));
            prop_assert!(due >= 0, "{due} is due");
            prop_assert_eq!(bill.due().francs(), due);
            prop_assert_eq!(world.prescription.due().francs(), due);
            Ok(())
        })?;
    }

    #[test]
    fn the_insurers_part_and_the_patients_and_what_is_forgiven_come_to_the_price(
        price in 1..=1_000_000_000_i64, forgiven in 0..=1_000_i64,
    ) {
        for percents in 0..=100 {
            let after = borne(price, percents, forgiven);
            let bill = after.bill().unwrap();
            let [item] = bill.items() else { panic!("one line") };
            prop_assert_eq!(item.covered.francs(), price * i64::from(percents) / 100);
            let [covered, relieved, paid] = [item.covered, item.relieved, item.paid].map(domain::Money::francs);
            prop_assert_eq!(covered + relieved + paid, price, "at {} %", percents);
            prop_assert_eq!(bill.due(), xof(0));
        }
    }

    /// Rule 7.
    #[test]
    fn no_more_of_a_payment_goes_back_than_came_in(past in anything()) {
        at_every_position(&past, |world| {
            for (id, payment) in &world.payments {
                let (applied, advance) = went_back(world, *id);
                let received = payment.received().map_or((0, 0), |received| {
                    (received.amount.francs(), received.advance.francs())
                });
                prop_assert!(applied + advance <= received.0, "{applied} + {advance} of {received:?}");
                prop_assert!(advance <= received.1, "{advance} of an advance of {received:?}");
                prop_assert!(applied <= received.0 - received.1, "{applied} of {received:?}");
                for (exam, francs) in sums(of_payment(world, *id).iter().flat_map(exams)) {
                    prop_assert!(francs >= 0, "{francs} is left on {exam:?}");
                }
            }
            Ok(())
        })?;
    }

    /// However often a part is asked back, agreed to and given, and whatever it is a part of.
    #[test]
    fn parts_of_a_payment_go_back_once(
        applied in 1..=1_000_i64, advance in 0..=1_000_i64, asks in proptest::collection::vec(1..=800_i64, 0..9),
    ) {
        let (amount, owed) = (xof(applied + advance), xof(advance));
        let received = refund::Received { amount, advance: owed, cashier: AMA, till: None };
        let standing = refund::Standing { session_open: false, exam_begun: false };
        let (mut refunds, mut back) = (refund::Refunds::default(), (0, 0));
        for (ask, at) in asks.into_iter().zip(0..) {
            let refund = RefundId(uuid::Uuid::from_u128(at));
            let (kind, reason) = (Kind::Refund, "retour".into());
            let asked = refund::Requested { refund, kind, amount: xof(ask), reason, by: AMA };
            let Ok(asked) = refunds.request(asked, received, standing) else { continue };
            refunds = asked.iter().fold(refunds, refund::Refunds::evolve);
            let approved = refunds.approve(refund, received, ESI).unwrap();
            refunds = approved.iter().fold(refunds, refund::Refunds::evolve);
            let done = refunds.complete(refund, received, standing, Some("RB".into()), AMA).unwrap();
            prop_assert_eq!(done.applied.francs() + done.advance.francs(), ask);
            back = (back.0 + done.applied.francs(), back.1 + done.advance.francs());
            refunds = refunds.evolve(&done.into());
            prop_assert!(back.0 <= applied && back.1 <= advance, "{back:?} of {:?}", (applied, advance));
            prop_assert!(back.0 == 0 || back.1 == advance, "the advance goes first: {back:?}");
        }
    }

    /// Rule 10.
    #[test]
    fn a_void_leaves_nothing_behind(past in anything()) {
        at_every_position(&past, |world| {
            for voided in world.log.iter().filter_map(void) {
                let moved = of_payment(world, voided);
                prop_assert_eq!(sums(moved.iter().map(|m| (m.cashier, m.amount))), BTreeMap::new());
                prop_assert_eq!(sums(moved.iter().map(|m| (m.method, m.amount))), BTreeMap::new());
                prop_assert_eq!(sums(moved.iter().map(|m| (m.till, m.amount))), BTreeMap::new());
                prop_assert_eq!(sums(moved.iter().flat_map(exams)), BTreeMap::new());
            }
            Ok(())
        })?;
    }

    /// Rule 11: in the order of the log, a void's session is open, and no exam is begun.
    #[test]
    fn a_void_comes_in_time(past in anything()) {
        at_every_position(&past, |world| {
            let (mut begun, mut over) = (false, vec![]);
            for (at, fact) in &world.log {
                match fact {
                    Event::Prescription(prescription::Event::ExamStarted(_)) => begun = true,
                    Event::Till(till::Event::Counted(_)) => over.push(at.clone()),
                    Event::Refund(refund::Event::Paid(paid)) if paid.kind == Kind::Void => {
                        prop_assert!(!begun && !over.contains(&At::Till(paid.till.unwrap())), "{paid:?}");
                    }
                    _ => {}
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_parts_of_a_paper_come_to_what_was_applied(past in anything()) {
        for (_, fact) in World::lived(&past).log {
            let (amount, applied, advance, parts) = match fact {
                Event::Receipt(receipt::Event::Issued(fact)) => {
                    (fact.amount, fact.applied, fact.advance, fact.parts)
                }
                Event::Refund(refund::Event::Paid(fact)) => (fact.amount, fact.applied, fact.advance, fact.parts),
                _ => continue,
            };
            prop_assert_eq!(parts.iter().map(|part| part.amount.francs()).sum::<i64>(), applied.francs());
            prop_assert_eq!(applied.plus(advance), Ok(amount));
            prop_assert!(!amount.is_zero() && parts.iter().all(|part: &Part| !part.amount.is_zero()));
        }
    }

    /// Rule 5.
    #[test]
    fn work_begins_only_where_nothing_is_due(past in anything()) {
        let log = World::lived(&past).log;
        for (position, (_, fact)) in log.iter().enumerate() {
            if let Event::Prescription(prescription::Event::ExamStarted(started)) = fact {
                let due = due(log[..position].iter().map(|(_, fact)| fact));
                prop_assert_eq!(due, 0, "line {} is begun", started.line);
            }
        }
    }
}

/// Sums that are nothing are left out, on either side of a comparison.
fn sums<K: Ord>(amounts: impl IntoIterator<Item = (K, i64)>) -> BTreeMap<K, i64> {
    let mut sums = BTreeMap::new();
    for (key, amount) in amounts {
        *sums.entry(key).or_insert(0) += amount;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// What a movement puts on each exam, and on none.
fn exams(movement: &Movement) -> Vec<(Option<ExamId>, i64)> {
    let parts = movement.parts.iter().map(|(exam, amount)| (Some(*exam), *amount));
    parts.chain([(None, movement.of_no_exam())]).collect()
}

fn of_payment(world: &World, id: PaymentId) -> Vec<Movement> {
    world.movements().into_iter().filter(|movement| movement.payment == id).collect()
}

/// What the refunds of a payment say that went back: of what was applied, and of an advance.
fn went_back(world: &World, id: PaymentId) -> (i64, i64) {
    let (mut applied, mut advance) = (0, 0);
    for (at, fact) in &world.log {
        if let (At::Refund(of), Event::Refund(refund::Event::Completed(done))) = (at, fact)
            && *of == id
        {
            applied += done.applied.francs();
            advance += done.advance.francs();
        }
    }
    (applied, advance)
}

/// Who took it, less who gave it.
fn by_cashier(world: &World) -> BTreeMap<UserId, i64> {
    let received = world.payments.iter().filter_map(|(_, payment)| payment.received());
    let came = received.map(|received| (received.cashier, received.amount.francs()));
    let went = world.log.iter().filter_map(|(_, fact)| match fact {
        Event::Refund(refund::Event::Completed(done)) => {
            Some((done.by, -done.applied.francs() - done.advance.francs()))
        }
        _ => None,
    });
    sums(came.chain(went))
}

/// What payments say that came, less what their refunds say that went.
fn by_method(world: &World) -> BTreeMap<Method, i64> {
    sums(world.payments.iter().filter_map(|(id, payment)| {
        let (applied, advance) = went_back(world, *id);
        Some((payment.method()?, payment.received()?.amount.francs() - applied - advance))
    }))
}

/// What drawers say; and all that came by phone, under none.
fn by_session(world: &World) -> BTreeMap<Option<TillId>, i64> {
    let drawers = world.log.iter().filter_map(|(at, fact)| match (at, fact) {
        (At::Till(id), Event::Till(till::Event::CashTaken(taken))) => {
            Some((Some(*id), taken.amount.francs()))
        }
        (At::Till(id), Event::Till(till::Event::CashPaidOut(paid))) => {
            Some((Some(*id), -paid.amount.francs()))
        }
        _ => None,
    });
    let phones = by_method(world).into_iter().filter(|(method, _)| *method != Method::Cash);
    sums(drawers.chain(phones.map(|(_, amount)| (None, amount))))
}

/// What the bill says is paid on each line; and what is owed back, under none.
fn by_exam(world: &World) -> BTreeMap<Option<ExamId>, i64> {
    let lines = world.prescription.bill().unwrap().items().iter();
    let paid = lines.map(|item| (Some(item.exam), item.paid.francs()));
    let advances = world.payments.iter().filter_map(|(id, payment)| {
        Some((None, payment.received()?.advance.francs() - went_back(world, *id).1))
    });
    sums(paid.chain(advances))
}

/// What the facts leave due of the total, without asking any state.
fn due<'a>(facts: impl Iterator<Item = &'a Event>) -> i64 {
    facts.fold(TOTAL, |due, fact| match fact {
        Event::Prescription(prescription::Event::Covered(fact)) => due - fact.amount.francs(),
        Event::Prescription(prescription::Event::CoverageWithdrawn(fact)) => due + fact.amount.francs(),
        Event::Prescription(prescription::Event::Relieved(fact)) => due - fact.amount.francs(),
        Event::Prescription(prescription::Event::Paid(fact)) => due - fact.amount.francs(),
        Event::Prescription(prescription::Event::Refunded(fact)) => due + fact.amount.francs(),
        _ => due,
    })
}

/// The payment that a void took back.
fn void((_, fact): &(At, Event)) -> Option<PaymentId> {
    match fact {
        Event::Refund(refund::Event::Paid(paid)) if paid.kind == Kind::Void => Some(paid.payment),
        _ => None,
    }
}

/// One exam of that price: the insurer bears his part, so many thousandths of the rest are forgiven, and what
/// is left is paid.
fn borne(price: i64, percents: u8, forgiven: i64) -> Prescription {
    let lines = vec![Line { exam: EXAM, price: xof(price), listed: None }];
    let first = prescription::Event::from(Registered { patient: PATIENT, lines, total: xof(price) });
    let rated = Rated { exam: None, rate: percents.try_into().unwrap(), from: day(3, 1), to: None };
    let payer = Payer::Unknown.evolve(&payer::Event::from(rated));
    let mut prescription = Prescription::default().evolve(&first);
    let fold = |prescription: Prescription, facts: Vec<prescription::Event>| {
        facts.iter().fold(prescription, Prescription::evolve)
    };
    let covered = prescription.cover(&payer, "INAM", day(3, 2), sealed()).unwrap_or_default();
    prescription = fold(prescription, covered);
    let amount = xof(prescription.due().francs() * forgiven / 1_000);
    let relieved = prescription.relieve(RELIEF, amount).unwrap_or_default();
    prescription = fold(prescription, relieved);
    let paid = prescription.payable().map(|(_, amount)| prescription::Paid { payment: FIRST, amount }.into());
    fold(prescription, paid.into_iter().collect())
}
