//! Tills: what must lie in a drawer, what lies between two of them, and who sits where.

use super::{anything, at_every_position, often};
use crate::world::{At, World};
use domain::{
    Event, TillId, UserId,
    till::{self, Till},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
    #![proptest_config(often())]

    /// Rule 17, with signs of its own: float + taken - paid out - sent + received + returned - deposited.
    #[test]
    fn what_must_lie_in_a_drawer_is_what_its_facts_leave_there(past in anything()) {
        at_every_position(&past, |world| {
            for (id, till) in &world.tills {
                let mut lies = 0;
                for fact in facts(world, *id) {
                    lies += moves(fact);
                    prop_assert!(lies >= 0, "{lies} after {fact:?}");
                    if let till::Event::Counted(counted) = fact {
                        prop_assert_eq!(counted.expected.francs(), lies);
                    }
                }
                if let Till::Open(drawer) = till {
                    prop_assert_eq!(drawer.expected.francs(), lies);
                }
            }
            Ok(())
        })?;
    }

    /// What is in all drawers and between them came from outside, and only there it goes.
    #[test]
    fn no_franc_is_lost_on_its_way(past in anything()) {
        at_every_position(&past, |world| {
            let drawers = world.tills.keys().flat_map(|id| facts(world, *id).into_iter().map(moves));
            let between: i64 = world.tills.values().map(on_its_way).sum();
            let outside: i64 = world.log.iter().map(|(_, fact)| from_outside(fact)).sum();
            prop_assert_eq!(drawers.sum::<i64>() + between, outside);
            Ok(())
        })?;
    }

    /// Rule 18.
    #[test]
    fn a_drawer_that_was_counted_is_only_closed_after_that(past in anything()) {
        let world = World::lived(&past);
        for id in world.tills.keys() {
            let facts = facts(&world, *id);
            let mut after = facts.iter().skip_while(|fact| !matches!(fact, till::Event::Counted(_))).skip(1);
            let closed = after.next();
            prop_assert!(closed.is_none_or(|fact| matches!(fact, till::Event::Closed(_))), "{closed:?}");
            prop_assert_eq!(after.next(), None);
        }
    }

    /// A difference is never lost: a count says it, and the end repeats it. Who counted in another's place has
    /// a second person sign whatever he found.
    #[test]
    fn a_till_ends_with_its_count_and_with_a_second_person_where_one_is_needed(past in anything()) {
        let world = World::lived(&past);
        for id in world.tills.keys() {
            let facts = facts(&world, *id);
            let counted = facts.iter().find_map(|fact| match fact {
                till::Event::Counted(fact) => Some(((fact.counted, fact.expected), fact.deputy.is_some())),
                _ => None,
            });
            let closed = facts.iter().find_map(|fact| match fact {
                till::Event::Closed(fact) => Some((fact, (fact.counted, fact.expected))),
                _ => None,
            });
            if let Some((closed, figures)) = closed {
                let (counted, deputy) = counted.unwrap();
                prop_assert_eq!(figures, counted);
                let difference = (figures.0.francs() - figures.1.francs()).abs();
                prop_assert_eq!(closed.signed_by.is_some(), deputy || difference > 500);
            }
        }
    }

    /// Rule 16; so a transfer is always between two persons.
    #[test]
    fn a_desk_and_a_cashier_have_one_open_till(past in anything()) {
        at_every_position(&past, |world| {
            let open = || world.tills.values().filter_map(|till| match till {
                Till::Open(drawer) => Some(drawer),
                Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => None,
            });
            let desks: BTreeSet<&str> = open().map(|drawer| drawer.desk.as_str()).collect();
            let cashiers: BTreeSet<UserId> = open().map(|drawer| drawer.cashier).collect();
            prop_assert_eq!((desks.len(), cashiers.len()), (open().count(), open().count()));
            Ok(())
        })?;
    }

    #[test]
    fn what_was_sent_arrives_or_comes_back_once_and_in_full(past in anything()) {
        let world = World::lived(&past);
        let mut sent = BTreeMap::new();
        for (at, fact) in &world.log {
            match (at, fact) {
                (At::Till(from), Event::Till(till::Event::TransferSent(fact))) => {
                    let before = sent.insert(fact.transfer, (*from, fact.to, fact.amount));
                    prop_assert_eq!(before, None);
                }
                (At::Till(to), Event::Till(till::Event::TransferReceived(fact))) => {
                    prop_assert_eq!(sent.remove(&fact.transfer), Some((fact.from, *to, fact.amount)));
                    prop_assert_ne!(world.tills[to].cashier(), world.tills[&fact.from].cashier());
                }
                (At::Till(from), Event::Till(till::Event::TransferReturned(fact))) => {
                    let was = sent.remove(&fact.transfer).map(|(sender, _, amount)| (sender, amount));
                    prop_assert_eq!(was, Some((*from, fact.amount)));
                }
                _ => {}
            }
        }
        let waits: i64 = sent.values().map(|(_, _, amount)| amount.francs()).sum();
        prop_assert_eq!(world.tills.values().map(on_its_way).sum::<i64>(), waits);
    }
}

fn facts(world: &World, id: TillId) -> Vec<&till::Event> {
    let facts = world.log.iter().filter_map(|(at, fact)| match (at, fact) {
        (At::Till(of), Event::Till(fact)) if *of == id => Some(fact),
        _ => None,
    });
    facts.collect()
}

/// Said once more here, so that a wrong sign in the domain is seen.
fn moves(fact: &till::Event) -> i64 {
    match fact {
        till::Event::Opened(fact) => fact.float.francs(),
        till::Event::CashTaken(fact) => fact.amount.francs(),
        till::Event::CashPaidOut(fact) => -fact.amount.francs(),
        till::Event::TransferSent(fact) => -fact.amount.francs(),
        till::Event::TransferReceived(fact) => fact.amount.francs(),
        till::Event::TransferReturned(fact) => fact.amount.francs(),
        till::Event::Deposited(fact) => -fact.amount.francs(),
        till::Event::Seated(_)
        | till::Event::TransferAccepted(_)
        | till::Event::Counted(_)
        | till::Event::Vacated(_)
        | till::Event::Closed(_) => 0,
    }
}

fn from_outside(fact: &Event) -> i64 {
    match fact {
        Event::Till(
            fact @ (till::Event::Opened(_)
            | till::Event::CashTaken(_)
            | till::Event::CashPaidOut(_)
            | till::Event::Deposited(_)),
        ) => moves(fact),
        _ => 0,
    }
}

fn on_its_way(till: &Till) -> i64 {
    match till {
        Till::Open(drawer) => drawer.sent.values().map(|(_, amount)| amount.francs()).sum(),
        Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => 0,
    }
}
