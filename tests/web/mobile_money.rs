//! Money by phone on the screen: four steps, the wait, and the ways on.

use crate::{
    browser::{Browser, Page},
    desk::{Desk, NEVER_ANSWERS},
    server::eventually,
};

struct Phone {
    desk: Desk,
    browser: Browser,
    prescription: String,
}

impl Phone {
    async fn at_hand() -> Self {
        let desk = Desk::open().await;
        let browser = Browser::signed_in(&desk.server, "caisse1").await;
        let prescription = desk.prescription().await;
        Self { desk, browser, prescription }
    }

    fn path(&self) -> String {
        format!("/desk/prescriptions/{}/mobile-money", self.prescription)
    }

    /// Steps one and two.
    async fn number(&self, phone: &str, provider: &str) -> Page {
        let page = self.browser.open(&self.path()).await;
        self.browser
            .submit(&page, &self.path(), &[("phone", phone), ("provider", provider), ("amount", "")])
            .await
    }

    /// Step three, as the page holds it.
    fn confirmed(&self, page: &Page) -> Vec<(String, String)> {
        let field = |name: &str| (name.to_owned(), page.value(name).unwrap());
        let mut fields = ["key", "phone", "provider", "amount"].map(field).to_vec();
        fields.push(("confirmed".to_owned(), "yes".to_owned()));
        fields
    }

    async fn confirm(&self, page: &Page) -> Page {
        let fields = self.confirmed(page);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.browser.send(&self.path(), &fields).await
    }

    /// All four; the page of the payment.
    async fn asked(&self, phone: &str) -> Page {
        let sent = self.confirm(&self.number(phone, "").await).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        self.browser.follow(sent).await
    }

    async fn until(&self, page: &Page, words: &str) -> Page {
        let path = page.path.split('?').next().unwrap();
        eventually(words, async || Some(self.browser.open(path).await).filter(|page| page.says(words))).await
    }
}

#[tokio::test]
async fn the_prefix_suggests_the_provider_and_nothing_is_asked_before_it_is_confirmed() {
    let phone = Phone::at_hand().await;
    let page = phone.number("90 12 34 00", "").await;
    assert!(
        page.says("T-Money") && page.says("+228 90 12 34 00") && page.says("1\u{202f}500"),
        "{}",
        page.html
    );
    assert_eq!(page.value("provider").as_deref(), Some("TMONEY"));
    assert_eq!(phone.number("79 12 34 00", "").await.value("provider").as_deref(), Some("FLOOZ"));
    let warned = phone.number("90 12 34 00", "FLOOZ").await;
    assert!(warned.says("vérifiez le numéro"), "{}", warned.html);
    assert_eq!(phone.desk.shown(&phone.prescription).await["payments"], serde_json::json!([]));
    let wrong = phone.number("22 12 34 00", "").await;
    assert_eq!((wrong.status, wrong.value("phone").as_deref()), (422, Some("22 12 34 00")));
    assert!(wrong.alert().unwrap().contains("ligne fixe"), "{:?}", wrong.alert());
}

#[tokio::test]
async fn a_payer_who_accepts_gives_a_receipt_and_the_same_form_asks_him_once() {
    let phone = Phone::at_hand().await;
    let page = phone.number("90 12 34 00", "").await;
    let (first, second) = (phone.confirm(&page).await, phone.confirm(&page).await);
    assert_eq!((first.status, second.status), (303, 303), "{}", second.html);
    assert_eq!(first.path.split('?').next(), second.path.split('?').next());
    let paid = phone.until(&phone.browser.follow(first).await, "Paiement reçu").await;
    assert!(paid.says("Imprimer le ticket") && !paid.html.contains("data-live"), "{}", paid.html);
    assert_eq!(phone.desk.shown(&phone.prescription).await["payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_payer_without_money_is_told_and_another_way_is_offered() {
    let phone = Phone::at_hand().await;
    let refused = phone.until(&phone.asked("90 12 34 71").await, "solde du portefeuille").await;
    assert!(
        refused.says("Rien n’a été débité") && refused.says("Autre moyen de paiement"),
        "{}",
        refused.html
    );
}

#[tokio::test]
async fn who_waits_may_ask_now_or_give_up_with_a_warning_and_take_cash() {
    let phone = Phone::at_hand().await;
    let waits = phone.asked(NEVER_ANSWERS).await;
    assert!(
        waits.says("En attente du payeur") && waits.html.contains("data-live=\"payment\""),
        "{}",
        waits.html
    );
    let path = waits.path.split('?').next().unwrap().to_owned();
    let asked = phone.browser.send(&format!("{path}/ask"), &[]).await;
    assert_eq!((asked.status, asked.path.as_str()), (303, path.as_str()));
    let bill = phone.browser.open(&format!("/desk/prescriptions/{}", phone.prescription)).await;
    assert!(bill.says("Un paiement mobile est en cours") && bill.html.contains(&path), "{}", bill.html);
    assert!(phone.browser.open("/desk").await.html.contains(&path), "it stays in sight");
    assert!(waits.says("Le payeur a peut-être déjà validé"), "the warning stands before the button");
    let given_up = phone.browser.submit(&waits, &format!("{path}/abandon"), &[]).await;
    assert!(
        given_up.says("Ce paiement reste surveillé") && given_up.says("Autre moyen"),
        "{}",
        given_up.html
    );
    let bill = phone.browser.open(&format!("/desk/prescriptions/{}", phone.prescription)).await;
    let cash = format!("/desk/prescriptions/{}/cash", phone.prescription);
    assert!(phone.browser.submit(&bill, &cash, &[("tendered", "1500")]).await.says("À rendre"));
}

#[tokio::test]
async fn asking_now_finds_what_no_callback_told() {
    // Without it, the first question would come after 20 seconds, and the test would see the outcome all the same.
    let desk = Desk::on(crate::server::Server::start_with(&[("QUITTANCE_WATCH_PACE", "100")]).await).await;
    let browser = Browser::signed_in(&desk.server, "caisse1").await;
    let prescription = desk.prescription().await;
    let phone = Phone { desk, browser, prescription };
    // Pays, and no callback comes.
    let waits = phone.asked("90 12 34 75").await;
    let path = waits.path.split('?').next().unwrap().to_owned();
    eventually("asked and paid", async || {
        phone.browser.send(&format!("{path}/ask"), &[]).await;
        phone.browser.open(&path).await.says("Paiement reçu").then_some(())
    })
    .await;
}
