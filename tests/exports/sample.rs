//! A daily report such as an accountant signs, with as many payments as asked for.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use quittance::exports::{Attachment, Cell, Chart, Column, Document, Kind, Made, Proof, Table};
use std::convert::Infallible;

const METHODS: [&str; 4] = ["Espèces", "T-Money", "Flooz", "Chèque"];

/// 26 November 2026.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 26).expect("a day")
}

/// That many seconds after seven in the morning of the day.
pub fn at(seconds: i64) -> NaiveDateTime {
    day().and_hms_opt(7, 0, 0).expect("a time") + TimeDelta::seconds(seconds)
}

/// The amount of a payment: whole francs.
pub fn amount(number: u64) -> i64 {
    i64::try_from(number * 7_919 % 90_000).expect("small") / 5 * 5 + 500
}

/// A payment of the list.
pub fn payment(number: u64) -> Vec<Cell> {
    let method = METHODS[usize::try_from(number % 4).expect("small")];
    vec![
        Cell::text(format!("PAY-20261126-{number:06}")),
        Cell::text(format!("ORD-20261126-{:06}", number * 3)),
        Cell::text(match number % 9 {
            4 => {
                format!("Patient nº {number}, au nom de famille composé et long, qui tient mal sur une ligne")
            }
            7 => format!("Bébé de la patiente nº {number} d’Agoè-Nyivé"),
            _ => format!("Patient nº {number}"),
        }),
        Cell::Money(amount(number)),
        Cell::text(method),
        Cell::text(format!("Caisse {}", number % 5 + 1)),
        Cell::Moment(at(i64::try_from(number * 3 % 36_000).expect("small"))),
    ]
}

/// All payments, none of them failing.
pub fn payments(count: u64) -> impl Iterator<Item = Result<Vec<Cell>, Infallible>> {
    (1..=count).map(|number| Ok(payment(number)))
}

/// The columns of the list.
pub fn columns() -> Vec<Column> {
    vec![
        Column::new("Nº de paiement", Kind::Text, 22),
        Column::new("Nº d’ordonnance", Kind::Text, 22),
        Column::new("Patient", Kind::Text, 30),
        Column::new("Montant (FCFA)", Kind::Money, 15),
        Column::new("Moyen", Kind::Text, 12),
        Column::new("Caisse", Kind::Text, 12),
        Column::new("Heure", Kind::Time, 9),
    ]
}

/// A small table: a name, a count, an amount.
pub fn table(title: &str, by: &str, names: &[&str], chart: Chart) -> Table {
    let mut total = (0, 0);
    let mut rows = Vec::new();
    for (index, name) in (1_i64..).zip(names) {
        let (count, money) = (index * 17, index * 1_234_565);
        total = (total.0 + count, total.1 + money);
        rows.push(vec![Cell::text(*name), Cell::Count(count), Cell::Money(money)]);
    }
    Table {
        title: title.to_owned(),
        columns: vec![
            Column::new(by, Kind::Text, 20),
            Column::new("Nombre", Kind::Count, 9),
            Column::new("Montant (FCFA)", Kind::Money, 15),
        ],
        rows,
        totals: Some(vec![Cell::text("TOTAL"), Cell::Count(total.0), Cell::Money(total.1)]),
        chart: Some(chart),
    }
}

/// The report over so many payments.
pub fn document(count: u64) -> Document {
    let total = (1..=count).map(amount).sum();
    let empty = Cell::Empty;
    Document {
        house: "CHU Tokoin".to_owned(),
        title: "Rapport financier journalier".to_owned(),
        period: "26 novembre 2026".to_owned(),
        facts: vec![
            ("Nombre de paiements".to_owned(), Cell::Count(i64::try_from(count).expect("small"))),
            ("Montant encaissé".to_owned(), Cell::Money(total)),
            ("Remboursements".to_owned(), Cell::Money(-12_500)),
            ("Dernier paiement".to_owned(), Cell::Moment(at(34_440))),
        ],
        summaries: vec![
            table("Par moyen de paiement", "Moyen", &METHODS, Chart::Pie),
            table("Par caisse", "Caisse", &["Caisse 1", "Caisse 2", "Caisse 3", "Caisse 4", "Caisse 5"], Chart::Bar),
            table("Par opérateur", "Opérateur", &["Yas (Mixx)", "Moov (Flooz)"], Chart::Column),
        ],
        list: "Paiements".to_owned(),
        columns: columns(),
        totals: vec![
            Cell::text("TOTAL"),
            empty.clone(),
            empty.clone(),
            Cell::Money(total),
            empty.clone(),
            empty.clone(),
            empty,
        ],
        signatures: vec!["Le caissier principal".to_owned(), "Le comptable".to_owned()],
        proof: Proof {
            position: 48_213,
            root: "n6vQ0Zt4bq1uYb2v3Zl7cJpXk5mR8sT0aWd9eFgHiJk=".to_owned(),
            head: [
                "quittance/chu-tokoin",
                "48213",
                "n6vQ0Zt4bq1uYb2v3Zl7cJpXk5mR8sT0aWd9eFgHiJk=",
                "chain 7f3d0c1b2a49586776859403a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3",
                "",
                "— quittance/chu-tokoin Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
            ]
            .map(str::to_owned)
            .to_vec(),
        },
        made: Made { at: at(40_000).and_utc().fixed_offset(), by: "compta-02".to_owned() },
        attachment: Some(Attachment {
            name: "rapport-2026-11-26.json".to_owned(),
            mime: "application/json".to_owned(),
            bytes: br#"{"position":48213}"#.to_vec(),
        }),
    }
}
