//! Exemptions and discounts: asked for by one, granted by another, with a voucher and never a receipt.

use crate::{
    desk::{Desk, at_once},
    server::Caller,
};
use serde_json::{Value, json};

fn voucher(series: &str, number: u64) -> String {
    format!("{series}-{}-{number:06}", chrono::Datelike::year(&chrono::Utc::now()))
}

async fn listed(who: &Caller, state: &str) -> Vec<Value> {
    let answer = who.get(&format!("/api/reliefs?state={state}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json.as_array().unwrap().clone()
}

#[tokio::test]
async fn an_exemption_of_all_releases_the_laboratory_without_a_receipt() {
    let desk = Desk::open().await;
    let (compta, labo) = (desk.server.login("compta").await, desk.server.login("labo").await);
    let bill = desk.bill(&[1_500, 2_500]).await;
    let relief = desk.exemption(&bill, None).await;
    let items = desk.work_items().await;
    assert_eq!((&items[0]["kind"], &items[0]["amount"]), (&"relief_requested".into(), &4_000.into()));
    assert_eq!(items[0]["reference"], relief);
    labo.start(&bill, 1).await.is(409, "not_released");
    let granted = compta.grant(&relief).await;
    assert_eq!(granted.status, 200, "{}", granted.text);
    assert_eq!((&granted.json["amount"], granted.text_of("voucherNumber")), (&4_000.into(), voucher("E", 1)));
    let shown = desk.shown(&bill).await;
    assert_eq!((&shown["status"], &shown["relievedAmount"]), (&"PAID".into(), &4_000.into()));
    assert_eq!(labo.start(&bill, 1).await.status, 200);
    assert_eq!(desk.admin.report().await["totalPayments"], 0, "a receipt of 0 is never issued");
    let quittance = desk.quittance(&bill).await;
    assert_eq!((&quittance["tenders"], &quittance["released"]), (&json!([]), &true.into()));
    assert_eq!(quittance["reliefs"][0]["voucherNumber"], voucher("E", 1));
    assert!(desk.work_items().await.is_empty(), "it is decided");
    desk.cashier.cash(&bill, 4_000).await.is(409, "already_paid");
}

#[tokio::test]
async fn who_asks_neither_grants_nor_rejects() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let body = json!({"kind": "EXEMPTION", "reason": "Indigent"});
    let asked = desk.admin.post(&format!("/api/prescriptions/{bill}/reliefs"), body).await;
    let relief = asked.text_of("reliefId");
    desk.admin.grant(&relief).await.is(403, "not_yours");
    let rejection = json!({"reason": "Non"});
    let path = format!("/api/reliefs/{relief}/reject");
    desk.admin.post(&path, rejection.clone()).await.is(403, "not_yours");
    desk.cashier.grant(&relief).await.is(403, "forbidden");
    assert_eq!(desk.shown(&bill).await["dueAmount"], 4_000);
    let compta = desk.server.login("compta").await;
    assert_eq!(compta.grant(&relief).await.status, 200);
    compta.grant(&relief).await.is(409, "already_decided");
    compta.post(&path, rejection).await.is(409, "already_decided");
    assert_eq!(listed(&compta, "GRANTED").await.len(), 1);
}

#[tokio::test]
async fn what_is_rejected_stays_due_and_says_why() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, None).await;
    let path = format!("/api/reliefs/{relief}/reject");
    let rejected = desk.admin.post(&path, json!({"reason": "Pièces manquantes"})).await;
    assert_eq!((rejected.status, &rejected.json["state"]), (200, &"REJECTED".into()));
    assert_eq!(desk.shown(&bill).await["dueAmount"], 4_000);
    let told = listed(&desk.cashier, "REJECTED").await;
    assert_eq!(
        (&told[0]["rejection"], &told[0]["id"]),
        (&"Pièces manquantes".into(), &relief.clone().into())
    );
    assert!(desk.work_items().await.is_empty());
    desk.admin.grant(&relief).await.is(409, "already_decided");
    let nobody = desk.admin.grant("00000000-0000-7000-8000-000000000000").await;
    nobody.is(404, "relief_not_found");
}

