//! The receipt on screen and on paper.

use crate::{browser::Browser, desk::Desk};

#[tokio::test]
async fn a_receipt_is_shown_with_its_code_and_reprinted_as_a_duplicata() {
    let desk = Desk::open().await;
    let browser = Browser::signed_in(&desk.server, "caisse1").await;
    let prescription = desk.prescription().await;
    let number = desk.cashier.cash(&prescription, 1_500).await.text_of("receiptNumber");
    let path = format!("/desk/receipts/{number}");
    let page = browser.open(&format!("{path}?paper=80")).await;
    assert!(page.says(&format!("REÇU {number}")) && page.says("1\u{202f}500\u{202f}FCFA"), "{}", page.html);
    assert!(page.html.contains("class=\"receipt roll\"") && page.html.contains("<svg "), "{}", page.html);
    assert!(!page.says("DUPLICATA") && !page.says("CONSULTATION"), "{}", page.html);
    let again = browser.submit(&page, &format!("{path}/duplicata"), &[("paper", "a4")]).await;
    assert!(again.says("DUPLICATA 1") && again.html.contains("class=\"receipt sheet\""), "{}", again.html);
    let key = page.key(&format!("{path}/duplicata"));
    browser.send(&format!("{path}/duplicata"), &[("key", &key), ("paper", "a4")]).await;
    assert!(browser.open(&path).await.says("DUPLICATA 1"), "the same form counts once");
}

#[tokio::test]
async fn a_scanned_code_a_receipts_number_and_a_prescriptions_number_each_lead_to_their_page() {
    let desk = Desk::open().await;
    let browser = Browser::signed_in(&desk.server, "caisse1").await;
    let prescription = desk.prescription().await;
    let number = desk.cashier.cash(&prescription, 1_500).await.text_of("receiptNumber");
    let shown = desk.cashier.get(&format!("/api/receipts/{number}")).await;
    let search = |words: String| serde_urlencoded::to_string([("q", words)]).unwrap();
    for words in [number.to_lowercase(), format!(" {number} "), shown.text_of("qrText")] {
        let sent = browser.look(&format!("/desk?{}", search(words.clone()))).await;
        assert_eq!(sent.path, format!("/desk/receipts/{number}"), "{words}");
    }
    let wanted = desk.shown(&prescription).await["prescriptionNumber"].as_str().unwrap().to_owned();
    let sent = browser.look(&format!("/desk?{}", search(wanted))).await;
    assert_eq!(sent.path, format!("/desk/prescriptions/{prescription}"));
    desk.second_cashier().await;
    let other = Browser::signed_in(&desk.server, "caisse2").await;
    assert_eq!(other.open(&format!("/desk/receipts/{number}")).await.status, 404, "another's receipt");
}
