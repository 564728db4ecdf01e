//! Who may do what: one table over all routes, everybody else is refused (rule 42).

use crate::{
    desk::Desk,
    problems::is_refused,
    server::{Answer, Caller},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROLES: [(&str, &str); 5] =
    [("A", "admin"), ("C", "caisse1"), ("T", "labo"), ("K", "compta"), ("U", "audit")];

/// Method, path of the contract, and who may: Admin, Cashier, Technician, K for accountant, aUditor.
/// `*` is anybody, signed in or not. A route that is not here is nobody's, and fails the test.
const TABLE: &[(&str, &str, &str)] = &[
    ("post", "/api/auth/login", "*"),
    ("post", "/api/auth/logout", "ACTKU"),
    ("post", "/api/users", "A"),
    ("get", "/api/users", "AU"),
    ("post", "/api/users/{id}/disable", "A"),
    ("post", "/api/patients", "AC"),
    ("get", "/api/patients", "ACT"),
    ("get", "/api/patients/{id}", "ACT"),
    ("delete", "/api/patients/{id}", "A"),
    ("post", "/api/exams", "A"),
    ("get", "/api/exams", "ACTKU"),
    ("post", "/api/exams/{id}/prices", "A"),
    ("post", "/api/prescriptions", "AC"),
    ("get", "/api/prescriptions", "ACTKU"),
    ("get", "/api/prescriptions/{id}", "ACTKU"),
    ("post", "/api/prescriptions/{id}/coverage", "AC"),
    ("post", "/api/prescriptions/{id}/coverage/withdraw", "AC"),
    ("post", "/api/prescriptions/{id}/reliefs", "AC"),
    ("get", "/api/prescriptions/{id}/quittance", "ACKU"),
    ("post", "/api/prescriptions/{id}/exams/{line}/start", "T"),
    ("post", "/api/prescriptions/{id}/exams/{line}/complete", "T"),
    ("get", "/api/exams/queue", "ATU"),
    ("post", "/api/payers", "A"),
    ("get", "/api/payers", "ACKU"),
    ("post", "/api/payers/{code}/rates", "A"),
    ("get", "/api/reliefs", "ACKU"),
    ("post", "/api/reliefs/{id}/grant", "AK"),
    ("post", "/api/reliefs/{id}/reject", "AK"),
    ("post", "/api/reliefs/{id}/withdraw", "AC"),
    ("get", "/api/reports/activity/service", "AKU"),
    ("post", "/api/tills/open", "C"),
    ("get", "/api/tills", "ACKU"),
    ("get", "/api/tills/{id}", "ACKU"),
    ("post", "/api/tills/{id}/close", "ACK"),
    ("post", "/api/tills/{id}/sign", "AK"),
    ("post", "/api/tills/{id}/transfers", "C"),
    ("post", "/api/tills/{id}/transfers/{transfer}/accept", "C"),
    ("post", "/api/tills/{id}/transfers/{transfer}/return", "ACK"),
    ("post", "/api/tills/{id}/deposits", "C"),
    ("get", "/api/desks", "ACKU"),
    ("get", "/api/transfers", "ACKU"),
    ("get", "/api/deposits", "ACKU"),
    ("post", "/api/deposits/{id}/prove", "AK"),
    ("get", "/api/payments", "ACKU"),
    ("get", "/api/payments/{id}", "ACKU"),
    ("post", "/api/payments/cash", "C"),
    ("post", "/api/payments/mobile-money/initiate", "AC"),
    ("post", "/api/payments/mobile-money/callback/{provider}", "*"),
    ("get", "/api/payments/mobile-money/{id}/status", "ACKU"),
    ("post", "/api/payments/{id}/abandon", "AC"),
    ("post", "/api/payments/{id}/resolve", "AK"),
    ("post", "/api/payments/{id}/refunds", "AC"),
    ("post", "/api/payments/{id}/refunds/{refund}/approve", "AK"),
    ("post", "/api/payments/{id}/refunds/{refund}/reject", "AK"),
    ("post", "/api/payments/{id}/refunds/{refund}/complete", "ACK"),
    ("get", "/api/refunds", "ACKU"),
    ("get", "/api/refunds/{id}", "ACKU"),
    ("post", "/api/receipts/verify", "*"),
    ("get", "/api/receipts/keys", "*"),
    ("get", "/api/receipts/{number}", "ACKU"),
    ("get", "/api/receipts/{number}/qr.svg", "ACKU"),
    ("post", "/api/receipts/{number}/duplicata", "ACK"),
    ("get", "/api/reports/financial/daily", "ACKU"),
    ("get", "/api/reports/financial/period", "AKU"),
    ("get", "/api/reports/cashiers", "AKU"),
    ("get", "/api/reports/providers", "AKU"),
    ("get", "/api/reports/tills", "AKU"),
    ("get", "/api/reports/outstanding", "AKU"),
    ("get", "/api/tills/{id}/sheet", "ACKU"),
    ("get", "/api/reports/journal", "AKU"),
    ("get", "/api/reports/trial-balance", "AKU"),
    ("get", "/api/reports/explain", "AKU"),
    ("post", "/api/reports/sign", "ACK"),
    ("get", "/api/reports/signed", "ACKU"),
    ("get", "/api/reports/signed/{id}", "ACKU"),
    ("get", "/api/reports/export", "ACKU"),
    ("delete", "/api/reports/export", "ACKU"),
    ("get", "/api/reports/export/{format}", "ACKU"),
    ("get", "/api/reports/exports", "AKU"),
    ("get", "/api/stats/global", "ACKU"),
    ("get", "/api/work-items", "AKU"),
    ("get", "/api/projectors", "AU"),
    ("post", "/api/projectors/rebuild", "A"),
    ("delete", "/api/projectors/rebuild", "A"),
    ("post", "/api/projectors/{name}/skip", "A"),
    ("post", "/api/projectors/{name}/retry", "A"),
    ("get", "/api/stream", "ACTKU"),
    ("get", "/api/health", "*"),
    ("get", "/api/health/metrics", "AKU"),
];

/// A body of the right form whose ids exist nowhere: whoever may is told so, and nothing is written.
fn body(method: &str, path: &str) -> Option<Value> {
    let nowhere = "00000000-0000-7000-8000-000000000000";
    Some(match (method, path) {
        ("post", "/api/auth/login") => json!({"username": "personne", "password": "rien du tout"}),
        ("post", "/api/users") => {
            json!({"username": "x", "password": "court", "firstName": "X", "lastName": "Y", "role": "CASHIER"})
        }
        ("post", "/api/patients") => json!({"firstName": "", "lastName": ""}),
        ("post", "/api/exams") => json!({"code": "", "name": "", "category": "", "price": 1}),
        ("post", "/api/exams/{id}/prices") => json!({"price": 1}),
        ("post", "/api/prescriptions") => json!({"patientId": nowhere, "exams": []}),
        ("post", "/api/prescriptions/{id}/coverage") => {
            json!({"payer": "INAM", "cardNumber": "1", "voucher": "1"})
        }
        ("post", "/api/prescriptions/{id}/reliefs") => json!({"kind": "EXEMPTION", "reason": "essai"}),
        ("post", "/api/payers") => json!({"code": "", "name": ""}),
        ("post", "/api/payers/{code}/rates") => json!({"rate": 80}),
        ("post", "/api/prescriptions/{id}/coverage/withdraw") => json!({"reason": "essai"}),
        ("post", "/api/reliefs/{id}/reject") => json!({"reason": "essai"}),
        ("post", "/api/tills/open") => json!({"desk": "", "float": 0}),
        ("post", "/api/tills/{id}/close" | "/api/tills/{id}/deposits") => json!({"count": {"COIN1": 1}}),
        ("post", "/api/tills/{id}/sign") => json!({"note": "essai"}),
        ("post", "/api/tills/{id}/transfers") => json!({"to": nowhere, "amount": 1}),
        ("post", "/api/deposits/{id}/prove") => json!({"place": "BANK", "reference": "essai"}),
        ("post", "/api/payments/cash") => json!({"prescriptionId": nowhere, "amountTendered": 1}),
        ("post", "/api/payments/mobile-money/initiate") => {
            json!({"prescriptionId": nowhere, "provider": "TMONEY", "phoneNumber": "90123456"})
        }
        ("post", "/api/payments/{id}/resolve") => json!({"outcome": "DECLINED", "note": "essai"}),
        ("post", "/api/reports/sign") => json!({"report": "daily", "date": "2020-01-01"}),
        ("post", "/api/payments/{id}/refunds") => json!({"kind": "VOID", "reason": "essai"}),
        ("post", "/api/payments/{id}/refunds/{refund}/reject") => json!({"reason": "essai"}),
        ("post", "/api/payments/{id}/refunds/{refund}/complete") => json!({}),
        ("post", "/api/receipts/verify") => json!({"code": "rien"}),
        ("post", "/api/projectors/{name}/skip") => json!({"position": 1, "reason": "essai"}),
        _ => return None,
    })
}

async fn call(who: &Caller, method: &str, path: &str) -> Answer {
    let filled = path
        .replace("{id}", "00000000-0000-7000-8000-000000000000")
        .replace("{transfer}", "00000000-0000-7000-8000-000000000000")
        .replace("{refund}", "00000000-0000-7000-8000-000000000000")
        .replace("{provider}", "TMONEY")
        .replace("{number}", "R-2020-000001")
        .replace("{format}", "csv?reportType=financial&date=2020-01-01")
        .replace("{code}", "INAM")
        .replace("{line}", "1");
    let mut request = who.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &filled);
    if let Some(body) = body(method, path) {
        request = request.json(&body);
    }
    who.send(request).await
}

