//! What is no amount (rule 1), at every route that takes one: refused, and nothing written.

use crate::{
    desk::Desk,
    problems::{is_problem, position},
};

/// As JSON writes them.
const NO_AMOUNTS: &[&str] = &[
    "1000.5",
    "1000.0",
    "\"1e3\"",
    "1e3",
    "\"1000\"",
    "-1",
    "-0.0",
    "1000000000001",
    "10000000000000",
    "1000000000000000000000000000000",
    "9223372036854775808",
    "18446744073709551616",
    "1e400",
    "null",
    "true",
    "[]",
    "{}",
    "[1000]",
    "\"\"",
    "99999999999999999999999999999999999999999999999999999999999",
];

/// Where amounts are asked for.
struct Places<'a> {
    exam: &'a str,
    patient: &'a str,
    till: &'a str,
    payment: &'a str,
    prescription: &'a str,
}

impl Places<'_> {
    /// Who asks (administrator, cashier, another one, K for accountant), where, and with which body.
    fn commands(&self, amount: &str) -> Vec<(char, String, String)> {
        let Self { exam, patient, till, payment, prescription } = self;
        let cash = "/api/payments/cash".to_owned();
        let always = vec![
            (
                'A',
                "/api/exams".into(),
                format!(r#"{{"code":"ZZ","name":"ZZ","category":"ZZ","price":{amount}}}"#),
            ),
            ('A', format!("/api/exams/{exam}/prices"), format!(r#"{{"price":{amount}}}"#)),
            ('2', "/api/tills/open".into(), format!(r#"{{"desk":"Guichet 9","float":{amount}}}"#)),
            ('C', format!("/api/tills/{till}/transfers"), format!(r#"{{"to":"{till}","amount":{amount}}}"#)),
            ('C', format!("/api/tills/{till}/close"), format!(r#"{{"count":{{"NOTE500":{amount}}}}}"#)),
            (
                'C',
                cash.clone(),
                format!(r#"{{"prescriptionId":"{prescription}","amountTendered":{amount}}}"#),
            ),
        ];
        let exams = format!(r#"[{{"examId":"{exam}","price":{amount}}}]"#);
        let part = format!(r#"{{"prescriptionId":"{prescription}","amount":{amount},"amountTendered":1}}"#);
        let relief = format!(r#"{{"kind":"DISCOUNT","amount":{amount},"reason":"essai"}}"#);
        let refund = format!(r#"{{"kind":"REFUND","amount":{amount},"reason":"essai"}}"#);
        let resolve = format!(r#"{{"outcome":"PAID","amount":{amount},"note":"essai"}}"#);
        // These may be left out.
        let optional = vec![
            ('A', "/api/prescriptions".into(), format!(r#"{{"patientId":"{patient}","exams":{exams}}}"#)),
            ('C', cash, part),
            ('C', format!("/api/prescriptions/{prescription}/reliefs"), relief),
            ('C', format!("/api/payments/{payment}/refunds"), refund),
            ('K', format!("/api/payments/{payment}/resolve"), resolve),
        ];
        let optional = optional.into_iter().filter(|_| amount != "null");
        always.into_iter().chain(optional).collect()
    }
}

#[tokio::test]
async fn no_route_takes_what_is_no_amount() {
    let desk = Desk::open().await;
    let (admin, cashier) = (desk.server.login("admin").await, &desk.cashier);
    let accountant = desk.server.login("compta").await;
    let second = desk.server.login("caisse2").await;
    let prescription = desk.prescription().await;
    let payment = cashier.initiate(&prescription, "90 12 34 81").await.text_of("paymentId");
    cashier.until(&payment, "REVIEW").await;
    let (exam, patient) = (&desk.exam, &desk.patient);
    let till = cashier.get("/api/tills").await.json[0]["id"].as_str().unwrap().to_owned();
    let before = position(&admin).await;
    for amount in NO_AMOUNTS.iter().copied() {
        let at = Places { exam, patient, till: &till, payment: &payment, prescription: &prescription };
        for (who, path, body) in at.commands(amount) {
            let who = match who {
                'A' => &admin,
                'K' => &accountant,
                '2' => &second,
                _ => cashier,
            };
            let request =
                who.request(reqwest::Method::POST, &path).header("content-type", "application/json");
            let answer = who.send(request.body(body.clone())).await;
            is_problem(&format!("{path} {body}"), &answer);
            assert!([400, 422].contains(&answer.status), "{path} {body}: {}", answer.text);
        }
    }
    assert_eq!(position(&admin).await, before);
}

#[tokio::test]
async fn nothing_is_neither_a_payment_nor_enough() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let prescription = desk.prescription().await;
    let before = position(&admin).await;
    for tendered in [0, 1, 1_499] {
        let answer = desk.cashier.cash(&prescription, tendered).await;
        is_problem(&format!("{tendered} for 1,500"), &answer);
        assert_eq!(answer.status, 422);
    }
    assert_eq!(position(&admin).await, before);
    let answer = desk.cashier.cash(&prescription, 1_000_000_000_000).await;
    assert_eq!((answer.status, &answer.json["change"]), (201, &999_999_998_500_i64.into()));
}
