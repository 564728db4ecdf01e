//! Cash to the bank or the Treasury: a numbered slip, on its way until the paper from there is shown (rule 19).

use crate::{
    desk::{Desk, at_once},
    past,
    server::{Answer, Caller},
    tills::{expected, refused},
};
use chrono::{Datelike, Days, Utc};
use domain::{
    DepositId, Money, StreamId, TillId, UserId,
    cash::{Count, Denomination},
    deposit::{Event, Made, SlipIssued},
};
use serde_json::{Value, json};
use uuid::Uuid;

impl Caller {
    async fn deposit(&self, till: &str, count: Value) -> Answer {
        self.post(&format!("/api/tills/{till}/deposits"), json!({"count": count})).await
    }

    async fn prove(&self, deposit: &str, place: &str, reference: &str) -> Answer {
        let body = json!({"place": place, "reference": reference});
        self.post(&format!("/api/deposits/{deposit}/prove"), body).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn slip(number: u64) -> String {
    format!("V-{}-{number:06}", Utc::now().year())
}

#[tokio::test]
async fn a_deposit_is_the_sum_of_its_count_and_leaves_the_drawer_with_a_slip() {
    let desk = Desk::open().await;
    let (till, count) = (desk.cashier.own_till().await, json!({"NOTE5000": 1, "COIN500": 2, "NOTE500": 1}));
    let made = desk.cashier.deposit(&till, count.clone()).await;
    assert_eq!(
        (made.status, &made.json["amount"], &made.json["state"]),
        (201, &6_500.into(), &"MADE".into())
    );
    assert_eq!(made.json["slipNumber"], slip(1));
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!((expected(&shown), &shown["sums"]["deposited"]), (3_500, &6_500.into()));
    let listed = &shown["deposits"][0];
    assert_eq!(
        (&listed["slipNumber"], &listed["count"], &listed["desk"]),
        (&slip(1).into(), &count, &"Guichet 1".into())
    );
    assert_eq!((&listed["giver"], &listed["state"]), (&"DÉMO caisse1".into(), &"MADE".into()));
    assert_eq!(desk.admin.report().await["totalAmount"], 0, "no revenue and no loss of it");
}

#[tokio::test]
async fn a_drawer_gives_what_it_holds_and_never_nothing() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    refused(&desk.cashier.deposit(&till, json!({"NOTE10000": 1, "COIN1": 1})).await, 409, "drawer_too_small");
    for nothing in [json!({}), json!({"NOTE10000": 0})] {
        let answer = desk.cashier.deposit(&till, nothing).await;
        refused(&answer, 422, "zero_amount");
        assert_eq!(answer.json["pointer"], "/count");
    }
    refused(&desk.second_cashier().await.deposit(&till, json!({"COIN1": 1})).await, 403, "not_yours");
    let nowhere = Uuid::nil().to_string();
    refused(&desk.cashier.deposit(&nowhere, json!({"COIN1": 1})).await, 404, "till_not_found");
    let made = desk.cashier.deposit(&till, json!({"NOTE10000": 1})).await;
    assert_eq!(made.json["slipNumber"], slip(1), "what was refused has no number");
    assert_eq!(expected(&desk.admin.shown_till(&till).await), 0);
}

#[tokio::test]
async fn slips_have_no_gap_with_twenty_at_once_and_refusals_among_them() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    let mut asked = vec![];
    for (who, till) in [(&desk.cashier, desk.cashier.own_till().await), (&other, other.own_till().await)] {
        for nth in 0..15 {
            let count = if nth % 3 == 2 { json!({"NOTE10000": 9}) } else { json!({"COIN25": 1}) };
            asked.push((who.clone(), format!("/api/tills/{till}/deposits"), None, json!({"count": count})));
        }
    }
    let answers = at_once(asked).await;
    let mut numbers: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.text_of("slipNumber"))
        .collect();
    numbers.sort();
    assert_eq!(numbers, (1..=20).map(slip).collect::<Vec<_>>());
    let mut listed = desk.admin.get("/api/deposits").await.json["deposits"].as_array().unwrap().clone();
    listed.sort_by_key(|deposit| deposit["slipNumber"].as_str().unwrap().to_owned());
    let listed: Vec<_> = listed.iter().map(|deposit| deposit["slipNumber"].as_str().unwrap()).collect();
    assert_eq!(listed, numbers);
}

