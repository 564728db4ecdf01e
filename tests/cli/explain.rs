//! `quittance explain`: the events behind a total, added up from the ledger alone.

use crate::{
    books::{Books, quittance},
    lifecycle::{refused, text},
};

#[tokio::test]
async fn a_total_is_told_event_by_event_and_added_up_without_any_read_model() {
    let books = Books::kept().await;
    let today = chrono::Utc::now().date_naive();
    let yesterday = today.pred_opt().unwrap();
    let (from, to) = (yesterday.to_string(), today.to_string());
    let copy = books.copy();
    for file in ["views.db", "views.db-wal", "views.db-shm"] {
        if copy.dir().join(file).exists() {
            std::fs::remove_file(copy.dir().join(file)).unwrap();
        }
    }
    for (total, count, sum) in [
        ("total", 3, 4_500),
        ("method:CASH", 2, 3_000),
        ("provider:TMONEY", 1, 1_500),
        ("provider:FLOOZ", 0, 0),
    ] {
        let output = copy.run(&["explain", "--from", &from, "--to", &to, "--total", total]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let told = text(&output.stdout);
        let (events, last) = told.trim_end().rsplit_once('\n').unwrap_or(("", told.trim_end()));
        assert_eq!(events.lines().filter(|line| line.contains("receipt-issued")).count(), count, "{told}");
        assert!(
            last.starts_with(&format!("{count} événements"))
                && last.contains(&format!("ensemble {sum} FCFA")),
            "{last}"
        );
    }
    let nothing = quittance(books.dir(), &["explain", "--from", "2020-01-01"]);
    assert!(text(&nothing.stdout).contains("ensemble 0 FCFA"), "{nothing:?}");
    refused(&quittance(books.dir(), &["explain", "--from", &to, "--total", "chance"]), 2);
}
