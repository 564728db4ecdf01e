//! The day's report: by method, by provider, by cashier, and the same figures wherever they are shown.

use crate::{
    desk::Desk,
    server::{Answer, Caller, Server},
};
use serde_json::{Value, json};

/// Adds a cashier of this name and signs him in.
async fn cashier(server: &Server, admin: &Caller, username: &str, name: (&str, &str)) -> Caller {
    let password = crate::server::random();
    let body = json!({"username": username, "password": password, "firstName": name.0, "lastName": name.1,
        "role": "CASHIER"});
    let added = admin.post("/api/users", body).await;
    assert_eq!(added.status, 201, "{}", added.text);
    server.login_with(username, &password).await
}

/// Two payments in cash and one by FLOOZ at the desk, one by TMONEY by another cashier.
async fn a_day(desk: &Desk, other: &Caller) {
    for _ in 0..2 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    for (caller, provider, phone) in
        [(&desk.cashier, "FLOOZ", "99 12 34 00"), (other, "TMONEY", "90 12 34 00")]
    {
        let body = json!({"prescriptionId": desk.prescription().await, "provider": provider,
            "phoneNumber": phone});
        let asked = caller.post("/api/payments/mobile-money/initiate", body).await;
        assert_eq!(asked.status, 201, "{}", asked.text);
        caller.until(&asked.text_of("paymentId"), "SUCCESS").await;
    }
}

