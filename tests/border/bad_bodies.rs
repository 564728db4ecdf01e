//! Bodies that are no command, at every command: 4xx, problem+json, nothing written.

use crate::{
    desk::Desk,
    problems::{is_problem, is_refused, position},
    server::{Answer, Caller},
};
use reqwest::Method;
use serde_json::{Value, json};

const NOWHERE: &str = "00000000-0000-7000-8000-000000000000";

async fn send(who: &Caller, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    who.send(who.request(Method::POST, path).header("content-type", kind).body(body)).await
}

/// Every command with a body, who may, and a body that is right but for ids that exist nowhere.
async fn commands(desk: &Desk, admin: &Caller) -> Vec<(Caller, String, Value)> {
    let cashier = desk.cashier.clone();
    let nobody = desk.server.anonymous();
    let accountant = desk.server.login("compta").await;
    let (exam, nowhere) = (&desk.exam, NOWHERE);
    let mut commands = vec![
        (nobody.clone(), "/api/auth/login".into(), json!({"username": "x", "password": "y"})),
        (nobody, "/api/receipts/verify".into(), json!({"code": "x"})),
        (
            admin.clone(),
            "/api/users".into(),
            json!({"username": "u", "password": "court", "firstName": "A", "lastName": "B", "role": "CASHIER"}),
        ),
        (
            cashier.clone(),
            "/api/patients".into(),
            json!({"firstName": "A", "lastName": "B", "phone": "22 21 35 78"}),
        ),
        (
            admin.clone(),
            "/api/exams".into(),
            json!({"code": "N F S", "name": "A", "category": "B", "price": 1}),
        ),
        (admin.clone(), format!("/api/exams/{exam}/prices"), json!({"price": -1})),
        (
            cashier.clone(),
            "/api/prescriptions".into(),
            json!({"patientId": nowhere, "exams": [{"examId": exam}]}),
        ),
        (
            cashier.clone(),
            "/api/payments/cash".into(),
            json!({"prescriptionId": nowhere, "amountTendered": 1}),
        ),
        (
            cashier,
            "/api/payments/mobile-money/initiate".into(),
            json!({"prescriptionId": nowhere, "provider": "TMONEY", "phoneNumber": "90123456"}),
        ),
        (
            accountant,
            format!("/api/payments/{nowhere}/resolve"),
            json!({"outcome": "DECLINED", "note": "essai"}),
        ),
    ];
    commands.extend(of_drawers(&desk.cashier, &desk.server.login("compta").await));
    commands.extend(of_bills(&desk.cashier, admin));
    commands
}

fn of_drawers(cashier: &Caller, accountant: &Caller) -> Vec<(Caller, String, Value)> {
    let nowhere = NOWHERE;
    vec![
        (cashier.clone(), "/api/tills/open".into(), json!({"desk": "Guichet 1", "float": 0})),
        (cashier.clone(), format!("/api/tills/{nowhere}/close"), json!({"count": {"COIN1": 1}})),
        (cashier.clone(), format!("/api/tills/{nowhere}/deposits"), json!({"count": {"COIN1": 1}})),
        (cashier.clone(), format!("/api/tills/{nowhere}/transfers"), json!({"to": nowhere, "amount": 1})),
        (accountant.clone(), format!("/api/tills/{nowhere}/sign"), json!({"note": "essai"})),
        (
            accountant.clone(),
            format!("/api/deposits/{nowhere}/prove"),
            json!({"place": "BANK", "reference": "essai"}),
        ),
        (
            cashier.clone(),
            format!("/api/payments/{nowhere}/refunds"),
            json!({"kind": "REFUND", "amount": 1, "reason": "essai"}),
        ),
        (
            accountant.clone(),
            format!("/api/payments/{nowhere}/refunds/{nowhere}/reject"),
            json!({"reason": "essai"}),
        ),
    ]
}

