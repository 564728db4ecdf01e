//! `quittance verify`: what somebody bends who can write every file, and what is said to it.

use crate::{
    books::{Books, Copy, chain_anew},
    desk::Desk,
    lifecycle::{refused, text},
};
use rusqlite::Connection;

/// An event in the middle of the log, with an amount.
const PAYMENT: &str = "till-cash-taken.v1";

#[tokio::test]
async fn a_sound_ledger_is_in_order_and_contains_its_head() {
    let books = Books::kept().await;
    let output = books.copy().against(&books.head);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    for line in ["Registre en ordre", "Écrans égaux", "La tête gardée"] {
        assert!(said.contains(line), "{said}");
    }
}

#[tokio::test]
async fn one_flipped_bit_anywhere_is_named_with_its_position() {
    let books = Books::kept().await;
    for column in ["body", "meta", "chain", "event_id"] {
        let copy = books.copy();
        let at = copy.position(PAYMENT).await;
        flip(&copy.ledger(), column, at);
        names(&copy, at);
    }
}

#[tokio::test]
async fn a_deleted_event_is_named() {
    let books = Books::kept().await;
    let copy = books.copy();
    let at = copy.position(PAYMENT).await;
    copy.ledger().execute("delete from events where position = ?1", [at as i64]).unwrap();
    names(&copy, at);
}

#[tokio::test]
async fn the_first_of_two_swapped_events_is_named() {
    let books = Books::kept().await;
    let copy = books.copy();
    let at = copy.position(PAYMENT).await;
    let swap = format!(
        "update events set position = 1000000 where position = {at};
         update events set position = {at} where position = {at} + 1;
         update events set position = {at} + 1 where position = 1000000;"
    );
    copy.ledger().execute_batch(&swap).unwrap();
    names(&copy, at);
}

#[tokio::test]
async fn of_two_damaged_events_the_first_is_named() {
    let books = Books::kept().await;
    let copy = books.copy();
    let at = copy.position(PAYMENT).await;
    let ledger = copy.ledger();
    flip(&ledger, "body", at + 3);
    flip(&ledger, "body", at);
    drop(ledger);
    names(&copy, at);
}

#[tokio::test]
async fn a_changed_amount_with_a_new_chain_is_caught_by_the_read_models_and_by_a_kept_head() {
    let books = Books::kept().await;
    let copy = books.copy();
    let mut events = copy.events().await;
    let cash = events.iter_mut().find(|event| event.name == PAYMENT).unwrap();
    let (at, old) = (cash.position, text(&cash.body));
    cash.body = old.replace("1500", "1400").into_bytes();
    assert_ne!(text(&cash.body), old, "the amount stands in the body");
    chain_anew(&copy.ledger(), events);
    let said = refused(&copy.run(&["verify"]), 1);
    assert!(said.contains("read model"), "{said}");
    copy.forget_views();
    assert!(copy.run(&["verify"]).status.success(), "without a witness it is another sound ledger");
    let said = refused(&copy.against(&books.head), 1);
    assert!(said.contains("rewritten"), "event {at}: {said}");
}

#[tokio::test]
async fn a_tail_cut_off_in_every_table_is_caught_by_a_kept_head() {
    let books = Books::kept().await;
    let copy = books.copy();
    let mut events = copy.events().await;
    let last = events.len() - 4;
    events.truncate(last);
    let ledger = copy.ledger();
    let cut = format!(
        "delete from events where position > {last};
         delete from commands where last_position > {last};
         delete from streams where id not in (select stream_id from events);"
    );
    ledger.execute_batch(&cut).unwrap();
    chain_anew(&ledger, events);
    drop(ledger);
    copy.forget_views();
    assert!(copy.run(&["verify"]).status.success(), "without a witness it is an older sound ledger");
    let said = refused(&copy.against(&books.head), 1);
    assert!(said.contains(&format!("position {last}")) && said.contains("cut off"), "{said}");
}

#[tokio::test]
async fn a_changed_read_model_is_named_by_its_table() {
    let books = Books::kept().await;
    for (change, table) in [
        ("update receipts set amount = amount + 1 where number = 1", "receipts"),
        ("delete from receipts where number = 2", "receipts"),
        ("update takings set received = received - 500", "takings"),
        ("update tills set expected = expected - 1", "tills"),
        ("insert into users values ('x', 'x', 'x', 'x', 'ADMIN', 1)", "users"),
    ] {
        let copy = books.copy();
        assert!(copy.views().execute(change, []).unwrap() > 0, "{change}");
        let said = refused(&copy.run(&["verify"]), 1);
        assert!(said.contains(&format!("read model {table}:")), "{change}: {said}");
    }
}

#[tokio::test]
async fn a_head_of_another_ledger_or_with_a_changed_digit_is_refused() {
    let (books, other) = (Books::kept().await, Books::kept().await);
    let copy = books.copy();
    let said = refused(&copy.against(&other.head), 1);
    assert!(said.contains("another ledger"), "{said}");
    let size = books.head.lines().nth(1).unwrap();
    let smaller: u64 = size.parse::<u64>().unwrap() - 1;
    let said =
        refused(&copy.against(&books.head.replacen(&format!("\n{size}\n"), &format!("\n{smaller}\n"), 1)), 1);
    assert!(said.contains("signature"), "{said}");
    let said = refused(&copy.against("a text\n"), 1);
    assert!(said.contains("head"), "{said}");
}

#[tokio::test]
async fn verify_head_and_replay_run_beside_a_server_that_goes_on() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    for args in [&["verify"][..], &["verify", "--ledger-only"], &["head"], &["replay", &prescription]] {
        let output = desk.server.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        let next = desk.prescription().await;
        assert_eq!(desk.cashier.cash(&next, 1_500).await.status, 201);
    }
}

#[tokio::test]
async fn a_folder_without_a_ledger_is_no_ledger_in_order() {
    let empty = tempfile::TempDir::new().unwrap();
    for command in ["verify", "head"] {
        refused(&crate::books::quittance(empty.path(), &[command]), 1);
        assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "{command} makes no files");
    }
}

/// Flips one bit in the middle of a column.
fn flip(ledger: &Connection, column: &str, position: u64) {
    let read = format!("select {column} from events where position = ?1");
    let mut bytes: Vec<u8> = ledger.query_row(&read, [position as i64], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let write = format!("update events set {column} = ?1 where position = ?2");
    assert_eq!(ledger.execute(&write, (bytes, position as i64)).unwrap(), 1);
}

/// `verify` fails and says where.
#[track_caller]
fn names(copy: &Copy, position: u64) {
    let said = refused(&copy.run(&["verify"]), 1);
    let place = format!("position {position}");
    let found = said
        .match_indices(&place)
        .any(|(at, _)| !said[at + place.len()..].starts_with(|next: char| next.is_ascii_digit()));
    assert!(found, "{place} in: {said}");
}