#[tokio::test]
async fn one_key_gives_one_slip() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    let (path, body) = (format!("/api/tills/{till}/deposits"), json!({"count": {"COIN250": 2}}));
    let copies = (0..20).map(|_| (desk.cashier.clone(), path.clone(), Some("une".to_owned()), body.clone()));
    let answers = at_once(copies).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.json), (201, &answers[0].json), "{}", answer.text);
    }
    assert_eq!(expected(&desk.admin.shown_till(&till).await), 9_500);
    assert_eq!(desk.cashier.deposit(&till, json!({"COIN250": 2})).await.json["slipNumber"], slip(2));
}

#[tokio::test]
async fn what_is_on_its_way_is_nothing_only_when_every_slip_has_its_proof() {
    let desk = Desk::open().await;
    let (till, accountant) = (desk.cashier.own_till().await, desk.server.login("compta").await);
    let mut ids = vec![];
    for count in [json!({"NOTE1000": 2}), json!({"NOTE500": 1})] {
        ids.push(desk.cashier.deposit(&till, count).await.text_of("depositId"));
    }
    let other = desk.second_cashier().await;
    other.deposit(&other.own_till().await, json!({"COIN100": 3})).await;
    let on_its_way = async || {
        let answer = desk.admin.get("/api/deposits?state=MADE").await.json;
        let desks = answer["desks"].as_array().unwrap().iter();
        let desks = desks.map(|one| (text(&one["desk"]), one["amount"].as_i64().unwrap()));
        let listed = answer["deposits"].as_array().unwrap().len();
        (answer["unproven"].as_i64().unwrap(), desks.collect::<Vec<_>>(), listed)
    };
    let (first, second) = ("Guichet 1".to_owned(), "Guichet 2".to_owned());
    assert_eq!(on_its_way().await, (2_800, vec![(first.clone(), 2_500), (second.clone(), 300)], 3));
    assert_eq!(accountant.prove(&ids[0], "BANK", "BV-7").await.status, 200);
    assert_eq!(on_its_way().await, (800, vec![(first, 500), (second.clone(), 300)], 2));
    assert_eq!(accountant.prove(&ids[1], "TREASURY", "QT-1").await.status, 200);
    assert_eq!(on_its_way().await, (300, vec![(second, 300)], 1), "the first desk owes nothing");
    let proven = desk.admin.get("/api/deposits?state=PROVEN").await.json["deposits"].clone();
    assert_eq!(
        (&proven[0]["place"], &proven[0]["reference"], &proven[0]["days"]),
        (&"TREASURY".into(), &"QT-1".into(), &Value::Null)
    );
    assert_eq!(proven[0]["provenBy"], UserId::of_username("compta").to_string());
}

#[tokio::test]
async fn one_desk_under_two_spellings_is_one() {
    let desk = Desk::open().await;
    desk.cashier.deposit(&desk.cashier.own_till().await, json!({"NOTE1000": 2})).await;
    desk.cashier.end_session().await;
    desk.cashier.till("GUICHET 1").await;
    desk.cashier.deposit(&desk.cashier.own_till().await, json!({"NOTE500": 1})).await;
    let desks = desk.admin.get("/api/deposits?state=MADE").await.json["desks"].clone();
    assert_eq!((desks.as_array().unwrap().len(), &desks[0]["amount"]), (1, &2_500.into()), "{desks}");
}

