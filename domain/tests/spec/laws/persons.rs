//! Nobody decides alone (rule 42).

use super::{anything, often};
use crate::world::{At, World};
use domain::{Event, UserId, deposit, payment, refund, relief, till};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(often())]

    #[test]
    fn who_decides_is_neither_who_asked_nor_who_received(past in anything()) {
        let mut asked = BTreeMap::<(At, String), Vec<UserId>>::new();
        for (at, fact) in World::lived(&past).log {
            let Some((what, part)) = part(&fact) else { continue };
            let key = (at.clone(), what);
            match part {
                Part::Asks(by) => _ = asked.insert(key, vec![by]),
                Part::Joins(by) => asked.entry(key).or_default().push(by),
                Part::Decides(by) => {
                    let others = asked.get(&key);
                    prop_assert!(others.is_some_and(|others| !others.contains(&by)), "{at:?} {fact:?} {others:?}");
                }
                Part::Withdraws(by) => {
                    let [asker] = asked[&key][..] else { unreachable!("one asks") };
                    let received = received(&past, &at);
                    prop_assert!(by == asker || received != Some(by), "{at:?} {fact:?}");
                }
            }
        }
    }

    #[test]
    fn who_received_the_money_agrees_to_no_refund_of_it(past in anything()) {
        let world = World::lived(&past);
        for (at, fact) in &world.log {
            if let (At::Refund(_), Event::Refund(refund::Event::Approved(approved))) = (at, fact) {
                prop_assert_ne!(received(&past, at), Some(approved.by));
            }
        }
    }

    /// Four eyes, and in that order: asked, approved and not rejected since, gone once.
    #[test]
    fn money_goes_only_after_two_persons_said_so(past in anything()) {
        let mut stage = BTreeMap::new();
        for (_, fact) in World::lived(&past).log {
            let (refund, before, after) = match &fact {
                Event::Refund(refund::Event::Requested(fact)) => (fact.refund, &[None][..], "requested"),
                Event::Refund(refund::Event::Approved(fact)) => (fact.refund, &[Some("requested")][..], "approved"),
                Event::Refund(refund::Event::Rejected(fact)) => {
                    (fact.refund, &[Some("requested"), Some("approved")][..], "rejected")
                }
                Event::Refund(refund::Event::Completed(fact)) => (fact.refund, &[Some("approved")][..], "completed"),
                Event::Refund(refund::Event::Paid(fact)) => (fact.refund, &[Some("completed")][..], "paid"),
                _ => continue,
            };
            let was = stage.insert(refund, after);
            prop_assert!(before.contains(&was), "{fact:?} after {was:?}");
        }
    }
}

/// What somebody does in a decision of two.
enum Part {
    Asks(UserId),
    /// Does a share of what another one answers for: then neither decides.
    Joins(UserId),
    Decides(UserId),
    /// Or does not agree.
    Withdraws(UserId),
}

/// The decision's name within its stream, and the part that the fact is of it.
fn part(fact: &Event) -> Option<(String, Part)> {
    let one = String::new;
    let part = match fact {
        Event::Refund(refund::Event::Requested(fact)) => (fact.refund.to_string(), Part::Asks(fact.by)),
        Event::Refund(refund::Event::Approved(fact)) => (fact.refund.to_string(), Part::Decides(fact.by)),
        Event::Refund(refund::Event::Rejected(fact)) => (fact.refund.to_string(), Part::Withdraws(fact.by)),
        Event::Relief(relief::Event::Requested(fact)) => (one(), Part::Asks(fact.by)),
        Event::Relief(relief::Event::Granted(fact)) => (one(), Part::Decides(fact.by)),
        Event::Relief(relief::Event::Rejected(fact)) => (one(), Part::Decides(fact.by)),
        Event::Relief(relief::Event::Withdrawn(fact)) => (one(), Part::Withdraws(fact.by)),
        Event::Payment(payment::Event::ResolutionProposed(fact)) => (one(), Part::Asks(fact.by)),
        Event::Payment(payment::Event::Resolved(fact)) => (one(), Part::Decides(fact.by)),
        Event::Deposit(deposit::Event::Made(fact)) => (one(), Part::Asks(fact.by)),
        Event::Deposit(deposit::Event::Proven(fact)) => (one(), Part::Decides(fact.by)),
        Event::Till(till::Event::Opened(fact)) => (one(), Part::Asks(fact.cashier)),
        Event::Till(till::Event::Counted(fact)) => (one(), Part::Joins(fact.deputy.as_ref()?.by)),
        Event::Till(till::Event::Closed(fact)) => (one(), Part::Decides(fact.signed_by?)),
        _ => return None,
    };
    Some(part)
}

/// Who had received the money that a stream of refunds is about.
fn received(past: &[crate::world::Step], at: &At) -> Option<UserId> {
    let At::Refund(payment) = at else { return None };
    let world = World::lived(past);
    let (_, payment) = world.payments.iter().find(|(id, _)| id == payment)?;
    Some(payment.received()?.cashier)
}
