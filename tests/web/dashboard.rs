//! The dashboard says what the report says.

use crate::{browser::Browser, desk::Desk};

#[tokio::test]
async fn its_figures_are_those_of_the_days_report() {
    let desk = Desk::open().await;
    let browser = Browser::signed_in(&desk.server, "compta").await;
    let page = browser.open("/").await;
    assert!(page.says("Rien ce jour") && page.says("Rien n’attend"), "an empty day: {}", page.html);
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    let asked = desk.cashier.initiate(&desk.prescription().await, "90 12 34 00").await;
    desk.cashier.until(&asked.text_of("paymentId"), "SUCCESS").await;
    let report = desk.admin.report().await;
    assert_eq!((&report["totalAmount"], &report["totalPayments"]), (&3_000.into(), &2.into()));
    let page = browser.open("/dashboard").await;
    assert!(
        page.says("3\u{202f}000\u{202f}FCFA") && page.says("T-Money") && page.says("Espèces"),
        "{}",
        page.html
    );
    assert_eq!(page.html.matches("50 %").count(), 2, "half in cash, half by phone: {}", page.html);
    let date = report["date"].as_str().unwrap();
    let link = format!("/api/reports/export/excel?reportType=financial&date={date}");
    assert!(page.html.contains(&link.replace('&', "&amp;")), "{}", page.html);
    let file = browser.look(&link.replace("excel", "csv")).await;
    assert_eq!(file.status, 200);
    assert!(file.html.contains("3000"), "{}", file.html);
    let wrong = browser.open("/dashboard?date=hier").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("AAAA-MM-JJ"), "{}", wrong.html);
}