fn sum(lines: &[Value], pick: impl Fn(&Value) -> bool) -> i64 {
    lines.iter().filter(|line| pick(line)).map(|line| line["amount"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn every_total_is_the_sum_of_the_payments_below_it() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    a_day(&desk, &other).await;
    let report = desk.admin.report().await;
    let lines = report["payments"].as_array().unwrap();
    assert_eq!((lines.len(), &report["totalPayments"]), (4, &4.into()));
    assert_eq!((sum(lines, |_| true), &report["totalAmount"]), (6_000, &6_000.into()));
    assert_eq!(report["byPaymentMethod"], json!({"CASH": 3_000, "MOBILE_MONEY": 3_000}));
    assert_eq!(report["byProvider"], json!({"FLOOZ": 1_500, "TMONEY": 1_500}));
    assert_eq!(sum(lines, |line| line["provider"] == "FLOOZ"), 1_500);
    assert_eq!(sum(lines, |line| line["paymentMethod"] == "CASH"), 3_000);
    let cashiers = report["cashiers"].as_array().unwrap();
    assert_eq!(cashiers.len(), 2);
    for cashier in cashiers {
        assert_eq!(cashier["amount"], sum(lines, |line| line["cashierId"] == cashier["id"]));
        assert_eq!(report["byCashier"][cashier["name"].as_str().unwrap()], cashier["amount"]);
    }
}

#[tokio::test]
async fn a_cashier_sees_his_own_takings_and_nobody_elses() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    a_day(&desk, &other).await;
    desk.cashier.end_session().await;
    other.end_session().await;
    let (own, others) = (desk.cashier.report().await, other.report().await);
    assert_eq!((&own["totalAmount"], &own["totalPayments"]), (&4_500.into(), &3.into()));
    assert_eq!((&others["totalAmount"], &others["totalPayments"]), (&1_500.into(), &1.into()));
    let ids = |report: &Value| {
        let lines = report["payments"].as_array().unwrap();
        lines.iter().map(|line| line["cashierId"].clone()).collect::<std::collections::HashSet<_>>()
    };
    assert_eq!((ids(&own).len(), ids(&others).len()), (1, 1));
    assert!(ids(&own).is_disjoint(&ids(&others)));
    let receipt = &own["payments"][0]["receiptNumber"];
    let hidden = other.get(&format!("/api/receipts/{}", receipt.as_str().unwrap())).await;
    assert_eq!(hidden.status, 404, "a receipt of another cashier");
    let payment = own["payments"][0]["paymentId"].as_str().unwrap();
    assert_eq!(other.status(payment).await.status, 404);
    let technician = desk.server.login("labo").await;
    assert_eq!(technician.get("/api/reports/financial/daily").await.status, 403);
    let nobody = desk.server.anonymous().get("/api/reports/financial/daily").await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn two_cashiers_of_one_name_stay_two() {
    let desk = Desk::open().await;
    for (at, username) in ["koffi1", "koffi2"].into_iter().enumerate() {
        let caller = cashier(&desk.server, &desk.admin, username, ("Koffi", "MENSAH")).await;
        caller.till(&format!("Guichet K{at}")).await;
        for _ in 0..=at {
            assert_eq!(caller.cash(&desk.prescription().await, 1_500).await.status, 201);
        }
    }
    let report = desk.admin.report().await;
    let cashiers = report["cashiers"].as_array().unwrap();
    let amounts: Vec<_> = cashiers.iter().map(|cashier| cashier["amount"].clone()).collect();
    assert_eq!(amounts, [1_500, 3_000]);
    assert_ne!(cashiers[0]["id"], cashiers[1]["id"]);
    let by_name = report["byCashier"].as_object().unwrap();
    assert_eq!(by_name.len(), 2, "{by_name:?}");
    assert_eq!(by_name.values().filter_map(Value::as_i64).sum::<i64>(), 4_500);
}

#[tokio::test]
async fn the_day_may_be_named_as_a_date_or_as_a_moment() {
    let desk = Desk::open().await;
    desk.cashier.cash(&desk.prescription().await, 1_500).await;
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    let ask = async |date: &str| -> Answer {
        desk.admin.get(&format!("/api/reports/financial/daily?date={date}")).await
    };
    for date in [today.clone(), format!("{today}T00:00:00Z"), format!("{today}T23:59:59.999Z")] {
        let report = ask(&date).await;
        assert_eq!((report.status, &report.json["totalAmount"]), (200, &1_500.into()), "{date}");
        assert_eq!(report.json["date"], today);
    }
    // In Lomé it is already the next day.
    let abroad = ask(&format!("{today}T22:30:00-03:00")).await;
    assert_eq!((abroad.status, &abroad.json["totalAmount"]), (200, &0.into()));
    assert_eq!(ask("2020-02-29").await.json["totalPayments"], 0);
    for wrong in [
        "-262143-01-01T00:00:00Z",
        "%2B262142-12-31T23:00:00Z",
        "",
        "hier",
        "2026-13-01",
        "2026-02-30",
        "26-01-01",
        "2026-01-01T25:00:00Z",
        "1e9",
    ] {
        let refused = ask(wrong).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/date".into()), "{wrong:?}");
    }
}

#[tokio::test]
async fn dashboard_and_metrics_say_what_the_report_says() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    a_day(&desk, &other).await;
    let report = desk.admin.report().await;
    let stats = desk.admin.get("/api/stats/global").await.json;
    let metrics = desk.admin.get("/api/health/metrics").await.json;
    for shown in [&stats, &metrics] {
        assert_eq!(shown["today"]["amount"], report["totalAmount"]);
        assert_eq!(shown["today"]["revenue"], report["totalAmount"]);
        assert_eq!(shown["today"]["payments"], report["totalPayments"]);
        assert_eq!(shown["today"]["prescriptions"], 4);
        assert_eq!(shown["queue"]["work_items"].as_i64().or(shown["queue"]["workItems"].as_i64()), Some(0));
    }
    desk.cashier.end_session().await;
    let own = desk.cashier.get("/api/stats/global").await.json;
    assert_eq!(own["today"]["amount"], 4_500, "a cashier sees his own takings");
    assert_eq!(desk.cashier.get("/api/health/metrics").await.status, 403);
    let health = desk.server.anonymous().get("/api/health").await;
    assert_eq!((health.status, &health.json["status"]), (200, &"OK".into()));
    assert!(!health.text.contains("6000"), "health says nothing of money");
}

#[tokio::test]
async fn an_older_total_never_follows_a_newer_one() {
    let desk = Desk::open().await;
    for paid in 1..=30 {
        desk.cashier.cash(&desk.prescription().await, 1_500).await;
        assert_eq!(desk.admin.report().await["totalAmount"], paid * 1_500);
        let stats = desk.admin.get("/api/stats/global").await.json;
        assert_eq!(stats["today"]["amount"], paid * 1_500);
    }
}

#[tokio::test]
async fn a_long_day_has_every_line_once_and_nobody_else_waits_for_who_does_not_read_it() {
    let desk = Desk::open().await;
    // Lines are read in pages of 200.
    for (paid, more) in [(199, 199), (200, 1), (201, 1), (430, 229)] {
        for _ in 0..more {
            assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
        }
        let report = desk.admin.report().await;
        let lines = report["payments"].as_array().unwrap();
        let numbers: Vec<_> = lines.iter().map(|line| line["receiptNumber"].as_str().unwrap()).collect();
        let first = numbers[0].rsplit_once('-').unwrap().0;
        let wanted: Vec<_> = (1..=paid).map(|nth| format!("{first}-{nth:06}")).collect();
        assert_eq!(numbers, wanted);
        assert_eq!((sum(lines, |_| true), &report["totalPayments"]), (paid * 1_500, &paid.into()));
        assert_eq!(report["totalAmount"], paid * 1_500);
    }
    // More of them than may be read at once are left unread.
    for _ in 0..5 {
        let left = desk.admin.request(reqwest::Method::GET, "/api/reports/financial/daily").send().await;
        assert_eq!(left.unwrap().status(), 200);
    }
    assert_eq!(desk.admin.report().await["totalPayments"], 430);
}
