//! `quittance receipt check`: genuine or not, on any machine.

use crate::{
    books::quittance,
    desk::Desk,
    lifecycle::{refused, text},
};
use quittance::proof::receipt_code;
use tempfile::TempDir;

/// The text of a receipt's QR, and the public key on the wall.
async fn issued() -> (String, String) {
    let desk = Desk::open().await;
    let taken = desk.cashier.cash(&desk.prescription().await, 1_500).await;
    let path = format!("/api/receipts/{}", taken.text_of("receiptNumber"));
    let request = desk.cashier.request(reqwest::Method::GET, &path);
    let shown = desk.cashier.send(request.header("Ledger-Position", taken.position())).await;
    let keys = desk.cashier.get("/api/receipts/keys").await;
    let here = desk.server.run(&["receipt", "check", &shown.text_of("qrText")]);
    assert!(here.status.success(), "with the ledger's own keys: {}", text(&here.stderr));
    (shown.text_of("qrText"), keys.json[0]["publicKey"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_genuine_receipt_is_recognised_far_from_the_ledger() {
    let ((code, key), elsewhere) = (issued().await, TempDir::new().unwrap());
    let output = quittance(elsewhere.path(), &["receipt", "check", &code, "--key", &key]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(said.contains("authentique") && said.contains("-000001") && said.contains("500"), "{said}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "no files are made");
}

#[tokio::test]
async fn no_single_character_of_a_code_can_be_changed() {
    let ((code, key), elsewhere) = (issued().await, TempDir::new().unwrap());
    let key: [u8; 32] = hex::decode(&key).unwrap().try_into().unwrap();
    let known = |id: &str| (quittance::vault::key_id_of(&key) == id).then_some(key);
    assert!(receipt_code::check(&code, known).is_ok());
    // The address before the code is where the house answers, and no part of what is signed.
    let start = code.find("/r/").unwrap() + 3;
    let mut tried = 0;
    for (at, old) in code.char_indices().filter(|(at, _)| *at >= start) {
        for new in ('!'..='~').filter(|new| *new != old) {
            let altered = format!("{}{new}{}", &code[..at], &code[at + 1..]);
            assert!(receipt_code::check(&altered, known).is_err(), "{new} for {old} at {at}");
            tried += 1;
        }
    }
    assert!(tried > 1_000, "{tried}");
    let altered = format!("{}{}", &code[..code.len() - 1], if code.ends_with('A') { 'B' } else { 'A' });
    let output = quittance(elsewhere.path(), &["receipt", "check", &altered, "--key", &hex::encode(key)]);
    assert!(refused(&output, 1).contains("non authentique"));
}

#[tokio::test]
async fn a_receipt_of_another_house_is_not_genuine_here() {
    let ((code, _), (_, other), elsewhere) = (issued().await, issued().await, TempDir::new().unwrap());
    refused(&quittance(elsewhere.path(), &["receipt", "check", &code, "--key", &other]), 1);
}

#[test]
fn without_any_key_nothing_can_be_said() {
    let elsewhere = TempDir::new().unwrap();
    for args in [&["receipt", "check", "x"][..], &["receipt", "check", "x", "--key", "12zz"]] {
        refused(&quittance(elsewhere.path(), args), 2);
    }
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "no vault is made");
}
