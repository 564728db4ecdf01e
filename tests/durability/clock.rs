//! A clock that is set back or forward under a running server.

use crate::{desk::Desk, faults::Faults, server::Server};
use chrono::{TimeDelta, Utc};
use quittance::store::{EventStore, embedded::EmbeddedStore};
use serde_json::{Value, json};

#[tokio::test]
async fn a_clock_set_back_an_hour_changes_neither_order_nor_numbers_nor_answers() {
    let faults = Faults::ready();
    let env = faults.env();
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut desk = Desk::on(Server::start_with(&env).await).await;
    // Just after midnight an hour ago was yesterday, and a price must have been in force then.
    let yesterday = (Utc::now() - TimeDelta::days(1)).date_naive();
    let prices = format!("/api/exams/{}/prices", desk.exam);
    let priced = desk.admin.post(&prices, json!({"price": 1_500, "from": yesterday})).await;
    assert_eq!(priced.status, 200, "{}", priced.text);
    let prescription = desk.prescription().await;
    let path = "/api/payments/cash";
    let body = json!({"prescriptionId": prescription, "amountTendered": 1_500});
    let first = desk.cashier.post_once(path, "told-at-noon", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    faults.order("clock", "-3600");
    let shown = desk.server.anonymous().get("/api/health").await.json["timestamp"].clone();
    let shown: chrono::DateTime<Utc> = serde_json::from_value(shown).unwrap();
    assert!(Utc::now() - shown > TimeDelta::minutes(59), "the server believes its clock: {shown}");
    let again = desk.cashier.post_once(path, "told-at-noon", body).await;
    assert_eq!((again.status, &again.json["receiptNumber"]), (201, &first.json["receiptNumber"]));
    let next = desk.prescription().await;
    let second = desk.cashier.cash(&next, 1_500).await;
    assert_eq!(second.status, 201, "{}", second.text);
    let number = |answer: &crate::server::Answer| -> u64 {
        answer.text_of("receiptNumber").rsplit_once('-').unwrap().1.parse().unwrap()
    };
    assert_eq!(number(&second), number(&first) + 1);
    // A mobile payment too: its watch waits by another clock.
    let mobile = desk.prescription().await;
    let asked = desk.cashier.initiate(&mobile, "90 12 34 00").await;
    desk.cashier.until(&asked.text_of("paymentId"), "PAID").await;
    // And started anew under that clock.
    desk.server.kill();
    desk.restart().await;
    let third = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&third, 1_500).await.status, 201);
    assert!(desk.server.terminate().success());
    desk.server.verify();
    let store = EmbeddedStore::open_read_only(&desk.server.dir).unwrap();
    let events = store.follow(0, 10_000).await.unwrap();
    assert!(events.is_sorted_by_key(|event| event.recorded_at), "recorded times never go back");
    let newest = events.last().unwrap().recorded_at;
    assert!(Utc::now() - newest < TimeDelta::minutes(30), "nothing was recorded an hour ago: {newest}");
}

/// A day's report but for what may change: how new it is, and how its receipts are marked.
fn unmarked(mut report: Value) -> Value {
    report["position"].take();
    for line in report["payments"].as_array_mut().unwrap() {
        line["refunded"].take();
        line["mark"].take();
    }
    report
}

