//! What every refusal must look like, and that it has written nothing.

use crate::server::{Answer, Caller};

/// A refusal: 4xx, problem+json with a stable code, and a sentence twice, for us and for the seed.
#[track_caller]
pub fn is_problem(what: &str, answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
    let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap());
    assert_eq!(kind, Some("application/problem+json"), "{what}: {}", answer.text);
    let code = answer.json["code"].as_str().unwrap_or_default();
    let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    assert!(!code.is_empty() && code.chars().all(snake), "{what}: {}", answer.text);
    let detail = answer.json["detail"].as_str().unwrap_or_default();
    // French sentences: a capital first, a full stop last, and none of the parser's English.
    assert!(detail.ends_with(['.', ')']) && detail.starts_with(char::is_uppercase), "{what}: {detail}");
    assert!(!detail.contains("expected") && !detail.contains("invalid type"), "{what}: {detail}");
    assert_eq!(answer.json["error"], detail, "{what}");
    assert_eq!(answer.json["status"], answer.status, "{what}");
}

/// The refusal with this status and code.
#[track_caller]
pub fn is_refused(what: &str, answer: &Answer, status: u16, code: &str) {
    is_problem(what, answer);
    assert_eq!((answer.status, &answer.json["code"]), (status, &code.into()), "{what}: {}", answer.text);
}

/// The last durable position, as the administrator is told.
pub async fn position(admin: &Caller) -> u64 {
    let metrics = admin.get("/api/health/metrics").await;
    assert_eq!(metrics.status, 200, "{}", metrics.text);
    metrics.json["ledger"]["position"].as_u64().unwrap()
}
