//! Money that goes back: asked by one, agreed by another, given once, and marked wherever the receipt is shown.

use crate::{
    desk::{Desk, at_once},
    server::{Answer, Caller},
};
use reqwest::Method;
use serde_json::{Value, json};

impl Caller {
    /// Asks that a part of a payment goes back.
    pub async fn refund(&self, payment: &str, amount: i64) -> Answer {
        let body = json!({"kind": "REFUND", "amount": amount, "reason": "Examen annulé"});
        self.post(&format!("/api/payments/{payment}/refunds"), body).await
    }

    /// Asks that a payment is undone.
    pub async fn void(&self, payment: &str) -> Answer {
        let body = json!({"kind": "VOID", "reason": "Mauvais patient"});
        self.post(&format!("/api/payments/{payment}/refunds"), body).await
    }

    /// Agrees.
    pub async fn approve(&self, asked: &Answer) -> Answer {
        self.send(self.request(Method::POST, &path(asked, "approve"))).await
    }

    /// Does not agree.
    pub async fn reject(&self, asked: &Answer) -> Answer {
        self.post(&path(asked, "reject"), json!({"reason": "Reçu introuvable"})).await
    }

    /// Gives the money back.
    pub async fn complete(&self, asked: &Answer) -> Answer {
        self.post(&path(asked, "complete"), json!({})).await
    }

    /// The same by mobile money.
    pub async fn transferred(&self, asked: &Answer, reference: &str) -> Answer {
        self.post(&path(asked, "complete"), json!({"providerReference": reference})).await
    }
}

fn path(asked: &Answer, what: &str) -> String {
    let (payment, refund) = (asked.text_of("paymentId"), asked.text_of("refundId"));
    format!("/api/payments/{payment}/refunds/{refund}/{what}")
}

#[track_caller]
pub fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json["code"].as_str()), (status, Some(code)), "{}", answer.text);
}

#[track_caller]
pub fn ok(answer: Answer) -> Answer {
    assert!([200, 201].contains(&answer.status), "{}", answer.text);
    answer
}

/// Cash for a fresh prescription: its id, the payment, the receipt.
pub async fn paid(desk: &Desk) -> (String, String, String) {
    let prescription = desk.prescription().await;
    let taken = ok(desk.cashier.cash(&prescription, 1_500).await);
    (prescription, taken.text_of("paymentId"), taken.text_of("receiptNumber"))
}

/// Asked by the cashier and agreed by the accountant.
pub async fn approved(desk: &Desk, payment: &str, amount: i64) -> Answer {
    let asked = ok(desk.cashier.refund(payment, amount).await);
    ok(desk.server.login("compta").await.approve(&asked).await);
    asked
}

/// What lies in each cashier's drawer, the latest opened first, as the administrator sees it.
pub async fn drawers(desk: &Desk) -> Vec<i64> {
    let tills = desk.admin.get("/api/tills").await.json;
    tills.as_array().unwrap().iter().map(|till| till["expected"].as_i64().unwrap()).collect()
}

/// Where a refund is shown.
pub fn asked_at(asked: &Answer) -> String {
    format!("/api/refunds/{}", asked.text_of("refundId"))
}

