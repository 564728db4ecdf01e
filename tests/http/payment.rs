//! One payment, from prescription to receipt.

use crate::desk::Desk;

#[tokio::test]
async fn a_mobile_payment_goes_from_prescription_to_receipt() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let asked = desk.cashier.initiate(&prescription, "90 12 34 00").await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    assert_eq!(asked.json["amount"], 1_500);
    let paid = desk.cashier.until(&asked.text_of("paymentId"), "SUCCESS").await;
    assert_eq!(paid.json["receiptNumber"], receipt(1));
    assert!(paid.text_of("qrCode").starts_with("data:image/svg+xml;base64,"));
    let shown = desk.cashier.get(&format!("/api/prescriptions/{prescription}")).await;
    assert_eq!(shown.json["status"], "PAID");
}

#[tokio::test]
async fn a_cash_payment_gives_change_and_a_receipt() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let taken = desk.cashier.cash(&prescription, 2_000).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert_eq!((&taken.json["amount"], &taken.json["change"]), (&1_500.into(), &500.into()));
    assert_eq!(taken.json["receiptNumber"], receipt(1));
    let tills = desk.admin.get("/api/tills").await;
    assert_eq!(tills.json[0]["expected"], 11_500);
}

fn receipt(number: u64) -> String {
    format!("R-{}-{number:06}", chrono::Datelike::year(&chrono::Utc::now()))
}

#[tokio::test]
async fn who_takes_the_money_does_not_say_how_much_it_is() {
    let desk = Desk::open().await;
    let exam = desk.admin.exam("RXT", 8_000).await;
    let priced = |price: i64| serde_json::json!({"patientId": desk.patient, "exams": [{"examId": exam, "price": price}]});
    desk.cashier.post("/api/prescriptions", priced(1)).await.is(422, "price_not_listed");
    assert_eq!(desk.cashier.post("/api/prescriptions", priced(8_000)).await.json["totalAmount"], 8_000);
    assert_eq!(desk.admin.post("/api/prescriptions", priced(6_000)).await.json["totalAmount"], 6_000);
}