#[tokio::test]
async fn exemptions_and_discounts_are_numbered_apart() {
    let desk = Desk::open().await;
    let mut numbers = vec![];
    for kind in ["EXEMPTION", "DISCOUNT", "DISCOUNT", "EXEMPTION"] {
        let bill = desk.bill(&[4_000]).await;
        let body = json!({"kind": kind, "amount": 1_000, "reason": "Décision du jour"});
        let asked = desk.cashier.post(&format!("/api/prescriptions/{bill}/reliefs"), body).await;
        numbers.push(desk.admin.grant(&asked.text_of("reliefId")).await.text_of("voucherNumber"));
        let rest = desk.cashier.cash(&bill, 3_000).await;
        assert_eq!((rest.status, &rest.json["amount"]), (201, &3_000.into()));
    }
    assert_eq!(numbers, [voucher("E", 1), voucher("D", 1), voucher("D", 2), voucher("E", 2)]);
}

#[tokio::test]
async fn no_more_is_forgiven_than_is_due_when_it_is_asked_and_when_it_is_granted() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let path = format!("/api/prescriptions/{bill}/reliefs");
    let ask = async |amount: i64| {
        desk.cashier.post(&path, json!({"kind": "DISCOUNT", "amount": amount, "reason": "Essai"})).await
    };
    ask(4_001).await.is(422, "more_than_due");
    ask(0).await.is(422, "zero_amount");
    let wrong = desk.cashier.post(&path, json!({"kind": "GIFT", "reason": "Essai"})).await;
    assert_eq!((wrong.status, &wrong.json["pointer"]), (422, &"/kind".into()));
    let wrong = desk.cashier.post(&path, json!({"kind": "DISCOUNT", "reason": "x".repeat(201)})).await;
    assert_eq!((wrong.status, &wrong.json["pointer"]), (422, &"/reason".into()));
    let relief = ask(4_000).await.text_of("reliefId");
    assert_eq!(desk.part(&bill, 1).await.status, 201);
    let before = desk.admin.get("/api/reliefs").await.position();
    desk.admin.grant(&relief).await.is(422, "more_than_due");
    assert_eq!(desk.admin.get("/api/reliefs").await.position(), before, "nothing was written");
    assert_eq!(desk.part(&bill, 3_999).await.status, 201);
    desk.admin.grant(&relief).await.is(409, "already_paid");
    ask(1).await.is(409, "already_paid");
}

#[tokio::test]
async fn grants_and_payments_at_once_never_forgive_and_take_more_than_the_total() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000, 6_000]).await;
    let mut requests = vec![];
    for _ in 0..20 {
        let relief = desk.exemption(&bill, Some(1_000)).await;
        requests.push((desk.admin.clone(), format!("/api/reliefs/{relief}/grant"), None, json!({})));
        let part = json!({"prescriptionId": bill, "amount": 1_000, "amountTendered": 1_000});
        requests.push((desk.cashier.clone(), "/api/payments/cash".to_owned(), None, part));
    }
    let answers = at_once(requests).await;
    let done = |status: u16| answers.iter().filter(|answer| answer.status == status).count() as i64;
    let (forgiven, paid) = (done(200), done(201));
    assert_eq!(forgiven + paid, 10, "{answers:?}");
    let left = answers.iter().filter(|answer| answer.status >= 300);
    assert!(left.clone().all(|answer| answer.json["code"] == "already_paid"), "{answers:?}");
    let quittance = desk.quittance(&bill).await;
    assert_eq!(
        (&quittance["relievedAmount"], &quittance["paidAmount"]),
        (&(forgiven * 1_000).into(), &(paid * 1_000).into())
    );
    let mut vouchers: Vec<_> = quittance["reliefs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|relief| relief["voucherNumber"].clone())
        .collect();
    vouchers.sort_by_key(Value::to_string);
    assert_eq!(vouchers, (1..=forgiven as u64).map(|number| json!(voucher("E", number))).collect::<Vec<_>>());
    assert_eq!(desk.admin.report().await["totalAmount"], paid * 1_000);
    desk.verified();
}

