//! What waits for a second person, decided on a screen: by another one, once, with a reason where it is no.

use crate::{browser::Browser, desk::Desk};
use serde_json::json;

#[tokio::test]
async fn a_refund_is_approved_by_another_and_told_why_it_is_not() {
    let desk = Desk::open().await;
    let paid = desk.cashier.cash(&desk.prescription().await, 1_500).await.text_of("paymentId");
    let ask = async |amount: i64| {
        let body = json!({"kind": "REFUND", "amount": amount, "reason": "Examen impossible"});
        desk.cashier.post(&format!("/api/payments/{paid}/refunds"), body).await.text_of("refundId")
    };
    let (first, second) = (ask(500).await, ask(300).await);
    let compta = Browser::signed_in(&desk.server, "compta").await;
    let page = compta.open("/work-items").await;
    assert!(page.says("Remboursements demandés (2)") && page.says("Examen impossible"), "{}", page.html);
    let page = compta.submit(&page, &format!("/work-items/refunds/{paid}/{first}/approve"), &[]).await;
    assert!(page.says("Remboursements demandés (1)"), "{}", page.html);
    let reject = format!("/work-items/refunds/{paid}/{second}/reject");
    let refused = compta.submit(&page, &reject, &[("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.alert().is_some() && refused.says("Remboursements demandés (1)"), "{}", refused.html);
    let done = compta.submit(&refused, &reject, &[("reason", "Examen déjà fait")]).await;
    assert!(done.says("Aucune demande n’attend"), "{}", done.html);
    let states = desk.admin.get("/api/refunds").await.json;
    let states: Vec<_> = states.as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["REJECTED", "APPROVED"]);
}

#[tokio::test]
async fn a_till_is_signed_by_another_than_who_counted_it() {
    let desk = Desk::open().await;
    let till = desk.admin.get("/api/tills").await.json[0]["id"].as_str().unwrap().to_owned();
    let count = json!({"count": {"NOTE10000": 1}, "reason": "Caissier absent"});
    assert_eq!(desk.admin.post(&format!("/api/tills/{till}/close"), count).await.status, 200);
    let sign = format!("/work-items/tills/{till}/sign");
    let admin = Browser::signed_in(&desk.server, "admin").await;
    let page = admin.open("/work-items").await;
    assert!(page.says("Caisses à signer (1)") && page.says("Caissier absent"), "{}", page.html);
    let refused = admin.submit(&page, &sign, &[("note", "moi-même")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.alert().unwrap().contains("autre personne"), "{:?}", refused.alert());
    let compta = Browser::signed_in(&desk.server, "compta").await;
    let page = compta.open("/work-items").await;
    let signed = compta.submit(&page, &sign, &[("note", "Compté devant moi")]).await;
    assert!(signed.says("Aucune caisse n’attend"), "{}", signed.html);
    let audit = Browser::signed_in(&desk.server, "audit").await;
    assert_eq!(audit.open("/work-items").await.status, 200);
    assert_eq!(
        audit.send(&sign, &[("key", "k"), ("note", "vu")]).await.status,
        403,
        "who reads decides nothing"
    );
}

#[tokio::test]
async fn a_discount_is_granted_once() {
    let desk = Desk::open().await;
    let bill = desk.prescription().await;
    let body = json!({"kind": "DISCOUNT", "amount": 500, "reason": "Personnel de l’hôpital"});
    let relief =
        desk.cashier.post(&format!("/api/prescriptions/{bill}/reliefs"), body).await.text_of("reliefId");
    let compta = Browser::signed_in(&desk.server, "compta").await;
    let page = compta.open("/work-items").await;
    let grant = format!("/work-items/reliefs/{relief}/grant");
    let key = page.key(&grant);
    let (first, second) =
        (compta.send(&grant, &[("key", &key)]).await, compta.send(&grant, &[("key", &key)]).await);
    assert_eq!((first.status, second.status), (303, 303), "sent twice it is granted once");
    assert_eq!(desk.shown(&bill).await["relievedAmount"], 500);
}
