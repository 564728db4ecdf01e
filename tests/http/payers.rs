//! The list of payers and their rates.

use crate::desk::Desk;
use serde_json::json;

#[tokio::test]
async fn payers_are_listed_once_and_shown_with_all_their_rates() {
    let desk = Desk::open().await;
    let listed =
        desk.admin.post("/api/payers", json!({"code": "inam", "name": "Institut d’assurance"})).await;
    assert_eq!((listed.status, &listed.json["code"]), (201, &"INAM".into()), "{}", listed.text);
    let again = desk.admin.post("/api/payers", json!({"code": "INAM", "name": "Un autre"})).await;
    again.is(409, "insurer_exists");
    desk.rate("inam", json!({"rate": 80})).await;
    desk.rate("INAM", json!({"rate": 90, "examId": desk.exam, "from": "2026-01-01", "to": "2026-12-31"}))
        .await;
    let today = desk.admin.report().await["date"].clone();
    let payers = desk.cashier.get("/api/payers").await.json;
    let wanted = json!([{"code": "INAM", "name": "Institut d’assurance", "rates": [
        {"examId": null, "exam": null, "rate": 80, "from": today, "to": null},
        {"examId": desk.exam, "exam": "NFS", "rate": 90, "from": "2026-01-01", "to": "2026-12-31"}]}]);
    assert_eq!(payers, wanted);
}

#[tokio::test]
async fn what_is_no_code_no_rate_and_no_exam_is_refused() {
    let desk = Desk::open().await;
    desk.insurer("INAM", 80).await;
    let before = desk.admin.get("/api/payers").await.position();
    for code in ["", "I NAM", "INAM-1", "ÎNAM", "I.N", &"A".repeat(21)] {
        let refused = desk.admin.post("/api/payers", json!({"code": code, "name": "X"})).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/code".into()), "{code}");
    }
    for rate in [json!(-1), json!(101), json!(256), json!(1_000_000)] {
        let refused = desk.admin.post("/api/payers/INAM/rates", json!({"rate": rate})).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/rate".into()), "{rate}");
    }
    for rate in [json!("80"), json!(79.5), json!(null)] {
        desk.admin.post("/api/payers/INAM/rates", json!({"rate": rate})).await.is(422, "invalid_body");
    }
    let nowhere = "00000000-0000-7000-8000-000000000000";
    let exam = json!({"rate": 10, "examId": nowhere});
    desk.admin.post("/api/payers/INAM/rates", exam).await.is(404, "exam_not_found");
    for nobody in ["CNSS", "a-b"] {
        let refused = desk.admin.post(&format!("/api/payers/{nobody}/rates"), json!({"rate": 10})).await;
        refused.is(404, "insurer_not_found");
    }
    assert_eq!(desk.admin.get("/api/payers").await.position(), before, "nothing was written");
}
