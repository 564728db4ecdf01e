//! Every total names its events, which add up to it again; the books agree with the drawers (rules 2 and 6).

use crate::desk::Desk;
use serde_json::Value;

async fn a_day(desk: &Desk) -> String {
    let other = desk.second_cashier().await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 2_000).await.status, 201);
    assert_eq!(other.cash(&desk.prescription().await, 1_500).await.status, 201);
    for (caller, phone) in [(&desk.cashier, "90 12 34 00"), (&other, "90 12 34 82")] {
        let asked = caller.initiate(&desk.prescription().await, phone).await;
        caller.until(&asked.text_of("paymentId"), "SUCCESS").await;
    }
    desk.admin.report().await["date"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_total_is_the_sum_of_the_events_that_it_names() {
    let desk = Desk::open().await;
    let today = a_day(&desk).await;
    let report = desk.admin.get(&format!("/api/reports/financial/period?date={today}")).await.json;
    let total = &report["total"]["amount"];
    assert_eq!(report["total"]["receipts"], 4);
    for (kind, groups) in [
        ("method", "byMethod"),
        ("provider", "byProvider"),
        ("cashier", "byCashier"),
        ("session", "bySession"),
        ("service", "byService"),
    ] {
        let groups = report[groups].as_array().unwrap();
        assert!(!groups.is_empty(), "{kind}");
        for group in groups {
            let words = format!("{kind}:{}", group["key"].as_str().unwrap());
            let path = format!("/api/reports/explain?date={today}&total={words}");
            let explained = desk.admin.get(&path).await.json;
            assert_eq!(explained["sum"], group["amount"], "{words}: {explained}");
            let events = explained["events"].as_array().unwrap();
            let sum: i64 = events.iter().map(|event| event["amount"].as_i64().unwrap()).sum();
            assert_eq!(
                (&sum.into(), events.len()),
                (&group["amount"], explained["count"].as_u64().unwrap() as usize)
            );
        }
        if kind != "provider" {
            let sum: i64 = groups.iter().map(|group| group["amount"].as_i64().unwrap()).sum();
            assert_eq!(sum, total.as_i64().unwrap(), "by {kind}");
        }
    }
    let all = desk.admin.get(&format!("/api/reports/explain?date={today}&total=total")).await.json;
    assert_eq!((&all["sum"], &all["count"]), (total, &4.into()));
    let named = all["events"][0]["document"].as_str().unwrap();
    assert_eq!(desk.admin.get(&format!("/api/receipts/{named}")).await.status, 200, "{named}");
    let nothing = desk.admin.get("/api/reports/explain?date=2020-01-01&total=total").await.json;
    assert_eq!((&nothing["sum"], &nothing["count"]), (&0.into(), &0.into()));
    let unknown = desk.admin.get(&format!("/api/reports/explain?date={today}&total=chance")).await;
    assert_eq!((unknown.status, &unknown.json["pointer"]), (422, &"/total".into()));
}

#[tokio::test]
async fn the_books_balance_and_agree_with_drawers_and_wallets() {
    let desk = Desk::open().await;
    let today = a_day(&desk).await;
    let journal = desk.admin.get(&format!("/api/reports/journal?date={today}")).await.json;
    let balance = desk.admin.get(&format!("/api/reports/trial-balance?date={today}")).await.json;
    let lines = journal["lines"].as_array().unwrap();
    let side =
        |lines: &[&Value], side: &str| -> i64 { lines.iter().map(|line| line[side].as_i64().unwrap()).sum() };
    let all: Vec<_> = lines.iter().collect();
    assert_eq!(side(&all, "debit"), side(&all, "credit"));
    for line in lines {
        let of_one: Vec<_> = lines.iter().filter(|other| other["position"] == line["position"]).collect();
        assert_eq!(side(&of_one, "debit"), side(&of_one, "credit"), "position {}", line["position"]);
    }
    let accounts = balance["accounts"].as_array().unwrap();
    assert_eq!(
        (&balance["totalDebit"], &balance["totalCredit"]),
        (&side(&all, "debit").into(), &side(&all, "credit").into())
    );
    for account in accounts {
        let of_it: Vec<_> = lines.iter().filter(|line| line["account"] == account["account"]).collect();
        assert_eq!(account["debit"], side(&of_it, "debit"), "{account}");
        assert_eq!(account["credit"], side(&of_it, "credit"), "{account}");
    }
    let money: i64 = accounts
        .iter()
        .filter(|account| ["5711", "5521", "5522"].contains(&account["account"].as_str().unwrap()))
        .map(|account| account["debit"].as_i64().unwrap() - account["credit"].as_i64().unwrap())
        .sum();
    assert_eq!(money, desk.admin.report().await["totalAmount"].as_i64().unwrap());
}
