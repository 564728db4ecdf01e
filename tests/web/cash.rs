//! The cashier's way with cash: open the till, find, take, give change.

use crate::{
    browser::{Browser, Page},
    desk::Desk,
    server::Server,
};

/// A desk whose cashier also has a browser.
async fn at_desk() -> (Desk, Browser) {
    let desk = Desk::open().await;
    let browser = Browser::signed_in(&desk.server, "caisse1").await;
    (desk, browser)
}

async fn pay(browser: &Browser, prescription: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.open(&format!("/desk/prescriptions/{prescription}")).await;
    browser.submit(&page, &format!("/desk/prescriptions/{prescription}/cash"), fields).await
}

#[tokio::test]
async fn a_cashier_opens_his_till_by_a_count_or_by_an_amount() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server, "caisse1").await;
    let form = browser.open("/").await;
    assert!(form.says("Ouvrir la caisse"), "{}", form.html);
    let both = [("desk", "Guichet 3"), ("float", "10 000"), ("NOTE5000", "1")];
    let page = browser.submit(&form, "/desk/open", &both).await;
    assert_eq!(page.status, 422);
    assert!(page.alert().unwrap().contains("n’est pas le total du comptage"), "{:?}", page.alert());
    assert_eq!(page.value("NOTE5000").as_deref(), Some("1"), "what was typed stays");
    let fields = [("desk", "Guichet 3"), ("float", ""), ("NOTE5000", "1"), ("COIN25", "2")];
    let page = browser.submit(&page, "/desk/open", &fields).await;
    assert!(page.says("Guichet 3 · ouverte") && page.says("Aucune prescription n’attend"), "{}", page.html);
    let tills = server.login("admin").await.get("/api/tills").await;
    assert_eq!(tills.json[0]["float"], 5_050);
}

#[tokio::test]
async fn a_prescription_is_found_and_paid_with_one_form() {
    let (desk, browser) = at_desk().await;
    let prescription = desk.prescription().await;
    let number = desk.shown(&prescription).await["prescriptionNumber"].as_str().unwrap().to_owned();
    let found = browser.open(&format!("/desk?q={}", number.to_lowercase())).await;
    assert!(found.says("PREMIER Essai") && found.says("1\u{202f}500\u{202f}FCFA"), "{}", found.html);
    let paid = pay(&browser, &prescription, &[("tendered", "2 000")]).await;
    assert_eq!(paid.status, 200, "{}", paid.html);
    assert!(paid.says("À rendre") && paid.says("500\u{202f}FCFA"), "{}", paid.html);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
    let after = browser.open(&format!("/desk/prescriptions/{prescription}")).await;
    assert!(after.says("Réglé") && !after.html.contains("name=\"tendered\""), "{}", after.html);
}

#[tokio::test]
async fn the_same_form_sent_again_is_the_same_payment() {
    let (desk, browser) = at_desk().await;
    let prescription = desk.prescription().await;
    let path = format!("/desk/prescriptions/{prescription}/cash");
    let page = browser.open(&format!("/desk/prescriptions/{prescription}")).await;
    let key = page.key(&path);
    let fields = [("key", key.as_str()), ("tendered", "1500"), ("amount", "500")];
    let (first, second) = (browser.send(&path, &fields).await, browser.send(&path, &fields).await);
    assert_eq!((first.status, second.status), (303, 303), "{}", second.html);
    assert_eq!(first.path.split('?').next(), second.path.split('?').next());
    assert_eq!(desk.shown(&prescription).await["paidAmount"], 500);
    let other = [("key", key.as_str()), ("tendered", "1500"), ("amount", "700")];
    let refused = browser.send(&path, &other).await;
    assert_eq!(refused.status, 422);
    assert!(refused.alert().unwrap().contains("c’est ce premier envoi qui compte"), "{:?}", refused.alert());
    assert_ne!(refused.key(&path), key, "the next try is another command");
    assert_eq!(desk.shown(&prescription).await["paidAmount"], 500);
}