fn of_bills(cashier: &Caller, admin: &Caller) -> Vec<(Caller, String, Value)> {
    let nowhere = NOWHERE;
    vec![
        (admin.clone(), "/api/payers".into(), json!({"code": "I-N", "name": "A"})),
        (admin.clone(), "/api/payers/INAM/rates".into(), json!({"rate": 101})),
        (
            cashier.clone(),
            format!("/api/prescriptions/{nowhere}/coverage"),
            json!({"payer": "INAM", "cardNumber": "1", "voucher": "2"}),
        ),
        (
            cashier.clone(),
            format!("/api/prescriptions/{nowhere}/reliefs"),
            json!({"kind": "EXEMPTION", "reason": "essai"}),
        ),
        (admin.clone(), format!("/api/reliefs/{nowhere}/reject"), json!({"reason": "essai"})),
    ]
}

#[tokio::test]
async fn every_command_refuses_what_is_no_body_of_its_kind() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let before = position(&admin).await;
    let json_type = "application/json";
    for (who, path, right) in commands(&desk, &admin).await {
        is_problem(&format!("{path} as it is"), &who.post(&path, right.clone()).await);
        let text = right.to_string();
        is_refused(&path, &send(&who, &path, "text/plain", text.clone()).await, 415, "not_json");
        is_refused(&path, &send(&who, &path, json_type, vec![b' '; 2_000_000]).await, 413, "body_too_large");
        is_refused(&path, &send(&who, &path, json_type, vec![b'['; 100_000]).await, 413, "body_too_large");
        let cut = &text[..text.len() - 1];
        let twice = format!("{text}{text}");
        for garbage in ["", " ", "{", "nonsense", cut, &twice, &"[".repeat(60_000), "\u{feff}{}"] {
            let answer = send(&who, &path, json_type, garbage.to_owned()).await;
            is_refused(&format!("{path} {garbage:.40}"), &answer, 400, "invalid_json");
        }
        let mut invalid_utf8 = text.clone().into_bytes();
        invalid_utf8[2] = 0xff;
        is_refused(&path, &send(&who, &path, json_type, invalid_utf8).await, 400, "invalid_json");
        for other in ["[]", "null", "1", "\"x\"", "{}"] {
            is_refused(
                &format!("{path} {other}"),
                &send(&who, &path, json_type, other).await,
                422,
                "invalid_body",
            );
        }
        for bent in bent(&right) {
            let answer = send(&who, &path, json_type, bent.clone()).await;
            is_problem(&format!("{path} {bent:.80}"), &answer);
            assert_eq!(answer.status, 422, "{path} {bent:.80}: {}", answer.text);
        }
    }
    assert_eq!(position(&admin).await, before);
}

/// A right body with one thing wrong: a field missing, unknown, twice, or of another type.
fn bent(right: &Value) -> Vec<String> {
    let object = right.as_object().unwrap();
    let mut bodies = vec![];
    for name in object.keys().filter(|name| *name != "phone") {
        let mut less = object.clone();
        less.remove(name);
        bodies.push(Value::from(less).to_string());
        for other in [json!([1]), json!({"a": 1}), json!(true)] {
            let mut changed = object.clone();
            changed.insert(name.clone(), other);
            bodies.push(Value::from(changed).to_string());
        }
        let text = right.to_string();
        bodies.push(format!("{},{}:{}}}", &text[..text.len() - 1], json!(name), object[name]));
    }
    let mut more = object.clone();
    more.insert("inconnu".into(), json!(1));
    bodies.push(Value::from(more).to_string());
    bodies
}

