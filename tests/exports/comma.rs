//! The CSV, read byte by byte.

use crate::sample::{document, payments, table};
use quittance::exports::{Cell, Chart, Column, Document, Kind, csv, text};
use std::convert::Infallible;
use std::ops::ControlFlow;

fn written(document: &Document, rows: Vec<Vec<Cell>>) -> String {
    let mut out = Vec::new();
    let mut rows = rows.into_iter().map(Ok::<_, Infallible>);
    csv::write(document, &mut rows, &|_| ControlFlow::Continue(()), &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn of_words(words: &str) -> String {
    let mut document = document(0);
    document.columns = vec![Column::new("Libellé", Kind::Text, 20), Column::new("Montant", Kind::Money, 10)];
    document.totals = Vec::new();
    let file = written(&document, vec![vec![Cell::text(words), Cell::Money(-1_250)]]);
    let line = file.strip_prefix("\u{FEFF}Libellé;Montant\r\n").expect("mark and headings");
    line.strip_suffix(";-1250\r\n").expect("a plain integer and CRLF").to_owned()
}

#[test]
fn a_list_has_headings_rows_and_its_total() {
    let file = written(&document(2), payments(2).map(|row| row.expect("no failure")).collect());
    let lines: Vec<&str> = file.strip_prefix('\u{FEFF}').expect("the mark").split("\r\n").collect();
    assert_eq!(
        lines,
        [
            "Nº de paiement;Nº d’ordonnance;Patient;Montant (FCFA);Moyen;Caisse;Heure",
            "PAY-20261126-000001;ORD-20261126-000003;Patient nº 1;8415;T-Money;Caisse 2;2026-11-26T07:00:03",
            "PAY-20261126-000002;ORD-20261126-000006;Patient nº 2;16335;Flooz;Caisse 3;2026-11-26T07:00:06",
            "TOTAL;;;24750;;;",
            "",
        ]
    );
}

#[test]
fn what_looks_like_a_formula_is_words() {
    for sign in ["=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"] {
        for before in
            ["", " ", "   ", "\t", "\r", "\n", "\u{A0}", "\u{202F}", "\u{200B}", "\u{FEFF}", "\u{0}"]
        {
            let words = of_words(&format!("{before}{sign}HYPERLINK(A1)"));
            assert!(words.trim_matches('"').starts_with('\''), "{before:?}{sign} gives {words:?}");
        }
    }
    assert_eq!(of_words("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
    assert_eq!(of_words("=1;2"), "\"'=1;2\"");
    assert_eq!(of_words("a=b"), "a=b");
}

#[test]
fn a_cell_stays_on_one_line() {
    assert_eq!(of_words("un\r\ndeux\ttrois\n\n\nquatre\u{2028}cinq"), "un deux trois quatre cinq");
    assert_eq!(of_words("\u{0}a\u{7}b\u{1B}[31m"), "ab[31m");
}

#[test]
fn separators_and_quotes_are_quoted() {
    assert_eq!(of_words("un;deux"), "\"un;deux\"");
    assert_eq!(of_words("dit \"Papa\""), "\"dit \"\"Papa\"\"\"");
}

#[test]
fn french_and_ewe_letters_come_back() {
    let words = "Nº d’élève «\u{202F}cœur\u{202F}» €, ɖeviwo ŋutɔ ʋu ƒe ɣe";
    assert_eq!(of_words(words), words);
}

#[test]
fn a_report_without_a_list_gives_its_tables() {
    let mut document = document(0);
    document.columns = Vec::new();
    document.totals = Vec::new();
    document.summaries = vec![
        table("Par moyen", "Moyen", &["Espèces", "=Flooz"], Chart::Pie),
        table("Par caisse", "Caisse", &["Caisse 1"], Chart::Bar),
    ];
    assert_eq!(
        written(&document, Vec::new()),
        "\u{FEFF}Par moyen\r\nMoyen;Nombre;Montant (FCFA)\r\nEspèces;17;1234565\r\n'=Flooz;34;2469130\r\n\
         TOTAL;51;3703695\r\n\r\nPar caisse\r\nCaisse;Nombre;Montant (FCFA)\r\nCaisse 1;17;1234565\r\n\
         TOTAL;17;1234565\r\n"
    );
}

#[test]
fn days_are_iso() {
    let mut document = document(0);
    document.columns = vec![Column::new("Jour", Kind::Day, 10)];
    document.totals = Vec::new();
    let file = written(&document, vec![vec![Cell::Day(crate::sample::day())], vec![Cell::Empty]]);
    assert_eq!(file, "\u{FEFF}Jour\r\n2026-11-26\r\n\"\"\r\n");
}

#[test]
fn figures_are_read_in_groups_of_three() {
    let read = |number| text::figure(number).replace(text::THIN, "_");
    assert_eq!(read(0), "0");
    assert_eq!(read(999), "999");
    assert_eq!(read(1_000), "1_000");
    assert_eq!(read(-12_345_678), "\u{2212}12_345_678");
    assert_eq!(read(i64::MIN), "\u{2212}9_223_372_036_854_775_808");
}
