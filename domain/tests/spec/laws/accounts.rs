//! The books: whatever happened, they balance, and each account says what the nouns say of themselves.

use super::{anything, at_every_position, often};
use crate::world::{At, TOTAL, World};
use domain::{
    Event, Money, PaymentId, TillId, deposit,
    entry::{Account, Posting},
    receipt::{self, Method},
    refund::{self, Kind},
    till::{self, Till},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(often())]

    /// Rule 2, at every position of the log.
    #[test]
    fn debits_and_credits_are_one_sum(past in anything()) {
        let mut both = (0, 0);
        for (_, fact) in World::lived(&past).log {
            for entry in Posting::of(&fact).into_iter().flat_map(|posting| posting.entries) {
                both = (both.0 + entry.debit.francs(), both.1 + entry.credit.francs());
            }
            prop_assert_eq!(both.0, both.1, "after {:?}", fact);
        }
    }

    #[test]
    fn each_account_says_what_the_nouns_say(past in anything()) {
        at_every_position(&past, |world| {
            let books = books(world.log.iter().map(|(_, fact)| fact));
            let bill = world.prescription.bill().unwrap();
            let (given, arrived) = deposits(world);
            let wanted = [
                (Account::Patients, bill.due().francs()),
                (Account::Payers, bill.covered().francs()),
                (Account::Services, bill.relieved().francs() - TOTAL),
                (Account::Advances, -owed_back(world)),
                (Account::Tmoney, came_by(world, Method::Tmoney)),
                (Account::Flooz, came_by(world, Method::Flooz)),
                (Account::Drawers, lies(world) - floats(world)),
                (Account::Transit, between(world) + given - arrived),
                (Account::Bank, arrived),
            ];
            let balance = |account| books.get(&account).copied().unwrap_or_default();
            for (account, francs) in wanted {
                prop_assert_eq!(balance(account), francs, "{:?}", account);
            }
            let (counted, expected) = counts(world, None);
            prop_assert_eq!(balance(Account::Missing) + balance(Account::Surplus), expected - counted);
            prop_assert!(balance(Account::Missing) >= 0 && balance(Account::Surplus) <= 0);
            Ok(())
        })?;
    }

    /// Rule 10.
    #[test]
    fn a_void_leaves_every_account_as_if_nothing_had_come(past in anything()) {
        let world = World::lived(&past);
        let facts = |id: PaymentId| world.log.iter().map(|(_, fact)| fact).filter(move |fact| match fact {
            Event::Receipt(receipt::Event::Issued(fact)) => fact.payment == id,
            Event::Refund(refund::Event::Paid(fact)) => fact.payment == id,
            _ => false,
        });
        for (_, fact) in &world.log {
            if let Event::Refund(refund::Event::Paid(paid)) = fact
                && paid.kind == Kind::Void
            {
                prop_assert_eq!(books(facts(paid.payment)), BTreeMap::new());
            }
        }
    }
}

/// The balances that are not nothing: debits less credits.
fn books<'a>(facts: impl Iterator<Item = &'a Event>) -> BTreeMap<Account, i64> {
    let mut books = BTreeMap::new();
    for entry in facts.filter_map(Posting::of).flat_map(|posting| posting.entries) {
        *books.entry(entry.account).or_insert(0) += entry.debit.francs() - entry.credit.francs();
    }
    books.retain(|_, balance| *balance != 0);
    books
}

fn owed_back(world: &World) -> i64 {
    let received = world.payments.iter().filter_map(|(_, payment)| payment.received());
    let went = world.refunds.values().map(|refunds| refunds.advance.francs());
    received.map(|received| received.advance.francs()).sum::<i64>() - went.sum::<i64>()
}

fn came_by(world: &World, method: Method) -> i64 {
    let payments = world.payments.iter().filter(|(_, payment)| payment.method() == Some(method));
    let kept = payments.map(|(id, payment)| {
        let came = payment.received().map_or(Money::ZERO, |received| received.amount);
        let went = world.refunds.get(id).into_iter().flat_map(|refunds| refunds.asked.values());
        let went = went.filter(|refund| refund.stage == refund::Stage::Completed);
        came.francs() - went.map(|refund| refund.amount.francs()).sum::<i64>()
    });
    kept.sum()
}

/// What must lie in the drawers, and in those that were counted what lay there.
fn lies(world: &World) -> i64 {
    let drawers = world.tills.iter().map(|(id, till)| match till {
        Till::Open(drawer) => drawer.expected.francs(),
        Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => counts(world, Some(*id)).0,
    });
    drawers.sum()
}

/// What was counted in one till or in all, and what had to lie there.
fn counts(world: &World, id: Option<TillId>) -> (i64, i64) {
    world.log.iter().fold((0, 0), |sums, (at, fact)| match fact {
        Event::Till(till::Event::Counted(fact)) if id.is_none_or(|id| *at == At::Till(id)) => {
            (sums.0 + fact.counted.francs(), sums.1 + fact.expected.francs())
        }
        _ => sums,
    })
}

fn floats(world: &World) -> i64 {
    let floats = world.log.iter().map(|(_, fact)| match fact {
        Event::Till(till::Event::Opened(fact)) => fact.float.francs(),
        _ => 0,
    });
    floats.sum()
}

/// Between two drawers.
fn between(world: &World) -> i64 {
    let sent = world.tills.values().map(|till| match till {
        Till::Open(drawer) => drawer.sent.values().map(|(_, amount)| amount.francs()).sum(),
        Till::Unknown | Till::Counted { .. } | Till::Closed { .. } => 0,
    });
    sent.sum()
}

/// What was given away for the bank, and what arrived there.
fn deposits(world: &World) -> (i64, i64) {
    world.log.iter().fold((0, 0), |sums, (_, fact)| match fact {
        Event::Deposit(deposit::Event::Made(fact)) => (sums.0 + fact.amount.francs(), sums.1),
        Event::Deposit(deposit::Event::Proven(fact)) => (sums.0, sums.1 + fact.amount.francs()),
        _ => sums,
    })
}