#[tokio::test]
async fn every_route_is_for_the_roles_of_the_table_and_nobody_else() {
    let desk = Desk::open().await;
    let anonymous = desk.server.anonymous();
    for (method, path, may) in TABLE {
        if *may == "*" {
            let answer = call(&anonymous, method, path).await;
            assert_ne!(answer.json["code"], "unauthenticated", "{method} {path}");
            continue;
        }
        let answer = call(&anonymous, method, path).await;
        is_refused(&format!("nobody: {method} {path}"), &answer, 401, "unauthenticated");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        for (letter, username) in ROLES {
            let who = desk.server.login(username).await;
            let answer = call(&who, method, path).await;
            let what = format!("{username}: {method} {path}");
            if may.contains(letter) {
                assert!(![401, 403].contains(&answer.status), "{what}: {}", answer.text);
                assert!(answer.status < 500, "{what}: {}", answer.text);
            } else {
                is_refused(&what, &answer, 403, "forbidden");
            }
        }
    }
}

#[tokio::test]
async fn the_table_has_every_route_of_the_contract() {
    let desk = Desk::open().await;
    let contract = desk.server.anonymous().get("/api/openapi.json").await;
    assert_eq!(contract.status, 200);
    let served: BTreeSet<(String, String)> = contract.json["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, routes)| {
            routes.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()))
        })
        .collect();
    let known = TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(served, known, "add the new route to TABLE in tests/border/roles.rs, with who may use it");
}

