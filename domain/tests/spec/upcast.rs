//! Shapes that are written no more are read as the facts they are today.

use crate::golden;
use domain::{Event, deposit, receipt, till};

#[test]
fn a_receipt_of_the_first_shape_names_no_session_and_no_exam() {
    let old = Event::decode("receipt-issued.v1", &golden::body("receipt-issued.v1")).unwrap();
    let Event::Receipt(receipt::Event::Issued(issued)) = &old else { panic!("{old:?}") };
    assert_eq!((issued.till, issued.parts.as_slice()), (None, &[][..]));
    let told: serde_json::Value = serde_json::from_slice(&golden::body("receipt-issued.v1")).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&old.encode()).unwrap();
    for (field, value) in told.as_object().unwrap() {
        assert_eq!(kept.get(field), Some(value), "{field} is kept");
    }
    assert_eq!(issued.amount, issued.applied.plus(issued.advance).unwrap());
}

#[test]
fn a_till_of_the_first_shape_was_not_counted_by_pieces() {
    let old = Event::decode("till-opened.v1", &golden::body("till-opened.v1")).unwrap();
    let Event::Till(till::Event::Opened(opened)) = &old else { panic!("{old:?}") };
    assert_eq!(opened.count, None);
    let told: serde_json::Value = serde_json::from_slice(&golden::body("till-opened.v1")).unwrap();
    assert_eq!(told["float"], opened.float.francs());
    assert_eq!(told["desk"], opened.desk.as_str());
    assert_eq!(told["cashier"], opened.cashier.to_string());
}

#[test]
fn a_count_of_the_first_shape_was_the_cashiers_own() {
    let old = Event::decode("till-counted.v1", &golden::body("till-counted.v1")).unwrap();
    let Event::Till(till::Event::Counted(counted)) = &old else { panic!("{old:?}") };
    assert_eq!(counted.deputy, None);
    let told: serde_json::Value = serde_json::from_slice(&golden::body("till-counted.v1")).unwrap();
    assert_eq!(told["counted"], counted.counted.francs());
    assert_eq!(told["expected"], counted.expected.francs());
}

#[test]
fn a_deposit_of_the_first_shape_names_nobody_who_brought_it() {
    let old = Event::decode("deposit-made.v1", &golden::body("deposit-made.v1")).unwrap();
    let Event::Deposit(deposit::Event::Made(made)) = &old else { panic!("{old:?}") };
    assert_eq!((made.carrier.as_deref(), made.amount), (None, made.count.total().unwrap()));
    let told: serde_json::Value = serde_json::from_slice(&golden::body("deposit-made.v1")).unwrap();
    assert_eq!((&told["till"], &told["by"]), (&made.till.to_string().into(), &made.by.to_string().into()));
}

#[test]
fn what_is_read_of_an_old_shape_is_written_under_its_new_name() {
    for (old, new) in [
        ("receipt-issued.v1", "receipt-issued.v2"),
        ("till-opened.v1", "till-opened.v2"),
        ("till-counted.v1", "till-counted.v2"),
        ("deposit-made.v1", "deposit-made.v2"),
    ] {
        assert_eq!(Event::decode(old, &golden::body(old)).unwrap().name(), new);
        assert!(!Event::names().contains(&old), "{old} is written no more");
    }
}
