//! What must not leave the house, or stand in its log: names, phones, exams, secrets.

use crate::desk::Desk;

#[tokio::test]
async fn the_log_holds_no_name_no_phone_and_no_secret() {
    let desk = Desk::open().await;
    let patient = desk.cashier.patient("Akouvi", "TETTEH-SECRET").await;
    let prescription = desk.cashier.prescription(&patient, &desk.exam).await;
    let asked = desk.cashier.initiate(&prescription, "90 12 34 83").await;
    desk.cashier.until(&asked.text_of("paymentId"), "SUCCESS").await;
    desk.cashier.get("/api/prescriptions?q=TETTEH").await;
    desk.cashier.initiate(&prescription, "90 12 34 5O").await;
    desk.server.tell("TMONEY", "{\"reference\":\"forged 90123483\",\"status\":\"SUCCESS\"}").await;
    let log = desk.server.log();
    assert!(log.contains("request"), "it does hold something");
    let provider = &desk.server.provider;
    let (password, token) = (desk.server.password("caisse1"), desk.cashier.token.clone().unwrap());
    let all =
        ["Akouvi", "TETTEH", "90123483", "9012345", "90 12 34", &provider.secret_key, &provider.api_key];
    for hidden in all.into_iter().chain([password.as_str(), token.as_str()]) {
        assert!(!log.contains(hidden), "the log holds {hidden}");
    }
}

#[tokio::test]
async fn the_provider_learns_a_phone_and_an_amount_and_nothing_of_the_patient() {
    let desk = Desk::open().await;
    let patient = desk.cashier.patient("Akouvi", "TETTEH").await;
    let prescription = desk.cashier.prescription(&patient, &desk.exam).await;
    let number = desk.shown(&prescription).await["prescriptionNumber"].as_str().unwrap().to_owned();
    let asked = desk.cashier.initiate(&prescription, "90 12 34 75").await;
    desk.cashier.until(&asked.text_of("paymentId"), "SUCCESS").await;
    let captured = desk.server.provider.captured().await.to_string();
    assert!(captured.contains(&asked.text_of("reference")), "it does hold the call");
    for hidden in ["Akouvi", "TETTEH", "NFS", "Examen", &number, &prescription, &patient] {
        assert!(!captured.contains(hidden), "the provider was told {hidden}");
    }
}

#[tokio::test]
async fn a_receipts_code_holds_neither_name_nor_exam_nor_phone() {
    let desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let taken = desk.cashier.cash(&prescription, 1_500).await;
    let receipt = desk.receipt(&taken.text_of("receiptNumber")).await;
    let code = receipt["qrText"].as_str().unwrap();
    assert!(code.contains("/r/"), "{code}");
    for hidden in ["Essai", "PREMIER", "NFS", prescription.as_str(), desk.patient.as_str()] {
        assert!(!code.contains(hidden), "{code}");
    }
}