#[tokio::test]
async fn twenty_grants_of_one_relief_make_one_voucher() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, Some(1_000)).await;
    let path = format!("/api/reliefs/{relief}/grant");
    let compta = desk.server.login("compta").await;
    let grants = (0..20).map(|at| {
        let who = if at % 2 == 0 { &desk.admin } else { &compta };
        (who.clone(), path.clone(), None, json!({}))
    });
    let answers = at_once(grants).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.json["code"] == "already_decided"));
    assert_eq!(desk.shown(&bill).await["relievedAmount"], 1_000);
    let next = desk.bill(&[4_000]).await;
    let next = desk.exemption(&next, None).await;
    assert_eq!(desk.admin.grant(&next).await.text_of("voucherNumber"), voucher("E", 2), "no number is lost");
}

#[tokio::test]
async fn a_grant_with_a_key_is_answered_with_the_same_voucher() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, None).await;
    let path = format!("/api/reliefs/{relief}/grant");
    let first = desk.admin.post_once(&path, "g1", json!({})).await;
    let second = desk.admin.post_once(&path, "g1", json!({})).await;
    assert_eq!((first.status, &first.json), (200, &second.json));
    assert_eq!(second.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn a_cashier_sees_what_he_asked_for_himself() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, Some(500)).await;
    let other = desk.second_cashier().await;
    assert!(listed(&other, "REQUESTED").await.is_empty());
    let own = listed(&desk.cashier, "REQUESTED").await;
    assert_eq!((own.len(), &own[0]["id"]), (1, &relief.into()));
    assert_eq!(listed(&desk.server.login("audit").await, "REQUESTED").await, own);
    let wrong = desk.admin.get("/api/reliefs?state=PERHAPS").await;
    assert_eq!((wrong.status, &wrong.json["pointer"]), (422, &"/state".into()));
}

#[tokio::test]
async fn who_asked_takes_it_back_until_somebody_decides() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, None).await;
    let path = format!("/api/reliefs/{relief}/withdraw");
    desk.admin.act(&path).await.is(403, "not_yours");
    desk.server.login("compta").await.act(&path).await.is(403, "forbidden");
    let gone = desk.cashier.act(&path).await;
    assert_eq!((gone.status, &gone.json), (200, &json!({"reliefId": relief, "state": "WITHDRAWN"})));
    assert!(desk.work_items().await.is_empty());
    assert_eq!(listed(&desk.cashier, "WITHDRAWN").await[0]["id"], relief);
    desk.admin.grant(&relief).await.is(409, "already_decided");
    desk.cashier.act(&path).await.is(409, "already_decided");
    let other = desk.exemption(&bill, None).await;
    assert_eq!(desk.admin.grant(&other).await.status, 200, "and he may ask again");
    desk.cashier.act(&format!("/api/reliefs/{other}/withdraw")).await.is(409, "already_decided");
}

#[tokio::test]
async fn what_can_not_be_granted_now_is_no_work_until_it_can() {
    let desk = Desk::open().await;
    let bill = desk.bill(&[4_000]).await;
    let relief = desk.exemption(&bill, Some(3_000)).await;
    let waits = async || {
        let (items, listed) = (desk.work_items().await.len(), listed(&desk.admin, "REQUESTED").await);
        let counted = desk.admin.get("/api/stats/global").await.json["queue"]["workItems"].clone();
        assert_eq!(counted, items, "the card counts what the list shows");
        (items, listed[0]["grantable"].clone())
    };
    assert_eq!(waits().await, (1, true.into()));
    assert_eq!(desk.part(&bill, 1_000).await.status, 201);
    assert_eq!(waits().await, (1, true.into()), "as much is still due");
    let paid = desk.part(&bill, 3_000).await;
    assert_eq!(waits().await, (0, false.into()), "it is paid");
    desk.admin.grant(&relief).await.is(409, "already_paid");
    let asked = desk.cashier.refund(&paid.text_of("paymentId"), 3_000).await;
    assert_eq!(desk.admin.approve(&asked).await.status, 200);
    assert_eq!(desk.cashier.complete(&asked).await.status, 200);
    assert_eq!(waits().await, (1, true.into()), "as much is due again");
    assert_eq!(desk.admin.grant(&relief).await.status, 200);
}
