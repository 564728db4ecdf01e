//! Signed reports: the same bytes for ever, and what came since by name.

use crate::desk::Desk;
use serde_json::json;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_signed_report_keeps_its_bytes_and_names_what_came_since() {
    let desk = Desk::open().await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    let signed = desk.admin.post("/api/reports/sign", json!({"report": "daily"})).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    let path = format!("/api/reports/signed/{}", signed.json["id"]);
    let then = desk.admin.get(&path).await.json;
    assert_eq!((&then["unchanged"], &then["changes"]), (&true.into(), &json!([])));
    let figures = then["figures"].as_str().unwrap().to_owned();
    assert_eq!(signed.json["sha256"], hex::encode(Sha256::digest(figures.as_bytes())));
    assert!(!figures.contains("PREMIER"), "no patient's name: {figures}");
    // Another payment of the same day.
    let receipt = desk.cashier.cash(&desk.prescription().await, 1_500).await.text_of("receiptNumber");
    let now = desk.admin.get(&path).await.json;
    assert_eq!(now["unchanged"], false);
    assert_eq!(now["figures"], figures, "the same bytes");
    let changes = now["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((&changes[0]["document"], &changes[0]["amount"]), (&receipt.into(), &1_500.into()));
}

#[tokio::test]
async fn who_may_read_a_report_may_not_always_sign_it() {
    let desk = Desk::open().await;
    let today = desk.admin.report().await["date"].clone();
    let sign = |report: &str| json!({"report": report, "date": today});
    for (username, daily, period) in [("compta", 201, 201), ("audit", 403, 403), ("labo", 403, 403)] {
        let who = desk.server.login(username).await;
        assert_eq!(who.post("/api/reports/sign", sign("daily")).await.status, daily, "{username}");
        assert_eq!(who.post("/api/reports/sign", sign("period")).await.status, period, "{username}");
    }
    let blind = desk.cashier.post("/api/reports/sign", sign("daily")).await;
    assert_eq!((blind.status, &blind.json["code"]), (409, &"till_not_counted".into()));
    desk.cashier.end_session().await;
    let own = desk.cashier.post("/api/reports/sign", sign("daily")).await;
    assert_eq!(own.status, 201, "{}", own.text);
    assert_eq!(desk.cashier.post("/api/reports/sign", sign("period")).await.status, 403);
    let seen = desk.cashier.get("/api/reports/signed").await.json;
    assert_eq!(seen.as_array().unwrap().len(), 1, "his own alone: {seen}");
    let other = desk.second_cashier().await;
    assert_eq!(other.cash(&desk.prescription().await, 1_500).await.status, 201);
    let mine = desk.cashier.get(&format!("/api/reports/signed/{}", own.json["id"])).await.json;
    assert_eq!((&mine["unchanged"], &mine["changes"]), (&true.into(), &json!([])), "nothing of another's");
    let hidden = other.get(&format!("/api/reports/signed/{}", own.json["id"])).await;
    assert_eq!((hidden.status, &hidden.json["code"]), (404, &"report_not_found".into()));
    let unknown = desk.admin.post("/api/reports/sign", json!({"report": "salaries"})).await;
    assert_eq!((unknown.status, &unknown.json["code"]), (422, &"invalid_field".into()));
}
