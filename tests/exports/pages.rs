//! The paper page by page, as poppler reads it.

use crate::{
    reader,
    sample::{at, document, payments, table},
};
use quittance::exports::{Cell, Chart, Column, Document, Kind, pdf};
use std::convert::Infallible;
use std::ops::ControlFlow;

fn bytes<'r>(document: &Document, rows: impl Iterator<Item = Result<Vec<Cell>, Infallible>> + 'r) -> Vec<u8> {
    let mut rows = rows;
    pdf::write(document, &mut rows, &|_| ControlFlow::Continue(())).expect("paper")
}

/// The words of each page, all blanks left out: where a reader puts spaces is its own affair.
fn pages(bytes: &[u8]) -> Vec<String> {
    let text = reader::words(bytes);
    let squeezed = |page: &str| page.chars().filter(|letter| !letter.is_whitespace()).collect();
    // Each page ends with a form feed.
    text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}').map(squeezed).collect()
}

fn page_of(document: &Document) -> String {
    pages(&bytes(document, payments(3))).concat()
}

#[test]
fn the_paper_holds_what_the_report_says() {
    let text = page_of(&document(3));
    for words in [
        "CHUTokoin",
        "Rapportfinancierjournalier",
        "26novembre2026",
        "Montantencaissé49005FCFA",
        "\u{2212}12500FCFA",
        "PAY-20261126-000003",
        "Nºd’ordonnance",
        "TOTAL49005",
        "Lecaissierprincipal",
        "Établile26/11/2026à18:06parcompta-02",
        "Registreàlaposition48213·racinen6vQ0Zt4bq1uYb2v3Zl7cJpXk5mR8sT0aWd9eFgHiJk=",
        "chain7f3d0c1b2a49586776859403a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3",
        "Page1/1",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}

#[test]
fn each_page_has_headings_and_a_number_and_no_row_is_lost() {
    let pages = pages(&bytes(&document(500), payments(500)));
    let all = pages.len();
    assert!(all > 10, "{all} pages");
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page{}/{all}", index + 1)));
        assert!(page.contains("Registreàlaposition48213"));
        if index > 0 {
            assert!(page.contains("CHUTokoin·Rapportfinancierjournalier·26novembre2026"));
        }
        if page.contains("PAY-") {
            assert!(page.contains("Nºdepaiement"), "page {} has no headings", index + 1);
        }
    }
    let text = pages.concat();
    for number in 1..=500 {
        assert_eq!(text.matches(&format!("PAY-20261126-{number:06}")).count(), 1, "payment {number}");
    }
}

#[test]
fn the_same_report_makes_the_same_bytes() {
    assert!(bytes(&document(120), payments(120)) == bytes(&document(120), payments(120)));
}

#[test]
fn letters_that_the_font_lacks_do_not_stop_the_paper() {
    let mut document = document(3);
    document.house = "H\u{0} 汉字 \u{1F600} \u{E000} \u{202E} \u{2011}ɖŋ".to_owned();
    document.made.by = "\u{FEFF}\u{FFFF}العربية".to_owned();
    document.proof.head = vec!["\u{10FFFF}\u{F0000}".to_owned()];
    assert!(page_of(&document).contains("\u{FFFD}\u{FFFD}\u{FFFD}"));
}

#[test]
fn a_figure_is_never_cut() {
    let mut document = document(3);
    document.totals[3] = Cell::Money(i64::MIN);
    document.facts = vec![("Solde".to_owned(), Cell::Money(i64::MAX)); 4];
    let text = page_of(&document);
    assert!(text.contains("\u{2212}9223372036854775808") && text.contains("9223372036854775807FCFA"));
}

#[test]
fn words_without_end_are_cut_and_say_so() {
    let mut document = document(1);
    document.columns = vec![Column::new("Libellé", Kind::Text, 1), Column::new("Heure", Kind::Time, 200)];
    document.totals = Vec::new();
    let row = vec![Cell::text("W".repeat(100_000)), Cell::Moment(at(0))];
    let pages = pages(&bytes(&document, std::iter::once(Ok(row))));
    let text = pages.concat();
    assert!(text.contains("W…"), "an ellipsis");
    assert!(text.matches('W').count() < 10, "three lines at most");
}

#[test]
fn a_small_table_longer_than_a_page_goes_on() {
    let names: Vec<String> = (1..=150).map(|number| format!("Caisse nº {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut document = document(0);
    document.columns = Vec::new();
    document.totals = Vec::new();
    document.summaries = vec![
        table("Par caisse", "Guichet", &names, Chart::Bar),
        table("Par jour", "Jour", &names, Chart::Column),
    ];
    let pages = pages(&bytes(&document, std::iter::empty()));
    assert!(pages.len() > 4);
    assert_eq!(pages.concat().matches("Caissenº150").count(), 2);
    assert!(pages[1].contains("Guichet"), "headings stand again");
}

#[test]
fn nothing_at_all_is_a_page() {
    let mut document = document(0);
    document.facts = Vec::new();
    document.summaries = Vec::new();
    document.columns = Vec::new();
    document.totals = Vec::new();
    document.signatures = Vec::new();
    document.proof.head = Vec::new();
    document.proof.root = String::new();
    document.attachment = None;
    assert_eq!(pages(&bytes(&document, std::iter::empty())).len(), 1);
}