#[tokio::test]
async fn a_refund_of_the_next_day_leaves_the_day_before_as_it_was() {
    let faults = Faults::ready();
    let env = faults.env();
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut desk = Desk::on(Server::start_with(&env).await).await;
    let prescription = desk.prescription().await;
    let taken = desk.cashier.cash(&prescription, 1_500).await;
    let (payment, number) = (taken.text_of("paymentId"), taken.text_of("receiptNumber"));
    let day: chrono::NaiveDate = serde_json::from_value(desk.receipt(&number).await["day"].clone()).unwrap();
    let next = day.succ_opt().unwrap();
    let of_day = format!("/api/reports/financial/daily?date={day}");
    let before = desk.admin.get(&of_day).await.json;
    assert_eq!((&before["totalAmount"], &before["payments"][0]["mark"]), (&1_500.into(), &Value::Null));
    faults.order("clock", "86400");
    // Sessions last twelve hours; the till is still open.
    desk.admin = desk.server.login("admin").await;
    desk.cashier = desk.server.login("caisse1").await;
    let refunds = format!("/api/payments/{payment}/refunds");
    let body = json!({"kind": "REFUND", "amount": 1_500, "reason": "Examen annulé"});
    let refund = desk.cashier.post(&refunds, body).await.text_of("refundId");
    let agreed = desk.admin.post(&format!("{refunds}/{refund}/approve"), json!({})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let given = desk.cashier.post(&format!("{refunds}/{refund}/complete"), json!({})).await;
    assert_eq!((given.status, &given.json["day"]), (200, &next.to_string().into()), "{}", given.text);
    let after = desk.admin.get(&of_day).await.json;
    assert_eq!(after["payments"][0]["mark"], "REFUNDED", "the number stays in its day's list, marked");
    assert_eq!(unmarked(after), unmarked(before));
    let again = desk.cashier.cash(&prescription, 1_500).await;
    assert_eq!(desk.receipt(&again.text_of("receiptNumber")).await["day"], next.to_string());
    desk.server.kill();
    desk.server.verify();
}

#[tokio::test]
async fn a_session_over_midnight_stands_in_two_days_and_in_one_session_and_a_signed_day_stays() {
    let faults = Faults::ready();
    let env = faults.env();
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut desk = Desk::on(Server::start_with(&env).await).await;
    let first = desk.cashier.cash(&desk.prescription().await, 1_500).await.text_of("paymentId");
    let report = desk.admin.report().await;
    let day: chrono::NaiveDate = serde_json::from_value(report["date"].clone()).unwrap();
    let next = day.succ_opt().unwrap();
    let signed = desk.admin.post("/api/reports/sign", json!({"report": "daily", "date": day})).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    let signed = format!("/api/reports/signed/{}", signed.json["id"]);
    let figures = desk.admin.get(&signed).await.json["figures"].clone();
    faults.order("clock", "86400");
    desk.admin = desk.server.login("admin").await;
    desk.cashier = desk.server.login("caisse1").await;
    for _ in 0..2 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    let refunds = format!("/api/payments/{first}/refunds");
    let asked = json!({"kind": "REFUND", "amount": 500, "reason": "Examen annulé"});
    let refund = desk.cashier.post(&refunds, asked).await.text_of("refundId");
    assert_eq!(desk.admin.post(&format!("{refunds}/{refund}/approve"), json!({})).await.status, 200);
    assert_eq!(desk.cashier.post(&format!("{refunds}/{refund}/complete"), json!({})).await.status, 200);
    let mut moved = 0;
    for (day, wanted) in [(day, 1_500), (next, 2_500)] {
        let report = desk.admin.get(&format!("/api/reports/financial/daily?date={day}")).await.json;
        assert_eq!(
            (&report["totalAmount"], &report["sessions"][0]["amount"]),
            (&wanted.into(), &wanted.into())
        );
        moved += report["sessions"][0]["amount"].as_i64().unwrap();
        let sessions =
            desk.admin.get(&format!("/api/reports/tills?date={day}")).await.json["sessions"].clone();
        let sums = &sessions[0]["sums"];
        assert_eq!((&sums["taken"], &sums["paidOut"]), (&4_500.into(), &500.into()), "{day}: {sessions}");
        assert_eq!(sessions[0]["expected"], 10_000 + 4_000);
    }
    assert_eq!(moved, 4_000, "two days and one session say the same");
    let days = format!("/api/reports/financial/period?startDate={day}&endDate={next}");
    let period = desk.admin.get(&days).await.json;
    assert_eq!((&period["total"]["amount"], &period["byDay"][1]["amount"]), (&4_000.into(), &2_500.into()));
    assert_eq!(period["bySession"].as_array().unwrap().len(), 1);
    let now = desk.admin.get(&signed).await.json;
    assert_eq!((&now["figures"], &now["unchanged"], &now["changes"]), (&figures, &true.into(), &json!([])));
    desk.server.kill();
    desk.server.verify();
}