#[tokio::test]
async fn texts_are_bounded_and_without_control_characters() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let other = desk.server.login("caisse2").await;
    let before = position(&admin).await;
    for name in ["", "   ", "a\nb", "a\u{0}b", "\u{1b}[31m", "\u{85}", &"é".repeat(101), &"x".repeat(50_000)]
    {
        let patient = json!({"firstName": name, "lastName": "B"});
        is_refused("patient", &desk.cashier.post("/api/patients", patient).await, 422, "invalid_field");
        let exam = json!({"code": "ZZ", "name": name, "category": "B", "price": 1});
        is_refused("exam", &admin.post("/api/exams", exam).await, 422, "invalid_field");
        let till = json!({"desk": name, "float": 0});
        is_refused("till", &other.post("/api/tills/open", till).await, 422, "invalid_field");
    }
    for day in ["2026-02-30", "30/02/2026", "2026-13-01", "hier"] {
        let patient = json!({"firstName": "A", "lastName": "B", "birthDate": day});
        is_refused(day, &desk.cashier.post("/api/patients", patient).await, 422, "invalid_body");
        let price = json!({"price": 1, "from": day});
        let path = format!("/api/exams/{}/prices", desk.exam);
        is_refused(day, &admin.post(&path, price).await, 422, "invalid_body");
        let report = admin.get(&format!("/api/reports/financial/daily?date={day}")).await;
        is_refused(day, &report, 422, "invalid_field");
    }
    for day in ["0026-01-01", "+12000-01-01"] {
        let price = json!({"price": 1, "from": day});
        is_refused(
            day,
            &admin.post(&format!("/api/exams/{}/prices", desk.exam), price).await,
            422,
            "invalid_field",
        );
        let rate = json!({"rate": 1, "from": "2026-01-01", "to": day});
        is_refused(day, &admin.post("/api/payers/INAM/rates", rate).await, 422, "invalid_field");
    }
    assert_eq!(position(&admin).await, before);
    let patient = json!({"firstName": "Aïcha 🌸", "lastName": "N’GUESSAN-Ǽ", "birthDate": "2024-02-29"});
    assert_eq!(desk.cashier.post("/api/patients", patient).await.status, 201);
}

#[tokio::test]
async fn only_mobile_numbers_of_togo_can_pay() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let prescription = desk.prescription().await;
    let before = position(&admin).await;
    for (phone, code) in [
        ("22 21 35 78", "fixed_line"),
        ("+22822213578", "fixed_line"),
        ("94 12 34 56", "unassigned_phone"),
        ("+33 6 12 34 56 78", "invalid_phone"),
        ("+229 90 12 34 56", "invalid_phone"),
        ("9012345", "invalid_phone"),
        ("٩٠١٢٣٤٥٦", "invalid_phone"),
        ("", "invalid_phone"),
        ("90123456; drop table", "invalid_phone"),
    ] {
        is_refused(phone, &desk.cashier.initiate(&prescription, phone).await, 422, code);
    }
    assert_eq!(position(&admin).await, before);
    let usual = desk.cashier.initiate(&prescription, "73 12 34 00").await;
    assert_eq!((usual.status, usual.json.get("warning")), (201, None), "{}", usual.text);
    let body = json!({"prescriptionId": desk.prescription().await, "provider": "FLOOZ", "phoneNumber": "90 12 34 00"});
    let moved = desk.cashier.post("/api/payments/mobile-money/initiate", body).await;
    assert_eq!(moved.status, 201, "{}", moved.text);
    assert!(moved.text_of("warning").contains("préfixe"));
}

#[tokio::test]
async fn a_prescription_has_one_to_a_hundred_exams_of_the_catalogue() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let before = position(&admin).await;
    let with = |exams: Vec<&str>| {
        let exams: Vec<_> = exams.into_iter().map(|exam| json!({"examId": exam})).collect();
        json!({"patientId": desk.patient, "exams": exams})
    };
    let ask = async |exams: Vec<&str>| desk.cashier.post("/api/prescriptions", with(exams)).await;
    is_refused("none", &ask(vec![]).await, 422, "line_count");
    is_refused("101", &ask(vec![&desk.exam; 101]).await, 422, "line_count");
    is_refused("unknown", &ask(vec![NOWHERE]).await, 404, "exam_not_found");
    is_refused("malformed", &ask(vec!["NFS"]).await, 422, "invalid_body");
    let nobody = json!({"patientId": NOWHERE, "exams": [{"examId": desk.exam}]});
    is_refused("nobody", &desk.cashier.post("/api/prescriptions", nobody).await, 404, "patient_not_found");
    assert_eq!(position(&admin).await, before);
    let twice = ask(vec![&desk.exam, &desk.exam]).await;
    assert_eq!((twice.status, &twice.json["totalAmount"]), (201, &3_000.into()), "{}", twice.text);
}
