//! The shapes on disk: one file for each stored name, kept for ever, with a body as it is written.

use crate::every_fact::every_fact;
use domain::{Event, event::Unreadable};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};

/// Where the files lie.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The stored body of an example; the file ends with a newline, the body does not.
pub fn body(name: &str) -> Vec<u8> {
    let file = folder().join(format!("{name}.json"));
    let mut body = fs::read(&file).unwrap_or_else(|e| {
        panic!("{}: {e}. A new stored name needs a new file; never edit an old one", file.display())
    });
    assert_eq!(body.pop(), Some(b'\n'), "{name}.json ends with one newline");
    body
}

#[test]
fn every_stored_name_has_a_file_and_every_file_a_name() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace(".json", ""))
        .collect();
    let names: BTreeSet<String> =
        Event::names().into_iter().chain(Event::old_names()).map(Into::into).collect();
    let without_file: Vec<_> = names.difference(&files).collect();
    assert!(without_file.is_empty(), "add tests/golden/<name>.json, never edit one: {without_file:?}");
    let without_name: Vec<_> = files.difference(&names).collect();
    assert!(without_name.is_empty(), "a stored name must stay readable for ever: {without_name:?}");
    let all = Event::names().len() + Event::old_names().len();
    assert_eq!(names.len(), all, "two facts share a stored name");
}

#[test]
fn every_file_is_read_and_written_again_byte_for_byte() {
    for name in Event::names() {
        let body = body(name);
        let fact = Event::decode(name, &body)
            .unwrap_or_else(|e| panic!("{e}. Shapes are added, never edited: give the new one a new name"));
        assert_eq!(fact.name(), name);
        let written = fact.encode();
        assert_eq!(
            String::from_utf8_lossy(&written),
            String::from_utf8_lossy(&body),
            "{name} is written in another shape: add a name and a file, never edit one"
        );
    }
}

#[test]
fn every_old_file_is_read_as_the_fact_it_is_today() {
    for name in Event::old_names() {
        let fact = Event::decode(name, &body(name)).unwrap();
        let today = fact.name();
        assert_eq!(name.split(".v").next(), today.split(".v").next(), "{name} became another fact");
        assert_eq!(Event::decode(today, &fact.encode()), Ok(fact), "{name} is not kept as {today}");
    }
}

#[test]
fn every_file_is_fully_filled() {
    for fact in every_fact("text", 1, 1) {
        let wanted = paths(&serde_json::from_slice(&fact.encode()).unwrap());
        let there = paths(&serde_json::from_slice(&body(fact.name())).unwrap());
        assert_eq!(there, wanted, "{}.json lacks a field, or every_fact.rs does", fact.name());
    }
}

#[test]
fn an_unknown_name_stops_the_reader() {
    for name in ["payment-confirmed.v2", "payment-confirmed", "Payment-Confirmed.v1", ""] {
        assert_eq!(Event::decode(name, b"{}"), Err(Unreadable::UnknownName(name.into())));
    }
}

#[test]
fn another_shape_stops_the_reader() {
    for body in [&b""[..], b"{}", b"[", b"{\"payment\":\"x\",\"amount\":1}", b"\xff"] {
        let read = Event::decode("prescription-paid.v1", body);
        assert!(matches!(read, Err(Unreadable::Shape(..))), "{read:?}");
    }
}

/// All the keys, however deep: `lines.price`.
fn paths(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| {
                let deeper = paths(value).into_iter().map(move |path| format!("{key}.{path}"));
                deeper.chain([key.clone()])
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(paths).collect(),
        Value::Null => BTreeSet::from(["null".into()]),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}
