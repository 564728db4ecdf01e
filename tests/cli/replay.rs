//! `quittance replay`: the story of one payment or prescription, as of any position or time.

use crate::{
    books::{Books, quittance},
    lifecycle::{refused, text},
};
use serde_json::Value;

/// The events of a story.
fn story(books: &Books, id: &str, more: &[&str]) -> Vec<Value> {
    let output = quittance(books.dir(), &[&["replay", id, "--json"], more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(story: &[Value]) -> Vec<&str> {
    story.iter().map(|event| event["name"].as_str().unwrap()).collect()
}

fn position(event: &Value) -> u64 {
    event["position"].as_u64().unwrap()
}

#[tokio::test]
async fn a_payment_and_its_prescription_tell_their_story() {
    let books = Books::kept().await;
    let of_payment = story(&books, &books.payments[1], &[]);
    let of_prescription = story(&books, &books.prescriptions[1], &[]);
    for story in [&of_payment, &of_prescription] {
        let names = names(story);
        let receipt = names.iter().position(|name| name.starts_with("receipt-issued"));
        assert!(receipt.is_some_and(|at| at > 0), "{names:?}");
        assert!(story.windows(2).all(|pair| position(&pair[0]) < position(&pair[1])));
    }
    assert!(names(&of_prescription)[0].starts_with("prescription-registered"));
    let output = quittance(books.dir(), &["replay", &books.payments[1]]);
    assert!(text(&output.stdout).contains("-000002"), "people see the receipt's number");
}

#[tokio::test]
async fn a_story_ends_at_a_position_or_a_time() {
    let books = Books::kept().await;
    let whole = story(&books, &books.prescriptions[0], &[]);
    let (second, third) = (&whole[1], &whole[2]);
    let upto = story(&books, &books.prescriptions[0], &["--position", &position(second).to_string()]);
    assert_eq!(upto, whole[..2]);
    let between = position(third) - 1;
    assert_eq!(story(&books, &books.prescriptions[0], &["--position", &between.to_string()]), whole[..2]);
    let at = whole[0]["recordedAt"].as_str().unwrap();
    let upto = story(&books, &books.prescriptions[0], &["--at", at]);
    assert_eq!(upto[..], whole[..upto.len()]);
    assert!(!upto.is_empty() && upto.len() < whole.len());
}

#[tokio::test]
async fn what_is_not_there_has_no_story() {
    let books = Books::kept().await;
    let unknown = uuid::Uuid::now_v7().to_string();
    assert!(refused(&quittance(books.dir(), &["replay", &unknown]), 1).contains(&unknown));
    let early = ["replay", &books.payments[0], "--at", "2020-01-01T00:00:00Z"];
    refused(&quittance(books.dir(), &early), 1);
    // Part of an id is nobody's: it would tell other people's stories.
    let part = &books.payments[0][20..];
    for nothing in ["", "1", part] {
        refused(&quittance(books.dir(), &["replay", nothing]), 1);
    }
    let shouted = books.payments[0].to_uppercase();
    assert_eq!(story(&books, &shouted, &[]), story(&books, &books.payments[0], &[]));
    refused(&quittance(books.dir(), &["replay", &unknown, "--at", "yesterday"]), 2);
}
