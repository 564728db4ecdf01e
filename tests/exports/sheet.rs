//! The spreadsheet, read by calamine.

use crate::sample::{amount, at, day, document, payments};
use calamine::{Data, DataType as _, Range, Reader as _, Xlsx};
use quittance::exports::{Cell, Column, Document, Kind, xlsx};
use std::convert::Infallible;
use std::io::Cursor;
use std::ops::ControlFlow;

fn bytes<'r>(document: &Document, rows: impl Iterator<Item = Result<Vec<Cell>, Infallible>> + 'r) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut rows, mut out) = (rows, Vec::new());
    xlsx::write(document, &mut rows, &|_| ControlFlow::Continue(()), directory.path(), &mut out)
        .expect("written");
    let left = std::fs::read_dir(directory.path()).expect("a directory").count();
    assert_eq!(left, 0, "temporary files were left");
    out
}

fn opened(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).expect("a spreadsheet")
}

fn list(bytes: Vec<u8>) -> Range<Data> {
    opened(bytes).worksheet_range("Paiements").expect("the list")
}

fn one_column(kind: Kind, cells: Vec<Cell>) -> Range<Data> {
    let mut document = document(0);
    document.columns = vec![Column::new("Colonne", kind, 20)];
    document.totals = Vec::new();
    list(bytes(&document, cells.into_iter().map(|cell| Ok(vec![cell]))))
}

#[test]
fn amounts_are_numbers_and_the_total_is_their_sum() {
    let mut book = opened(bytes(&document(300), payments(300)));
    let sheet = book.worksheet_range("Paiements").expect("the list");
    let sum: f64 = (1..=300).map(|row| sheet[(row, 3)].get_float().expect("a number")).sum();
    assert_eq!(sheet[(302, 0)].get_string(), Some("TOTAL"));
    assert!(sheet[(301, 0)].is_empty(), "a blank line before TOTAL");
    assert_eq!(sheet[(302, 3)].as_i64(), Some(sum as i64));
    assert_eq!(sum as i64, (1..=300).map(amount).sum::<i64>());
    let formulas = book.worksheet_formula("Paiements").expect("formulas");
    assert_eq!(formulas.get_value((302, 3)).map(String::as_str), Some("SUM(D2:D301)"));
}

#[test]
fn a_total_that_is_no_sum_stays_as_the_report_has_it() {
    let mut document = document(3);
    document.totals[3] = Cell::Money(7);
    let mut book = opened(bytes(&document, payments(3)));
    let sheet = book.worksheet_range("Paiements").expect("the list");
    assert_eq!(sheet[(5, 3)].as_i64(), Some(7));
    assert!(book.worksheet_formula("Paiements").expect("formulas").is_empty());
}

#[test]
fn words_stay_words() {
    let longest = "é".repeat(40_000);
    let words = [
        "=1+1",
        "+22890123456",
        "'@SUM(A1)",
        "000123",
        "_x0041_",
        " deux  espaces ",
        "a\u{0}\u{1F}\u{FFFF}b",
    ];
    let cells =
        words.iter().map(|words| Cell::text(*words)).chain([Cell::text(longest), Cell::text("a\r\n\tb")]);
    let sheet = one_column(Kind::Text, cells.collect());
    for (row, words) in words.iter().enumerate().take(4) {
        assert_eq!(sheet[(row + 1, 0)].get_string(), Some(*words));
    }
    assert_eq!(sheet[(6, 0)].get_string(), Some(" deux  espaces "));
    assert_eq!(sheet[(7, 0)].get_string(), Some("ab"));
    assert_eq!(sheet[(8, 0)].get_string().map(|words| words.chars().count()), Some(32_767));
    assert_eq!(sheet[(9, 0)].get_string(), Some("a b"));
}

#[test]
fn days_and_times_are_dates() {
    let sheet = one_column(Kind::Moment, vec![Cell::Moment(at(3_723)), Cell::Day(day())]);
    assert_eq!(sheet[(1, 0)].as_datetime(), Some(at(3_723)));
    assert_eq!(sheet[(2, 0)].as_date(), Some(day()));
    assert!(sheet[(1, 0)].is_datetime() && sheet[(2, 0)].is_datetime());
}