#[tokio::test]
async fn what_anybody_may_open_stays_open() {
    let desk = Desk::open().await;
    let anonymous = desk.server.anonymous();
    let prescription = desk.prescription().await;
    let receipt = desk.cashier.cash(&prescription, 1_500).await.text_of("receiptNumber");
    let qr = desk.cashier.get(&format!("/api/receipts/{receipt}")).await.text_of("qrText");
    let (_, code) = qr.rsplit_once("/r/").unwrap();
    for path in ["/api/health", "/api/openapi.json", "/api/receipts/keys", &format!("/r/{code}")] {
        assert_eq!(anonymous.get(path).await.status, 200, "{path}");
    }
    let verdict = anonymous.post("/api/receipts/verify", json!({"code": code})).await;
    assert_eq!((verdict.status, &verdict.json["valid"]), (200, &true.into()), "{}", verdict.text);
}

#[tokio::test]
async fn a_cashier_sees_nothing_of_another_cashiers_money() {
    let desk = Desk::open().await;
    let other = desk.server.login("caisse2").await;
    other.till("Guichet 2").await;
    let cash = desk.prescription().await;
    let receipt = desk.cashier.cash(&cash, 1_500).await.text_of("receiptNumber");
    let mobile = desk.prescription().await;
    let payment = desk.cashier.initiate(&mobile, "90 12 34 00").await.text_of("paymentId");
    desk.cashier.until(&payment, "SUCCESS").await;
    for (path, code) in [
        (format!("/api/payments/{payment}"), "payment_not_found"),
        (format!("/api/payments/mobile-money/{payment}/status"), "payment_not_found"),
        (format!("/api/receipts/{receipt}"), "receipt_not_found"),
        (format!("/api/receipts/{receipt}/qr.svg"), "receipt_not_found"),
    ] {
        assert_eq!(desk.cashier.get(&path).await.status, 200, "his own: {path}");
        is_refused(&path, &other.get(&path).await, 404, code);
    }
    assert_eq!(other.get("/api/payments?state=PAID").await.json, json!([]));
    assert_eq!(desk.cashier.get("/api/payments?state=PAID").await.json.as_array().unwrap().len(), 2);
    let tills = other.get("/api/tills").await;
    assert_eq!((tills.json.as_array().unwrap().len(), &tills.json[0]["desk"]), (1, &"Guichet 2".into()));
    other.end_session().await;
    let report = other.get("/api/reports/financial/daily").await;
    assert_eq!((&report.json["totalAmount"], &report.json["payments"]), (&0.into(), &json!([])));
    assert_eq!(other.get("/api/stats/global").await.json["today"]["amount"], 0);
    let shown = other.get(&format!("/api/prescriptions/{mobile}")).await;
    assert_eq!((&shown.json["status"], &shown.json["payments"]), (&"PAID".into(), &json!([])));
    let own = desk.cashier.get(&format!("/api/prescriptions/{mobile}")).await;
    assert_eq!(own.json["payments"].as_array().unwrap().len(), 1);
}