#[tokio::test]
async fn a_proof_counts_once_and_another_one_is_refused() {
    let desk = Desk::open().await;
    let (till, accountant) = (desk.cashier.own_till().await, desk.server.login("compta").await);
    let id = desk.cashier.deposit(&till, json!({"NOTE1000": 2})).await.text_of("depositId");
    refused(&desk.cashier.prove(&id, "BANK", "BV-7").await, 403, "forbidden");
    let (path, body) = (format!("/api/deposits/{id}/prove"), json!({"place": "BANK", "reference": "BV-7"}));
    let copies = (0..20).map(|_| (accountant.clone(), path.clone(), None, body.clone()));
    for answer in at_once(copies).await {
        let told = json!({"depositId": id, "state": "PROVEN"});
        assert_eq!((answer.status, &answer.json), (200, &told), "{}", answer.text);
    }
    refused(&accountant.prove(&id, "BANK", "BV-8").await, 409, "already_decided");
    refused(&desk.admin.prove(&id, "TREASURY", "BV-7").await, 409, "already_decided");
    let log = desk.server.run(&["replay", &format!("deposit-{id}")]);
    let log = String::from_utf8_lossy(&log.stdout).into_owned();
    assert_eq!(log.matches("deposit-proven").count(), 1, "{log}");
    refused(&accountant.prove(&Uuid::nil().to_string(), "BANK", "BV-7").await, 404, "deposit_not_found");
    refused(&accountant.prove(&id, "POCKET", "BV-7").await, 422, "invalid_body");
    refused(&accountant.prove(&id, "BANK", " ").await, 422, "invalid_field");
}

#[tokio::test]
async fn a_cashier_sees_his_own_deposits_and_no_sum() {
    let desk = Desk::open().await;
    let (till, other) = (desk.cashier.own_till().await, desk.second_cashier().await);
    desk.cashier.deposit(&till, json!({"NOTE1000": 2})).await;
    desk.cashier.deposit(&till, json!({"NOTE500": 1})).await;
    let own = desk.cashier.get("/api/deposits").await.json;
    assert_eq!((own["deposits"].as_array().unwrap().len(), &own["unproven"]), (2, &Value::Null));
    assert_eq!(own["desks"], json!([]));
    assert_eq!(other.get("/api/deposits").await.json["deposits"], json!([]));
    refused(&desk.cashier.get("/api/deposits?state=LOST").await, 422, "invalid_field");
}

#[tokio::test]
async fn money_on_its_way_has_an_age() {
    let mut desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    desk.cashier.deposit(&till, json!({"NOTE500": 1})).await;
    desk.server.kill();
    let day = Utc::now().date_naive().checked_sub_days(Days::new(9)).unwrap();
    let (id, till) = (DepositId(Uuid::now_v7()), TillId(till.parse().unwrap()));
    let (amount, count) = (Money::new(2_000).unwrap(), Count([(Denomination::Note2000, 1)].into()));
    let by = UserId::of_username("caisse1");
    let made = Made { till, by, amount, count, carrier: None };
    let slip = SlipIssued { deposit: id, till, amount, day };
    let facts: [(StreamId, domain::Event); 2] = [
        (StreamId::deposit(id), Event::from(made).into()),
        (StreamId::deposits("V", day.year()), Event::from(slip).into()),
    ];
    past::write(&desk.server.dir, facts).await;
    desk.restart().await;
    let answer = desk.admin.get("/api/deposits").await.json;
    let ages: Vec<_> =
        answer["deposits"].as_array().unwrap().iter().map(|deposit| &deposit["days"]).collect();
    assert_eq!(ages, [9, 0]);
    let owing = &answer["desks"][0];
    assert_eq!(
        (&owing["days"], &owing["since"], &owing["slips"]),
        (&9.into(), &day.to_string().into(), &2.into())
    );
    assert_eq!((&owing["amount"], &answer["unproven"]), (&2_500.into(), &2_500.into()));
}

#[tokio::test]
async fn a_deposit_may_name_who_brings_it() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    let path = format!("/api/tills/{till}/deposits");
    let by = async |carrier: Value| {
        desk.cashier.post(&path, json!({"count": {"NOTE1000": 1}, "carrier": carrier})).await
    };
    for wrong in [json!(""), json!("x".repeat(101)), json!("a\nb")] {
        let wrong = by(wrong).await;
        refused(&wrong, 422, "invalid_field");
        assert_eq!(wrong.json["pointer"], "/carrier");
    }
    assert_eq!(by(json!("Service des transports de fonds")).await.status, 201);
    assert_eq!(by(Value::Null).await.status, 201);
    let listed = desk.admin.get("/api/deposits").await.json["deposits"].clone();
    assert_eq!(listed[0]["carrier"], Value::Null);
    assert_eq!(listed[1]["carrier"], "Service des transports de fonds");
}