/// A number's place in its series.
pub fn nth(number: &str) -> u64 {
    number.rsplit('-').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn money_goes_back_by_two_persons_and_is_due_again() {
    let desk = Desk::open().await;
    let (prescription, payment, receipt) = paid(&desk).await;
    let asked = desk.cashier.refund(&payment, 1_500).await;
    assert_eq!((asked.status, &asked.json["state"]), (201, &"REQUESTED".into()), "{}", asked.text);
    is(&desk.cashier.complete(&asked).await, 409, "not_approved");
    let agreed = ok(desk.server.login("compta").await.approve(&asked).await);
    assert_eq!(agreed.json["state"], "APPROVED");
    assert_eq!(
        (drawers(&desk).await, &desk.shown(&prescription).await["status"]),
        (vec![11_500], &"PAID".into())
    );
    let given = ok(desk.cashier.complete(&asked).await);
    assert_eq!((nth(&given.text_of("slipNumber")), &given.text_of("slipNumber")[..2]), (1, "B-"));
    assert_eq!(
        (&given.json["amount"], &given.json["applied"], &given.json["advance"]),
        (&1_500.into(), &1_500.into(), &0.into())
    );
    assert_eq!(drawers(&desk).await, [10_000]);
    let shown = desk.shown(&prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PENDING".into(), &0.into()));
    assert_eq!(
        (&shown["payments"][0]["refunded"], &shown["payments"][0]["mark"]),
        (&1_500.into(), &"REFUNDED".into())
    );
    let paper = desk.receipt(&receipt).await;
    assert_eq!(
        (&paper["amount"], &paper["refunded"], &paper["mark"]),
        (&1_500.into(), &1_500.into(), &"REFUNDED".into())
    );
    let refund = desk.cashier.get(&asked_at(&asked)).await.json;
    for (field, wanted) in [
        ("receiptNumber", receipt.as_str()),
        ("slipNumber", &given.text_of("slipNumber")),
        ("state", "COMPLETED"),
        ("method", "CASH"),
        ("requestedBy", "DÉMO caisse1"),
        ("decidedBy", "DÉMO compta"),
        ("completedBy", "DÉMO caisse1"),
        ("patientName", "PREMIER Essai"),
        ("day", given.json["day"].as_str().unwrap()),
    ] {
        assert_eq!(refund[field], wanted, "{field} in {refund}");
    }
    let again = ok(desk.cashier.cash(&prescription, 1_500).await);
    assert_eq!(nth(&again.text_of("receiptNumber")), 2);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
}

#[tokio::test]
async fn a_part_that_goes_back_leaves_the_prescription_partly_paid() {
    let desk = Desk::open().await;
    let (prescription, payment, receipt) = paid(&desk).await;
    ok(desk.cashier.complete(&approved(&desk, &payment, 400).await).await);
    let shown = desk.shown(&prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PARTIALLY_PAID".into(), &1_100.into()));
    let paper = desk.receipt(&receipt).await;
    assert_eq!((&paper["refunded"], &paper["mark"]), (&400.into(), &"PARTLY_REFUNDED".into()));
    let rest = ok(desk.cashier.cash(&prescription, 400).await);
    assert_eq!(rest.json["amount"], 400);
    assert_eq!(
        (drawers(&desk).await, &desk.shown(&prescription).await["status"]),
        (vec![11_500], &"PAID".into())
    );
    is(&desk.cashier.refund(&payment, 1_101).await, 409, "more_than_received");
    ok(desk.cashier.refund(&payment, 1_100).await);
}

#[tokio::test]
async fn who_asked_and_who_had_received_the_money_cant_agree() {
    let desk = Desk::open().await;
    let (_, payment, _) = paid(&desk).await;
    let compta = desk.server.login("compta").await;
    let asked = ok(desk.admin.refund(&payment, 1_500).await);
    is(&desk.admin.approve(&asked).await, 403, "not_yours");
    is(&desk.cashier.approve(&asked).await, 403, "forbidden");
    ok(compta.approve(&asked).await);
    // An administrator may ask a payer's phone, and is then the one who received.
    let second = desk.second_admin().await;
    let mobile = desk.admin.initiate(&desk.prescription().await, "90 12 34 00").await;
    let mobile = mobile.text_of("paymentId");
    desk.admin.until(&mobile, "SUCCESS").await;
    let asked = ok(second.refund(&mobile, 1_500).await);
    is(&desk.admin.approve(&asked).await, 403, "not_yours");
    is(&second.approve(&asked).await, 403, "not_yours");
    ok(compta.approve(&asked).await);
    assert_eq!(compta.get(&asked_at(&asked)).await.json["state"], "APPROVED");
}

impl Desk {
    /// Another administrator.
    async fn second_admin(&self) -> Caller {
        let password = crate::server::random();
        let body = json!({"username": "admin2", "password": password, "firstName": "Deux", "lastName": "ADMIN",
            "role": "ADMIN"});
        ok(self.admin.post("/api/users", body).await);
        self.server.login_with("admin2", &password).await
    }
}

#[tokio::test]
async fn a_cashier_asks_for_his_own_payments_and_sees_what_concerns_him() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    let (_, payment, _) = paid(&desk).await;
    is(&other.refund(&payment, 500).await, 404, "payment_not_found");
    let asked = ok(desk.cashier.refund(&payment, 500).await);
    assert_eq!(other.get("/api/refunds").await.json, json!([]));
    is(&other.get(&asked_at(&asked)).await, 404, "refund_not_found");
    assert_eq!(desk.cashier.get("/api/refunds?state=REQUESTED").await.json.as_array().unwrap().len(), 1);
    assert_eq!(desk.cashier.get("/api/refunds?state=APPROVED").await.json, json!([]));
    approved(&desk, &payment, 300).await;
    let waiting = other.get("/api/refunds").await.json;
    assert_eq!(waiting[0]["amount"], 300, "whoever has a drawer may be the one to pay it out: {waiting}");
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    let wrong = desk.cashier.get("/api/refunds?state=DONE").await;
    assert_eq!((wrong.status, &wrong.json["pointer"]), (422, &"/state".into()));
    // Whoever is at the desk when the payer comes gives it back, out of his own drawer.
    ok(desk.admin.approve(&asked).await);
    ok(other.complete(&asked).await);
    assert_eq!(drawers(&desk).await, [9_500, 11_500]);
    assert_eq!(other.get(&asked_at(&asked)).await.json["completedBy"], "DÉMO caisse2");
}

#[tokio::test]
async fn twenty_requests_at_once_never_ask_back_more_than_came() {
    let desk = Desk::open().await;
    let (_, payment, _) = paid(&desk).await;
    let body = json!({"kind": "REFUND", "amount": 200, "reason": "Trop perçu"});
    let path = format!("/api/payments/{payment}/refunds");
    let requests = (0..20).map(|at| {
        let caller = if at % 2 == 0 { &desk.cashier } else { &desk.admin };
        (caller.clone(), path.clone(), None, body.clone())
    });
    let (accepted, refused): (Vec<_>, Vec<_>) =
        at_once(requests).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(accepted.len(), 7, "7 times 200 of 1,500");
    refused.iter().for_each(|answer| is(answer, 409, "more_than_received"));
    ok(desk.cashier.refund(&payment, 100).await);
    is(&desk.cashier.refund(&payment, 1).await, 409, "more_than_received");
    ok(desk.server.login("compta").await.reject(&accepted[0]).await);
    is(&desk.cashier.refund(&payment, 201).await, 409, "more_than_received");
    ok(desk.cashier.refund(&payment, 200).await);
}

#[tokio::test]
async fn twenty_completions_at_once_pay_once() {
    let desk = Desk::open().await;
    let second = desk.second_cashier().await;
    let (prescription, payment, _) = paid(&desk).await;
    let asked = approved(&desk, &payment, 600).await;
    let requests = (0..20).map(|at| {
        let caller = if at % 2 == 0 { &desk.cashier } else { &second };
        (caller.clone(), path(&asked, "complete"), None, json!({}))
    });
    let (given, refused): (Vec<_>, Vec<_>) =
        at_once(requests).await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((given.len(), nth(&given[0].text_of("slipNumber"))), (1, 1));
    refused.iter().for_each(|answer| is(answer, 409, "already_decided"));
    assert_eq!(drawers(&desk).await.iter().sum::<i64>(), 20_000 + 1_500 - 600);
    assert_eq!(desk.shown(&prescription).await["paidAmount"], 900);
    let next = approved(&desk, &payment, 900).await;
    assert_eq!(nth(&ok(second.complete(&next).await).text_of("slipNumber")), 2);
}

#[tokio::test]
async fn slips_are_numbered_without_a_gap_and_receipts_stay() {
    let desk = Desk::open().await;
    let mut requests = vec![];
    for _ in 0..20 {
        let (_, payment, _) = paid(&desk).await;
        let asked = approved(&desk, &payment, 1_500).await;
        requests.push((desk.cashier.clone(), path(&asked, "complete"), None, json!({})));
    }
    let mut slips: Vec<_> =
        at_once(requests).await.into_iter().map(|answer| nth(&ok(answer).text_of("slipNumber"))).collect();
    slips.sort_unstable();
    assert_eq!(slips, (1..=20).collect::<Vec<_>>());
    assert_eq!(drawers(&desk).await, [10_000]);
    let report = desk.admin.report().await;
    let lines: Vec<_> =
        report["payments"].as_array().unwrap().iter().filter(|line| line["kind"] == "RECEIPT").collect();
    let numbers: Vec<_> = lines.iter().map(|line| nth(line["receiptNumber"].as_str().unwrap())).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    assert!(lines.iter().all(|line| line["mark"] == "REFUNDED" && line["refunded"] == 1_500));
    let (_, _, next) = paid(&desk).await;
    assert_eq!(nth(&next), 21);
}

#[tokio::test]
async fn mobile_money_goes_back_with_the_providers_reference_and_out_of_no_drawer() {
    let desk = Desk::open().await;
    let compta = desk.server.login("compta").await;
    let prescription = desk.prescription().await;
    let payment = desk.cashier.initiate(&prescription, "90 12 34 00").await.text_of("paymentId");
    desk.cashier.until(&payment, "SUCCESS").await;
    is(&desk.cashier.void(&payment).await, 409, "only_refund");
    let asked = approved(&desk, &payment, 1_500).await;
    is(&desk.cashier.transferred(&asked, "D-1").await, 403, "forbidden");
    let without = compta.complete(&asked).await;
    assert_eq!((without.status, &without.json["pointer"]), (422, &"/providerReference".into()));
    let empty = compta.transferred(&asked, "  ").await;
    assert_eq!((empty.status, &empty.json["pointer"]), (422, &"/providerReference".into()));
    let given = ok(compta.transferred(&asked, "D-2026-77").await);
    assert_eq!((&given.json["tillId"], &given.json["applied"]), (&Value::Null, &1_500.into()));
    assert_eq!(drawers(&desk).await, [10_000]);
    let refund = desk.cashier.get(&asked_at(&asked)).await.json;
    assert_eq!((&refund["providerReference"], &refund["method"]), (&"D-2026-77".into(), &"TMONEY".into()));
    let shown = desk.shown(&prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PENDING".into(), &0.into()));
    assert_eq!(desk.cashier.status(&payment).await.json["status"], "SUCCESS", "PAID is never lowered");
    // Cash has no provider, and nobody but a cashier has a drawer.
    let (_, cash, _) = paid(&desk).await;
    let asked = approved(&desk, &cash, 100).await;
    let named = desk.cashier.transferred(&asked, "D-3").await;
    assert_eq!((named.status, &named.json["pointer"]), (422, &"/providerReference".into()));
    is(&compta.complete(&asked).await, 403, "forbidden");
    is(&desk.server.login("caisse2").await.complete(&asked).await, 409, "no_till_open");
}

#[tokio::test]
async fn what_never_came_cant_go_back() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    is(&desk.cashier.refund(&open.payment, 1).await, 409, "more_than_received");
    desk.server.tell("TMONEY", open.report("SUCCESS", 900)).await;
    is(&desk.cashier.refund(&open.payment, 901).await, 409, "more_than_received");
    ok(desk.cashier.refund(&open.payment, 900).await);
    let nowhere = "00000000-0000-7000-8000-000000000000";
    is(&desk.cashier.refund(nowhere, 1).await, 404, "payment_not_found");
    let unknown = format!("/api/payments/{}/refunds/{nowhere}/approve", open.payment);
    is(&desk.admin.send(desk.admin.request(Method::POST, &unknown)).await, 404, "refund_not_found");
    let (_, payment, _) = paid(&desk).await;
    let refunds = format!("/api/payments/{payment}/refunds");
    for (body, pointer) in [
        (json!({"kind": "REFUND", "amount": 0, "reason": "Essai"}), "/amount"),
        (json!({"kind": "REFUND", "reason": "Essai"}), "/amount"),
        (json!({"kind": "REFUND", "amount": -5, "reason": "Essai"}), "/amount"),
        (json!({"kind": "REFUND", "amount": 1, "reason": " "}), "/reason"),
        (json!({"kind": "RETURN", "amount": 1, "reason": "Essai"}), "/kind"),
    ] {
        let refused = desk.cashier.post(&refunds, body).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &pointer.into()), "{}", refused.text);
    }
    assert_eq!(desk.cashier.get("/api/refunds").await.json.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_advance_goes_back_first_and_the_prescription_stays_paid() {
    let desk = Desk::open().await;
    let compta = desk.server.login("compta").await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 1_500)).await;
    let twice = crate::provider::report(&open.reference, "T-SECOND", "SUCCESS", 1_500);
    desk.server.tell("TMONEY", twice).await;
    let numbers: Vec<_> = desk.receipts_of(&open.payment).await;
    let [first, second] = [0, 1].map(|at| numbers[at]["receiptNumber"].as_str().unwrap().to_owned());
    let marks = async || {
        let papers = [desk.receipt(&first).await, desk.receipt(&second).await];
        papers.map(|paper| (paper["refunded"].as_i64().unwrap(), paper["mark"].as_str().map(str::to_owned)))
    };
    let part = ok(compta.transferred(&approved(&desk, &open.payment, 500).await, "D-1").await);
    assert_eq!((&part.json["applied"], &part.json["advance"]), (&0.into(), &500.into()));
    assert_eq!(marks().await, [(0, None), (500, Some("PARTLY_REFUNDED".into()))]);
    assert_eq!(desk.kinds(&open.payment).await, ["doubled"], "1,000 are still owed");
    ok(compta.transferred(&approved(&desk, &open.payment, 1_000).await, "D-2").await);
    assert_eq!(marks().await, [(0, None), (1_500, Some("REFUNDED".into()))]);
    assert!(desk.kinds(&open.payment).await.is_empty(), "nothing is owed any more");
    let shown = desk.shown(&open.prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PAID".into(), &1_500.into()));
    assert_eq!(shown["payments"][0]["mark"], "PARTLY_REFUNDED", "1,500 of 3,000");
    let rest = ok(compta.transferred(&approved(&desk, &open.payment, 1_500).await, "D-3").await);
    assert_eq!((&rest.json["applied"], &rest.json["advance"]), (&1_500.into(), &0.into()));
    assert_eq!(marks().await, [(1_500, Some("REFUNDED".into())), (1_500, Some("REFUNDED".into()))]);
    assert_eq!(desk.shown(&open.prescription).await["status"], "PENDING");
}

#[tokio::test]
async fn one_refund_that_takes_advance_and_payment_marks_both() {
    let desk = Desk::open().await;
    let open = desk.open_attempt().await;
    desk.server.tell("TMONEY", open.report("SUCCESS", 2_000)).await;
    assert_eq!(desk.kinds(&open.payment).await, ["advance"]);
    let asked = approved(&desk, &open.payment, 600).await;
    let given = ok(desk.server.login("compta").await.transferred(&asked, "D-1").await);
    assert_eq!((&given.json["applied"], &given.json["advance"]), (&100.into(), &500.into()));
    let shown = desk.shown(&open.prescription).await;
    assert_eq!((&shown["status"], &shown["paidAmount"]), (&"PARTIALLY_PAID".into(), &1_400.into()));
    let paper = desk.receipts_of(&open.payment).await;
    assert_eq!((&paper[0]["refunded"], &paper[0]["mark"]), (&600.into(), &"PARTLY_REFUNDED".into()));
    assert!(desk.kinds(&open.payment).await.is_empty());
}

#[tokio::test]
async fn what_is_decided_is_not_decided_otherwise() {
    let desk = Desk::open().await;
    let compta = desk.server.login("compta").await;
    let (_, payment, _) = paid(&desk).await;
    let refused = ok(desk.cashier.refund(&payment, 500).await);
    ok(compta.reject(&refused).await);
    ok(compta.reject(&refused).await);
    is(&compta.approve(&refused).await, 409, "already_decided");
    is(&desk.cashier.complete(&refused).await, 409, "already_decided");
    let seen = compta.get(&asked_at(&refused)).await.json;
    assert_eq!((&seen["state"], &seen["rejection"]), (&"REJECTED".into(), &"Reçu introuvable".into()));
    let asked = approved(&desk, &payment, 500).await;
    ok(compta.approve(&asked).await);
    ok(compta.reject(&asked).await);
    is(&desk.cashier.complete(&asked).await, 409, "already_decided");
    let asked = approved(&desk, &payment, 500).await;
    ok(desk.cashier.complete(&asked).await);
    is(&compta.reject(&asked).await, 409, "already_decided");
    is(&compta.approve(&asked).await, 409, "already_decided");
    assert_eq!(drawers(&desk).await, [11_000]);
}

#[tokio::test]
async fn a_refund_waits_in_the_work_items_until_it_is_decided_and_paid() {
    let desk = Desk::open().await;
    let (_, payment, _) = paid(&desk).await;
    let asked = ok(desk.cashier.refund(&payment, 500).await);
    let other = ok(desk.cashier.refund(&payment, 300).await);
    assert_eq!(desk.kinds(&payment).await, ["refund_requested", "refund_requested"]);
    ok(desk.admin.approve(&asked).await);
    assert_eq!(desk.kinds(&payment).await, ["refund_approved", "refund_requested"]);
    let items = desk.work_items().await;
    let item = items.iter().find(|item| item["kind"] == "refund_approved").unwrap();
    assert_eq!((&item["amount"], &item["reference"]), (&500.into(), &asked.json["refundId"]));
    ok(desk.admin.reject(&other).await);
    assert_eq!(desk.kinds(&payment).await, ["refund_approved"]);
    ok(desk.cashier.complete(&asked).await);
    assert!(desk.kinds(&payment).await.is_empty());
}

#[tokio::test]
async fn the_same_key_asks_once_agrees_once_and_pays_once() {
    let desk = Desk::open().await;
    let (_, payment, _) = paid(&desk).await;
    let refunds = format!("/api/payments/{payment}/refunds");
    let body = json!({"kind": "REFUND", "amount": 400, "reason": "Trop perçu"});
    let copies = |path: &str, body: &Value| {
        (0..20)
            .map(|_| (desk.cashier.clone(), path.to_owned(), Some("k".into()), body.clone()))
            .collect::<Vec<_>>()
    };
    let asked = at_once(copies(&refunds, &body)).await;
    assert!(asked.iter().all(|answer| answer.status == 201 && answer.json == asked[0].json));
    assert_eq!(desk.cashier.get("/api/refunds").await.json.as_array().unwrap().len(), 1);
    ok(desk.admin.approve(&asked[0]).await);
    let given = at_once(copies(&path(&asked[0], "complete"), &json!({}))).await;
    assert!(given.iter().all(|answer| answer.status == 200 && answer.json == given[0].json), "{given:?}");
    let told_again = given.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed"));
    assert_eq!((told_again.count(), drawers(&desk).await), (19, vec![11_100]));
    // Long after it was decided and paid, the first answer is given.
    let again = desk.cashier.post_once(&refunds, "k", body).await;
    assert_eq!((again.status, &again.json), (201, &asked[0].json));
    let other = json!({"kind": "REFUND", "amount": 401, "reason": "Trop perçu"});
    is(&desk.cashier.post_once(&refunds, "k", other).await, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_drawer_gives_no_more_than_lies_in_it() {
    let desk = Desk::open().await;
    let exam = desk.admin.exam("IRM", 25_000).await;
    let prescription = desk.cashier.prescription(&desk.patient, &exam).await;
    let payment = ok(desk.cashier.cash(&prescription, 25_000).await).text_of("paymentId");
    let asked = approved(&desk, &payment, 25_000).await;
    let other = desk.second_cashier().await;
    is(&other.complete(&asked).await, 409, "drawer_too_small");
    ok(desk.cashier.complete(&asked).await);
    assert_eq!(drawers(&desk).await, [10_000, 10_000]);
}

#[tokio::test]
async fn whoever_checks_a_receipt_is_told_what_went_back() {
    let desk = Desk::open().await;
    let nobody = desk.server.anonymous();
    let (_, payment, receipt) = paid(&desk).await;
    let code =
        desk.receipt(&receipt).await["qrText"].as_str().unwrap().rsplit_once("/r/").unwrap().1.to_owned();
    let told = async || {
        let verdict = nobody.post("/api/receipts/verify", json!({"code": code})).await;
        assert_eq!(verdict.json["valid"], true, "the paper is genuine whatever became of the money");
        let page = nobody.get(&format!("/r/{code}")).await;
        let (_, title) = page.text.split_once("<h1").unwrap().1.split_once('>').unwrap();
        let title = title.split("</h1>").next().unwrap().to_owned();
        (verdict.text_of("state"), verdict.json["refunded"].as_i64().unwrap(), title)
    };
    assert_eq!(told().await, ("PAID".into(), 0, "Reçu authentique".into()));
    ok(desk.cashier.complete(&approved(&desk, &payment, 500).await).await);
    desk.receipt(&receipt).await;
    let partly = "Reçu authentique, remboursé en partie\u{202f}: 500\u{202f}FCFA";
    assert_eq!(told().await, ("PARTLY_REFUNDED".into(), 500, partly.into()));
    ok(desk.cashier.complete(&approved(&desk, &payment, 1_000).await).await);
    desk.receipt(&receipt).await;
    let all = "Reçu authentique, mais remboursé\u{202f}: l’argent a été rendu";
    assert_eq!(told().await, ("REFUNDED".into(), 1_500, all.into()));
    let (_, payment, receipt) = paid(&desk).await;
    let asked = ok(desk.cashier.void(&payment).await);
    ok(desk.admin.approve(&asked).await);
    ok(desk.cashier.complete(&asked).await);
    let text = desk.receipt(&receipt).await["qrText"].as_str().unwrap().to_owned();
    let code = text.rsplit_once("/r/").unwrap().1;
    let verdict = nobody.post("/api/receipts/verify", json!({"code": code})).await;
    assert_eq!((&verdict.json["state"], &verdict.json["refunded"]), (&"VOIDED".into(), &1_500.into()));
    assert!(nobody.get(&format!("/r/{code}")).await.text.contains("mais annulé"));
}

#[tokio::test]
async fn read_models_with_refunds_are_made_anew_to_the_same_rows() {
    let desk = Desk::open().await;
    let (_, first, receipt) = paid(&desk).await;
    ok(desk.cashier.complete(&approved(&desk, &first, 500).await).await);
    let (_, second, _) = paid(&desk).await;
    let asked = ok(desk.cashier.void(&second).await);
    ok(desk.admin.approve(&asked).await);
    ok(desk.cashier.complete(&asked).await);
    ok(desk.cashier.refund(&first, 100).await);
    ok(desk
        .admin
        .send(desk.admin.request(Method::POST, &format!("/api/receipts/{receipt}/duplicata")))
        .await);
    let rebuilt = desk.rebuilt().await;
    assert_eq!(rebuilt["rebuild"]["state"], "SWAPPED", "{rebuilt}");
    assert_eq!(desk.receipt(&receipt).await["refunded"], 500);
}
