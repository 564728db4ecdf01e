//! The spreadsheet: the earlier client's columns and TOTAL row, numbers that are numbers (faults 59 to 62).

use crate::{desk::Desk, reader::workbook};
use serde_json::{Value, json};

const FINANCIAL: &str = "reportType=financial";

/// The columns of the list, by the earlier design.
const COLUMNS: [&str; 7] =
    ["N° Paiement", "N° Prescription", "Patient", "Montant (FCFA)", "Méthode", "Caissier", "Heure"];

fn rows(book: &Value) -> Vec<Vec<Value>> {
    serde_json::from_value(book["Paiements"]["rows"].clone()).unwrap()
}

/// The rows under the heading, and the TOTAL row.
fn list(book: &Value) -> (Vec<Vec<Value>>, Vec<Value>) {
    let rows = rows(book);
    let heading = rows.iter().position(|row| row[0][1] == COLUMNS[0]).expect("a heading");
    let titles: Vec<_> = rows[heading].iter().map(|cell| cell[1].clone()).collect();
    assert_eq!(titles, COLUMNS);
    let total = rows.iter().position(|row| row[0][1] == "TOTAL").expect("a TOTAL row");
    let lines = rows[heading + 1..total].iter().filter(|row| row[0][0] != "NoneType").cloned().collect();
    (lines, rows[total].clone())
}

#[tokio::test]
async fn the_spreadsheet_has_every_payment_as_a_number_and_the_reports_total() {
    let desk = Desk::open().await;
    for _ in 0..3 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    let mobile = desk.cashier.initiate(&desk.prescription().await, "90 12 34 00").await;
    desk.cashier.until(&mobile.text_of("paymentId"), "SUCCESS").await;
    let report = desk.admin.report().await;
    let taken = desk.admin.take("excel", FINANCIAL).await;
    assert_eq!(taken.status, 200);
    assert_eq!(
        taken.headers["content-type"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    let book = workbook(&taken);
    let (lines, total) = list(&book);
    assert_eq!(lines.len(), 4);
    for line in &lines {
        assert_eq!((&line[3][0], &line[3][1]), (&"int".into(), &1_500.into()), "an amount is a number");
        assert_eq!(line[6][0], "datetime", "a time is a time: {line:?}");
    }
    assert_eq!(total[3], json!(["int", report["totalAmount"]]));
    assert_eq!(total[3][1], 6_000);
    let methods: Vec<_> = lines.iter().map(|line| line[4][1].as_str().unwrap()).collect();
    assert_eq!(methods.iter().filter(|method| **method == "T-Money").count(), 1, "{methods:?}");
    let sheet = &book["Paiements"];
    assert!(
        sheet["frozen"].is_string() && sheet["filter"].is_string(),
        "{} {}",
        sheet["frozen"],
        sheet["filter"]
    );
    assert_eq!(book["Synthèse"]["charts"], 1, "two methods make a pie");
}

#[tokio::test]
async fn a_name_that_looks_like_a_formula_stays_text() {
    let desk = Desk::open().await;
    for name in ["=1+1", "+33", "-2", "@SUM(A1)"] {
        let patient = desk.cashier.patient("Essai", name).await;
        let prescription = desk.cashier.prescription(&patient, &desk.exam).await;
        assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    }
    let book = workbook(&desk.admin.take("excel", FINANCIAL).await);
    let (lines, _) = list(&book);
    let names: Vec<_> = lines.iter().map(|line| (line[2][0].clone(), line[2][1].clone())).collect();
    for (name, (kind, shown)) in ["=1+1 Essai", "+33 Essai", "-2 Essai", "@SUM(A1) Essai"].iter().zip(names) {
        assert_eq!((kind, shown), ("str".into(), (*name).into()));
    }
    let comma = desk.admin.take("csv", FINANCIAL).await;
    let text = String::from_utf8(comma.bytes).unwrap();
    for guarded in ["'=1+1 Essai", "'+33 Essai", "'-2 Essai", "'@SUM(A1) Essai"] {
        assert!(text.contains(guarded), "{text}");
    }
}

#[tokio::test]
async fn an_empty_day_and_a_day_of_one_payment_can_be_taken_away_in_every_format() {
    let desk = Desk::open().await;
    for (paid, amount) in [(0, 0), (1, 1_500)] {
        if paid == 1 {
            assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
        }
        let taken = desk.admin.take("excel", FINANCIAL).await;
        assert_eq!(taken.status, 200);
        let (lines, total) = list(&workbook(&taken));
        assert_eq!((lines.len(), &total[3][1]), (paid, &json!(amount)));
        for format in ["pdf", "csv"] {
            assert_eq!(desk.admin.take(format, FINANCIAL).await.status, 200, "{format} of {paid}");
        }
    }
}