#[tokio::test]
async fn a_refusal_shows_the_same_page_with_the_sentence_what_was_typed_and_a_new_key() {
    let (desk, browser) = at_desk().await;
    let prescription = desk.prescription().await;
    let path = format!("/desk/prescriptions/{prescription}/cash");
    let page = browser.open(&path).await;
    for (tendered, words) in
        [("1 499", "1\u{202f}500"), ("12,5", "nombre entier"), ("-5", "nombre entier"), ("", "nombre entier")]
    {
        let refused = browser.submit(&page, &path, &[("tendered", tendered)]).await;
        assert_eq!(refused.status, 422, "{tendered}");
        assert!(refused.alert().unwrap().contains(words), "{tendered}: {:?}", refused.alert());
        assert_eq!(refused.value("tendered").as_deref(), Some(tendered));
        assert_ne!(refused.key(&path), page.key(&path));
    }
    assert_eq!(desk.shown(&prescription).await["paidAmount"], 0);
    let unkeyed = browser.send(&path, &[("tendered", "1500")]).await;
    assert_eq!(unkeyed.status, 422, "a form without its key is no command");
    assert_eq!(desk.shown(&prescription).await["paidAmount"], 0);
}

#[tokio::test]
async fn a_part_leaves_the_rest_due() {
    let (desk, browser) = at_desk().await;
    let prescription = desk.prescription().await;
    let paid = pay(&browser, &prescription, &[("tendered", "1000"), ("amount", "600")]).await;
    assert!(paid.says("400\u{202f}FCFA") && paid.says("Reste à payer"), "{}", paid.html);
    let page = browser.open(&format!("/desk/prescriptions/{prescription}")).await;
    assert!(page.says("900\u{202f}FCFA"), "{}", page.html);
}

#[tokio::test]
async fn only_a_cashier_has_a_desk_and_he_sees_his_own_payments_alone() {
    let (desk, browser) = at_desk().await;
    let prescription = desk.prescription().await;
    let paid = pay(&browser, &prescription, &[("tendered", "1500")]).await;
    desk.second_cashier().await;
    let other = Browser::signed_in(&desk.server, "caisse2").await;
    let path = paid.path.split('?').next().unwrap();
    assert_eq!(other.open(path).await.status, 404);
    let shown = other.open(&format!("/desk/prescriptions/{prescription}")).await;
    assert!(shown.says("Réglé") && !shown.html.contains("/desk/payments/"), "{}", shown.html);
    for username in ["admin", "labo", "compta", "audit"] {
        let browser = Browser::signed_in(&desk.server, username).await;
        let page = browser.open("/desk").await;
        assert_eq!(page.status, 403, "{username}");
        assert!(page.alert().unwrap().contains("Votre rôle"), "{}", page.html);
    }
}

#[tokio::test]
async fn a_name_is_text_and_never_markup() {
    let (desk, browser) = at_desk().await;
    let patient = desk.cashier.patient("<script>alert(1)</script>", "O'\"<b>").await;
    let prescription = desk.cashier.prescription(&patient, &desk.exam).await;
    for path in
        [format!("/desk/prescriptions/{prescription}"), "/desk".to_owned(), "/desk?q=<script>".to_owned()]
    {
        let page = browser.open(&path).await;
        assert_eq!(page.status, 200);
        assert!(!page.html.contains("<script>") && !page.html.contains("<b>"), "{path}: {}", page.html);
    }
}

#[tokio::test]
async fn every_page_of_the_desk_is_light_and_names_its_amounts() {
    let (desk, browser) = at_desk().await;
    let prescriptions = desk.prescription().await;
    for _ in 0..60 {
        desk.prescription().await;
    }
    let paid = pay(&browser, &prescriptions, &[("tendered", "1500")]).await;
    for path in ["/desk", paid.path.as_str(), &format!("/desk/prescriptions/{prescriptions}")] {
        let request = browser.request(reqwest::Method::GET, path).header("Accept-Encoding", "gzip");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        let weight = answer.bytes().await.unwrap().len();
        assert!(weight < 20 * 1024, "{path} weighs {weight} bytes");
        let page = browser.open(path).await;
        assert_eq!(page.html.matches("<h1").count(), 1, "{path}");
        assert!(!page.says("1500 F") && !page.html.contains("{{"), "{path}");
    }
}
