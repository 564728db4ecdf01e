//! Double entry: every fact balances, and each kind of money stands in the accounts written in DOMAIN 3.2.

use crate::{every_fact::every_fact, examples::*, support::Fact};
use chrono::NaiveDate;
use domain::{
    DepositId, Event, Money, ReliefId, TransferId,
    cash::Count,
    deposit,
    entry::{Account, Posting},
    prescription, receipt, refund, till,
};
use proptest::prelude::*;
use uuid::Uuid;

/// `D 5711 1000`, in the order of the posting.
fn lines(event: &Event) -> Vec<String> {
    let posting = Posting::of(event);
    let entries = posting.into_iter().flat_map(|posting| posting.entries);
    let line = |(account, debit, credit): (Account, Money, Money)| match credit.is_zero() {
        true => format!("D {} {}", account.number(), debit.francs()),
        false => format!("C {} {}", account.number(), credit.francs()),
    };
    entries.map(|entry| line((entry.account, entry.debit, entry.credit))).collect()
}

fn of_till(fact: impl Into<till::Event>) -> Vec<String> {
    lines(&fact.into().into())
}

fn issued(method: receipt::Method, applied: i64, advance: i64) -> Event {
    let issued = receipt::Issued {
        payment: FIRST,
        prescription: PRESCRIPTION,
        patient: PATIENT,
        cashier: AMA,
        amount: xof(applied + advance),
        applied: xof(applied),
        advance: xof(advance),
        method,
        till: None,
        parts: vec![],
        day: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
    };
    receipt::Event::from(issued).into()
}

fn counted(counted: i64, expected: i64) -> till::Counted {
    till::Counted { count: Count::default(), counted: xof(counted), expected: xof(expected), deputy: None }
}

#[test]
fn a_bill_is_owed_by_the_patient_for_services_sold() {
    let Fact::Stored(registered) = prescribed(1_000) else { unreachable!("a fact") };
    assert_eq!(lines(&registered), ["D 4111 1000", "C 7061 1000"]);
}

#[test]
fn an_insurer_owes_his_part_instead_of_the_patient_and_a_relief_is_sold_for_less() {
    let covered = prescription::Covered {
        payer: "INAM".into(),
        parts: vec![xof(800)],
        amount: xof(800),
        evidence: sealed(),
    };
    let covered = Event::from(prescription::Event::from(covered));
    assert_eq!(lines(&covered), ["D 4114 800", "C 4111 800"]);
    let (payer, amount, reason) = ("INAM".into(), xof(800), "mauvaise carte".into());
    let withdrawn = prescription::CoverageWithdrawn { payer, amount, reason, by: AMA };
    let swapped = lines(&prescription::Event::from(withdrawn).into());
    assert_eq!(swapped, ["D 4111 800", "C 4114 800"], "the sides swapped");
    let relieved = prescription::Relieved { relief: ReliefId(Uuid::nil()), amount: xof(200) };
    assert_eq!(lines(&prescription::Event::from(relieved).into()), ["D 7061 200", "C 4111 200"]);
}

#[test]
fn money_goes_to_its_drawer_or_wallet_and_what_fits_nothing_is_an_advance() {
    use receipt::Method::{Cash, Flooz, Tmoney};
    assert_eq!(lines(&issued(Cash, 1_000, 0)), ["D 5711 1000", "C 4111 1000"]);
    assert_eq!(lines(&issued(Tmoney, 900, 100)), ["D 5521 1000", "C 4111 900", "C 4191 100"]);
    assert_eq!(lines(&issued(Flooz, 0, 1_000)), ["D 5522 1000", "C 4191 1000"]);
}

#[test]
fn a_refund_swaps_the_sides() {
    let Some(Event::Refund(refund::Event::Paid(any))) =
        every_fact("x", 1, 1).into_iter().find(|fact| matches!(fact, Event::Refund(refund::Event::Paid(_))))
    else {
        unreachable!("every fact has one")
    };
    let paid = refund::Paid {
        amount: xof(500),
        applied: xof(400),
        advance: xof(100),
        method: receipt::Method::Cash,
        ..any
    };
    assert_eq!(lines(&refund::Event::from(paid).into()), ["D 4111 400", "D 4191 100", "C 5711 500"]);
}

#[test]
fn cash_on_its_way_stands_in_585_until_it_arrives() {
    let (transfer, deposit, amount) = (TransferId(Uuid::nil()), DepositId(Uuid::nil()), xof(70));
    assert_eq!(of_till(till::TransferSent { transfer, to: TILL, amount }), ["D 585 70", "C 5711 70"]);
    assert_eq!(of_till(till::TransferReceived { transfer, from: TILL, amount }), ["D 5711 70", "C 585 70"]);
    assert_eq!(of_till(till::Deposited { deposit, amount }), ["D 585 70", "C 5711 70"]);
    for (place, account) in [(deposit::Place::Bank, "521"), (deposit::Place::Treasury, "532")] {
        let proven = deposit::Proven { place, reference: "BV 1".into(), by: KOFI, amount };
        let written = lines(&deposit::Event::from(proven).into());
        assert_eq!(written, [format!("D {account} 70"), "C 585 70".into()]);
    }
}

#[test]
fn a_difference_is_posted_and_none_moves_nothing() {
    assert_eq!(of_till(counted(900, 1_000)), ["D 4711 100", "C 5711 100"]);
    assert_eq!(of_till(counted(1_100, 1_000)), ["D 5711 100", "C 4712 100"]);
    assert_eq!(of_till(counted(1_000, 1_000)), Vec::<String>::new());
}

#[test]
fn every_account_has_one_number_and_they_stand_in_its_order() {
    let numbers = Account::ALL.map(Account::number);
    assert!(numbers.is_sorted(), "{numbers:?}");
}

proptest! {
    #[test]
    fn the_entries_of_every_fact_balance(francs in 0..=1_000_000_000_000_i64) {
        for fact in every_fact("text", francs, 1) {
            let Some(posting) = Posting::of(&fact) else { continue };
            let debit: i64 = posting.entries.iter().map(|entry| entry.debit.francs()).sum();
            let credit: i64 = posting.entries.iter().map(|entry| entry.credit.francs()).sum();
            prop_assert_eq!(debit, credit, "{}", fact.name());
            let one_sided = posting.entries.iter().all(|entry| entry.debit.is_zero() != entry.credit.is_zero());
            prop_assert!(one_sided, "{}", fact.name());
        }
    }
}
