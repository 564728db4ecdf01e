//! A cashier who is not there: others count his drawer, by two, and nothing stays open for ever.

use crate::{
    desk::Desk,
    tills::{expected, refused},
};
use domain::UserId;
use serde_json::json;

#[tokio::test]
async fn the_till_of_a_disabled_cashier_is_counted_by_one_and_signed_by_another() {
    let desk = Desk::open().await;
    let (compta, till) = (desk.server.login("compta").await, desk.cashier.own_till().await);
    let disable = format!("/api/users/{}/disable", UserId::of_username("caisse1"));
    assert_eq!(desk.admin.act(&disable).await.status, 200);
    let (close, sign) = (format!("/api/tills/{till}/close"), format!("/api/tills/{till}/sign"));
    let count = json!({"NOTE10000": 1});
    refused(&desk.admin.post(&close, json!({"count": count})).await, 422, "invalid_field");
    let body = json!({"count": count, "reason": "Compte bloqué après une absence"});
    let closed = desk.admin.post(&close, body.clone()).await;
    assert_eq!(closed.status, 200, "{}", closed.text);
    assert_eq!(
        (&closed.json["difference"], &closed.json["state"]),
        (&0.into(), &"COUNTED".into()),
        "nothing is missing, and still one person is not enough"
    );
    refused(&compta.post(&close, body.clone()).await, 409, "till_closed");
    refused(&desk.admin.post(&sign, json!({"note": "moi-même"})).await, 403, "not_yours");
    assert_eq!(compta.post(&sign, json!({"note": "Compté devant moi"})).await.status, 200);
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!(
        (&shown["countedBy"], &shown["signedBy"]),
        (&UserId::of_username("admin").to_string().into(), &UserId::of_username("compta").to_string().into())
    );
    assert_eq!((&shown["reason"], &shown["state"]), (&body["reason"], &"CLOSED".into()));
    let sheet = desk.admin.get(&format!("/api/tills/{till}/sheet")).await;
    assert_eq!(sheet.status, 200);
    let other = desk.server.login("caisse2").await;
    other.till("Guichet 1").await;
}

#[tokio::test]
async fn what_an_absent_cashier_sent_is_put_back_by_the_office_before_the_count() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    let (till, to) = (desk.cashier.own_till().await, other.own_till().await);
    let sent =
        desk.cashier.post(&format!("/api/tills/{till}/transfers"), json!({"to": to, "amount": 70})).await;
    let close = format!("/api/tills/{till}/close");
    let body = json!({"count": {"NOTE10000": 1}, "reason": "Parti sans clôturer"});
    refused(&desk.admin.post(&close, body.clone()).await, 409, "transfer_waits");
    let back = format!("/api/tills/{till}/transfers/{}/return", sent.text_of("transferId"));
    refused(&desk.server.login("labo").await.act(&back).await, 403, "forbidden");
    assert_eq!(desk.admin.act(&back).await.status, 200);
    assert_eq!(expected(&desk.admin.shown_till(&till).await), 10_000);
    assert_eq!(desk.admin.post(&close, body).await.status, 200);
}

#[tokio::test]
async fn until_he_has_counted_a_cashier_is_told_no_sum_of_what_he_took() {
    let desk = Desk::open().await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    for path in [
        "/api/reports/financial/daily".to_owned(),
        format!("/api/reports/financial/daily?date={today}"),
        format!("/api/reports/export/excel?reportType=financial&date={today}"),
        format!("/api/reports/export/csv?reportType=daily&date={today}"),
    ] {
        refused(&desk.cashier.get(&path).await, 409, "till_not_counted");
    }
    refused(
        &desk.cashier.post("/api/reports/sign", json!({"report": "daily"})).await,
        409,
        "till_not_counted",
    );
    let cards = desk.cashier.get("/api/stats/global").await.json;
    assert_eq!((&cards["today"]["amount"], &cards["today"]["revenue"]), (&json!(null), &json!(null)));
    assert_eq!(
        desk.cashier.get("/api/payments?state=PAID").await.json.as_array().unwrap().len(),
        1,
        "one by one he may"
    );
    let yesterday = today.parse::<chrono::NaiveDate>().unwrap().pred_opt().unwrap();
    let path = format!("/api/reports/financial/daily?date={yesterday}");
    assert_eq!(desk.cashier.get(&path).await.status, 200, "of days before his session");
    desk.cashier.end_session().await;
    assert_eq!(desk.cashier.report().await["totalAmount"], 1_500);
    assert_eq!(desk.cashier.get("/api/stats/global").await.json["today"]["amount"], 1_500);
}