#[test]
fn what_a_sheet_cannot_hold_exactly_is_written_as_words() {
    let old = chrono::NaiveDate::from_ymd_opt(1850, 1, 2).expect("a day");
    let cells = vec![Cell::Money(999_999_999_999_999), Cell::Money(i64::MAX), Cell::Day(old)];
    let sheet = one_column(Kind::Money, cells);
    assert_eq!(sheet[(1, 0)].as_i64(), Some(999_999_999_999_999));
    let digits: Option<String> = sheet[(2, 0)].get_string().map(|words| words.replace('\u{202F}', ""));
    assert_eq!(digits, Some(i64::MAX.to_string()));
    assert_eq!(sheet[(3, 0)].get_string(), Some("02/01/1850"));
}

#[test]
fn the_first_sheet_tells_what_the_report_is() {
    let mut book = opened(bytes(&document(5), payments(5)));
    assert_eq!(book.sheet_names(), ["Synthèse", "Paiements"]);
    let sheet = book.worksheet_range("Synthèse").expect("the summary");
    let cell = |row, column| &sheet[(row, column)];
    assert_eq!(cell(0, 0).get_string(), Some("CHU Tokoin"));
    assert_eq!(cell(4, 1).as_i64(), Some(5));
    assert_eq!(cell(6, 1).as_i64(), Some(-12_500));
    let words: Vec<&str> = sheet.cells().filter_map(|(_, _, cell)| cell.get_string()).collect();
    assert!(words.contains(&"Position du registre\u{202F}: 48\u{202F}213"));
    assert!(words.contains(&"Établi le 26/11/2026 à 18:06 par compta-02"));
    assert!(words.contains(&"quittance/chu-tokoin"));
}

#[test]
fn a_report_without_a_list_is_one_sheet() {
    let mut document = document(0);
    document.columns = Vec::new();
    document.totals = Vec::new();
    assert_eq!(opened(bytes(&document, std::iter::empty())).sheet_names(), ["Synthèse"]);
}

#[test]
fn a_list_of_nothing_has_headings_and_a_total() {
    let sheet = list(bytes(&document(0), std::iter::empty()));
    assert_eq!(sheet[(0, 3)].get_string(), Some("Montant (FCFA)"));
    assert_eq!((sheet[(2, 0)].get_string(), sheet[(2, 3)].as_i64()), (Some("TOTAL"), Some(0)));
}

#[test]
fn names_of_sheets_are_made_to_fit() {
    for (name, fitted) in [
        ("Paiements [a/b]: *?", "Paiements  a b"),
        ("", "Liste"),
        ("synthèse", "Liste"),
        ("'", "Liste"),
        ("Un nom de feuille bien trop long pour Excel", "Un nom de feuille bien trop lon"),
    ] {
        let mut document = document(1);
        name.clone_into(&mut document.list);
        assert_eq!(opened(bytes(&document, payments(1))).sheet_names()[1], fitted);
    }
}

#[test]
fn rows_beyond_the_end_of_a_sheet_go_on_in_the_next() {
    const COUNT: i64 = 1_048_573 + 2;
    let mut document = document(0);
    document.columns = vec![Column::new("Montant", Kind::Money, 12)];
    document.totals = vec![Cell::Money(COUNT)];
    let mut book = opened(bytes(&document, (0..COUNT).map(|_| Ok(vec![Cell::Money(1)]))));
    assert_eq!(book.sheet_names(), ["Synthèse", "Paiements", "Paiements (2)"]);
    let second = book.worksheet_range("Paiements (2)").expect("the second");
    assert_eq!(second[(0, 0)].get_string(), Some("Montant"));
    assert_eq!(second[(4, 0)].as_i64(), Some(COUNT));
    let formulas = book.worksheet_formula("Paiements (2)").expect("formulas");
    let formula = formulas.get_value((4, 0)).map(String::as_str);
    assert_eq!(formula, Some("SUM('Paiements'!A2:A1048574,A2:A3)"));
}

#[test]
fn the_same_report_makes_the_same_bytes() {
    assert!(bytes(&document(50), payments(50)) == bytes(&document(50), payments(50)));
}
