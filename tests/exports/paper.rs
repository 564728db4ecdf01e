//! The paper: French letters, totals, the signed head, PDF/A-3 with its data inside (faults 62 and 63).

use crate::{
    desk::Desk,
    reader::{claims, text},
};
use serde_json::Value;

const FINANCIAL: &str = "reportType=financial";

#[tokio::test]
async fn the_paper_says_what_the_report_says_with_french_letters() {
    let desk = Desk::open().await;
    let patient = desk.cashier.patient("Chloé Çà", "LŒUVRE D’ÉTÉ").await;
    for _ in 0..2 {
        let prescription = desk.cashier.prescription(&patient, &desk.exam).await;
        assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    }
    let paper = desk.admin.take("pdf", FINANCIAL).await;
    assert_eq!((paper.status, &paper.headers["content-type"]), (200, &"application/pdf".parse().unwrap()));
    let text = text(&paper);
    for part in [
        "CHU Tokoin",
        "Rapport financier journalier",
        "LŒUVRE D’ÉTÉ Chloé Çà",
        "3\u{202f}000",
        "FCFA",
        "Espèces",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(text.contains("1 / "), "pages are numbered: {text}");
    assert!(text.contains("quittance/"), "the signed head is printed: {text}");
}

#[tokio::test]
async fn the_paper_claims_pdf_a_3_and_carries_its_figures() {
    let desk = Desk::open().await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    let claims = claims(&desk.admin.take("pdf", FINANCIAL).await);
    assert_eq!((&claims["part"], &claims["level"]), (&"3".into(), &"B".into()));
    assert_eq!(claims["intents"], serde_json::json!(["/GTS_PDFA1"]));
    assert_eq!(claims["encrypted"], false);
    let fonts = claims["fonts"].as_object().unwrap();
    assert!(!fonts.is_empty() && fonts.values().all(|embedded| embedded == true), "{fonts:?}");
    assert_eq!(claims["kinds"], serde_json::json!(["/Data"]));
    let files = claims["files"].as_object().unwrap();
    let (name, data) = files.iter().next().expect("a file inside");
    assert!(name.starts_with("daily-") && name.ends_with(".json"), "{name}");
    let data: Value = serde_json::from_str(data.as_str().unwrap()).unwrap();
    assert_eq!((&data["total"]["amount"], &data["report"]), (&1_500.into(), &"daily".into()));
}

#[tokio::test]
async fn a_long_list_breaks_over_pages_and_keeps_its_total() {
    let desk = Desk::open().await;
    for _ in 0..120 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    let paper = desk.admin.take("pdf", FINANCIAL).await;
    let pages = claims(&paper)["pages"].as_i64().unwrap();
    assert!(pages >= 3, "{pages} pages");
    let text = text(&paper);
    for number in [1, 60, 120] {
        let (year, number) = (&desk.admin.report().await["date"].as_str().unwrap()[..4].to_owned(), number);
        assert!(text.contains(&format!("R-{year}-{number:06}")), "receipt {number}");
    }
    assert!(text.contains("180\u{202f}000"), "the total");
    assert!(text.contains(&format!("{pages} / {pages}")), "the last page knows that it is the last");
}
