//! Headers and queries that nobody should send: refused or harmless, never an error of ours.

use crate::{
    desk::Desk,
    problems::{is_problem, is_refused, position},
};
use reqwest::{Method, header::HeaderValue};
use serde_json::json;

#[tokio::test]
async fn an_idempotency_key_has_one_to_two_hundred_visible_characters() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let before = position(&admin).await;
    let long = "k".repeat(201);
    for key in ["", "   ", "\"\"", &long, "clé", "\u{1f33a}"] {
        let value = HeaderValue::from_bytes(key.as_bytes()).unwrap();
        let body = json!({"firstName": "A", "lastName": "B"});
        let request = desk.cashier.request(Method::POST, "/api/patients").header("Idempotency-Key", value);
        is_refused(key, &desk.cashier.send(request.json(&body)).await, 422, "invalid_field");
    }
    assert_eq!(position(&admin).await, before);
}

#[tokio::test]
async fn whatever_is_no_token_is_nobody() {
    let desk = Desk::open().await;
    let (anonymous, token) = (desk.server.anonymous(), desk.cashier.token.clone().unwrap());
    let (long, cut) = ("x".repeat(8_000), &token[..token.len() - 1]);
    for garbage in [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        format!("Basic {token}"),
        token.clone(),
        format!("Bearer {cut}"),
        format!("Bearer {token}x"),
        format!("Bearer {}", token.to_uppercase()),
        format!("Bearer {long}"),
        "Bearer qt_éééééééééééééééééééééééééééééééééééé".into(),
    ] {
        let value = HeaderValue::from_bytes(garbage.as_bytes()).unwrap();
        let request = anonymous.request(Method::GET, "/api/exams").header("Authorization", value);
        is_refused(&garbage, &anonymous.send(request).await, 401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_position_is_a_whole_number() {
    let desk = Desk::open().await;
    for position in ["", "x", "-1", "1.5", "18446744073709551616", "é"] {
        let value = HeaderValue::from_bytes(position.as_bytes()).unwrap();
        let request = desk.cashier.request(Method::GET, "/api/exams").header("Ledger-Position", value);
        is_refused(position, &desk.cashier.send(request).await, 422, "invalid_field");
    }
    // A position of the future is waited for, and then said to be behind.
    let request = desk.cashier.request(Method::GET, "/api/exams").header("Ledger-Position", "999999999");
    let answer = desk.cashier.send(request).await;
    assert_eq!((answer.status, &answer.json["code"]), (503, &"read_model_behind".into()));
    assert_eq!(answer.headers["retry-after"], "2");
}

#[tokio::test]
async fn a_search_takes_words_and_no_patterns() {
    let desk = Desk::open().await;
    desk.prescription().await;
    for path in ["/api/patients", "/api/prescriptions"] {
        for words in ["%25%25", "__", "'%3B%20drop%20table%20patients%3B--", "%5C", "%22"] {
            let answer = desk.cashier.get(&format!("{path}?q=Q{words}Q")).await;
            assert_eq!((answer.status, &answer.json), (200, &json!([])), "{path} {words}: {}", answer.text);
        }
        let found = desk.cashier.get(&format!("{path}?q=premi%C3%88r")).await;
        assert_eq!(found.json.as_array().unwrap().len(), 1, "{path}: {}", found.text);
        for words in ["x".repeat(101), "x".repeat(60_000), "%00".into(), "a%0Ab".into()] {
            is_problem(path, &desk.cashier.get(&format!("{path}?q={words}")).await);
        }
        for query in ["q=%FF%FE", "q=a&q=b", "=", "q", "%"] {
            let answer = desk.cashier.get(&format!("{path}?{query}")).await;
            assert!(answer.status < 500, "{path}?{query}: {}", answer.text);
        }
    }
}
