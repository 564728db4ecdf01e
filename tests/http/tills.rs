//! A cash session: counted at its start, counted blind at its end, and closed for good (rules 16 to 18, 20).

use crate::{
    desk::{Desk, at_once},
    past,
    server::{Answer, Caller, Server},
};
use chrono::Utc;
use domain::{
    Money, PatientId, PaymentId, PrescriptionId, StreamId, TillId, UserId,
    receipt::{self, Issued, Method},
    till,
};
use serde_json::{Value, json};
use uuid::Uuid;

impl Caller {
    /// The id of the till that this cashier opened last.
    pub async fn own_till(&self) -> String {
        self.get("/api/tills").await.json[0]["id"].as_str().unwrap().to_owned()
    }

    /// Ends a session with a count.
    pub async fn close(&self, till: &str, count: Value) -> Answer {
        self.post(&format!("/api/tills/{till}/close"), json!({"count": count})).await
    }

    /// One till as this user sees it.
    pub async fn shown_till(&self, till: &str) -> Value {
        let answer = self.get(&format!("/api/tills/{till}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }
}

#[track_caller]
pub fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.json["code"]), (status, &code.into()), "{}", answer.text);
}

/// What must lie in a till, as the sums say it; the same as it shows.
pub fn expected(till: &Value) -> i64 {
    let sum = |name: &str| till["sums"][name].as_i64().unwrap_or_else(|| panic!("no {name} in {till}"));
    let francs = till["float"].as_i64().unwrap() + sum("taken") - sum("paidOut") - sum("sent")
        + sum("received")
        + sum("returned")
        - sum("deposited");
    assert_eq!(till["expected"], francs, "float + sums = expected: {till}");
    francs
}

/// Every number in an answer, however deep.
fn numbers(json: &Value) -> Vec<i64> {
    match json {
        Value::Number(number) => number.as_i64().into_iter().collect(),
        Value::Array(all) => all.iter().flat_map(numbers).collect(),
        Value::Object(fields) => fields.values().flat_map(numbers).collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => vec![],
    }
}

#[tokio::test]
async fn due_75_given_100_and_25_back_leave_75_more_in_the_drawer() {
    let desk = Desk::open().await;
    let (till, exam) = (desk.cashier.own_till().await, desk.admin.exam("PT", 75).await);
    let prescription = desk.cashier.prescription(&desk.patient, &exam).await;
    let taken = desk.cashier.cash(&prescription, 100).await;
    assert_eq!((&taken.json["amount"], &taken.json["change"]), (&75.into(), &25.into()), "{}", taken.text);
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!(
        (expected(&shown), &shown["sums"]["taken"], &shown["payments"]),
        (10_075, &75.into(), &1.into())
    );
}

#[tokio::test]
async fn the_float_is_no_revenue() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    assert_eq!(expected(&desk.admin.shown_till(&till).await), 10_000);
    let report = desk.admin.report().await;
    assert_eq!((&report["totalAmount"], &report["totalPayments"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn a_desk_and_a_cashier_have_one_open_session_each() {
    let desk = Desk::open().await;
    let other = desk.server.login("caisse2").await;
    let open =
        async |who: &Caller, name: &str| who.post("/api/tills/open", json!({"desk": name, "float": 0})).await;
    refused(&open(&other, "GUICHET 1").await, 409, "desk_taken");
    refused(&open(&desk.cashier, "Guichet 2").await, 409, "cashier_has_till");
    let at_once = at_once((0..20).map(|_| {
        (other.clone(), "/api/tills/open".to_owned(), None, json!({"desk": "Guichet 2", "float": 0}))
    }))
    .await;
    assert_eq!(at_once.iter().filter(|answer| answer.status == 201).count(), 1, "of twenty at once");
}

#[tokio::test]
async fn a_float_that_is_counted_is_the_sum_of_its_count() {
    let desk = Desk::open().await;
    let other = desk.server.login("caisse2").await;
    let count = json!({"NOTE10000": 2, "NOTE500": 3, "COIN500": 1, "COIN25": 1});
    let open = async |body: Value| other.post("/api/tills/open", body).await;
    let differs = open(json!({"desk": "B", "float": 22_000, "count": count})).await;
    refused(&differs, 422, "invalid_field");
    assert_eq!(differs.json["pointer"], "/float");
    let neither = open(json!({"desk": "B"})).await;
    refused(&neither, 422, "invalid_field");
    assert_eq!(neither.json["pointer"], "/float");
    let opened = open(json!({"desk": "B", "count": count})).await;
    assert_eq!((opened.status, &opened.json["float"]), (201, &22_025.into()), "{}", opened.text);
    let shown = desk.admin.shown_till(&opened.text_of("tillId")).await;
    assert_eq!((expected(&shown), &shown["floatCount"]), (22_025, &count));
}

#[tokio::test]
async fn a_float_beside_its_count_may_say_the_same() {
    let desk = Desk::open().await;
    let other = desk.server.login("caisse2").await;
    let body = json!({"desk": "B", "float": 250, "count": {"COIN250": 1}});
    let opened = other.post("/api/tills/open", body).await;
    assert_eq!((opened.status, &opened.json["float"]), (201, &250.into()), "{}", opened.text);
}

#[tokio::test]
async fn a_cashier_is_not_told_what_he_must_find_until_he_has_counted() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    desk.cashier.cash(&desk.prescription().await, 2_000).await;
    let to = desk.second_cashier().await.own_till().await;
    let send = json!({"to": to, "amount": 70});
    let sent = desk.cashier.post(&format!("/api/tills/{till}/transfers"), send).await;
    let back = format!("/api/tills/{till}/transfers/{}/return", sent.text_of("transferId"));
    assert_eq!(desk.cashier.post(&back, json!({})).await.status, 200);
    for path in ["/api/tills", &format!("/api/tills/{till}"), "/api/desks", "/api/transfers", "/api/deposits"]
    {
        let answer = desk.cashier.get(path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        // What must lie there, what had to while 70 were away, what was taken, what moved.
        for figure in [11_500, 11_430, 1_500] {
            assert!(!numbers(&answer.json).contains(&figure), "{path} tells {figure}: {}", answer.text);
        }
    }
    let listed = desk.cashier.get("/api/tills").await.json[0].clone();
    let shown = desk.cashier.shown_till(&till).await;
    for blind in [&listed, &shown] {
        assert_eq!(
            (&blind["expected"], &blind["sums"], &blind["state"]),
            (&Value::Null, &Value::Null, &"OPEN".into())
        );
    }
    assert_eq!(expected(&desk.admin.shown_till(&till).await), 11_500, "others see it");
    let closed = desk.cashier.close(&till, json!({"NOTE10000": 1, "NOTE1000": 1, "COIN100": 4})).await;
    assert_eq!(closed.status, 200, "{}", closed.text);
    let told =
        json!({"tillId": till, "counted": 11_400, "expected": 11_500, "difference": -100, "state": "CLOSED"});
    assert_eq!(closed.json, told);
    assert_eq!(expected(&desk.cashier.shown_till(&till).await), 11_500, "now he sees it too");
}

#[tokio::test]
async fn a_difference_of_nothing_is_kept_like_any_other() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    let count = json!({"NOTE5000": 2});
    let closed = desk.cashier.close(&till, count.clone()).await;
    assert_eq!((&closed.json["difference"], &closed.json["state"]), (&0.into(), &"CLOSED".into()));
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!(
        (&shown["difference"], &shown["counted"], &shown["count"]),
        (&0.into(), &10_000.into(), &count)
    );
    assert!(shown["countedAt"].is_string() && shown["closedAt"].is_string() && shown["signedBy"].is_null());
}

#[tokio::test]
async fn closing_is_final_and_frees_the_desk_and_the_cashier() {
    let desk = Desk::open().await;
    let (till, prescription) = (desk.cashier.own_till().await, desk.prescription().await);
    let before = desk.admin.shown_till(&till).await;
    // Far from what must lie there: a second person has to sign, and the desk goes on meanwhile.
    assert_eq!(desk.cashier.close(&till, json!({})).await.json["state"], "COUNTED");
    refused(&desk.cashier.close(&till, json!({"NOTE10000": 1})).await, 409, "till_closed");
    refused(&desk.cashier.cash(&prescription, 1_500).await, 409, "no_till_open");
    let deposit = json!({"count": {"COIN1": 1}});
    refused(&desk.cashier.post(&format!("/api/tills/{till}/deposits"), deposit).await, 409, "till_closed");
    assert_eq!(desk.admin.shown_till(&till).await["sums"], before["sums"]);
    let other = desk.server.login("caisse2").await;
    other.till("Guichet 1").await;
    desk.cashier.till("Guichet 2").await;
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201);
    assert_eq!(desk.admin.shown_till(&till).await["payments"], 0, "into the new session");
    let names = desk.admin.get("/api/desks").await.json;
    let names: Vec<_> = names.as_array().unwrap().iter().map(|desk| desk["desk"].as_str().unwrap()).collect();
    assert_eq!(names, ["Guichet 1", "Guichet 2"]);
}

#[tokio::test]
async fn a_large_difference_waits_for_a_second_person_who_is_not_the_cashier() {
    let desk = Desk::open().await;
    let (accountant, till) = (desk.server.login("compta").await, desk.cashier.own_till().await);
    let path = format!("/api/tills/{till}/sign");
    let note = json!({"note": "Un billet de 2 000 manque, rendu deux fois"});
    refused(&accountant.post(&path, note.clone()).await, 409, "till_open");
    let closed = desk.cashier.close(&till, json!({"NOTE5000": 1, "NOTE1000": 3})).await;
    assert_eq!((&closed.json["difference"], &closed.json["state"]), (&(-2_000).into(), &"COUNTED".into()));
    refused(&desk.cashier.post(&path, note.clone()).await, 403, "forbidden");
    refused(&desk.server.login("audit").await.post(&path, note.clone()).await, 403, "forbidden");
    assert_eq!(desk.admin.shown_till(&till).await["state"], "COUNTED");
    let signed = accountant.post(&path, note.clone()).await;
    assert_eq!((signed.status, &signed.json), (200, &json!({"tillId": till, "state": "CLOSED"})));
    let shown = desk.cashier.shown_till(&till).await;
    assert_eq!(
        (&shown["state"], &shown["note"], &shown["difference"]),
        (&"CLOSED".into(), &note["note"], &(-2_000).into())
    );
    assert_eq!(shown["signedBy"], UserId::of_username("compta").to_string());
    let again = desk.admin.post(&path, json!({"note": "encore"})).await;
    assert_eq!((again.status, &again.json["state"]), (200, &"CLOSED".into()), "told twice is an answer");
    assert_eq!(desk.admin.shown_till(&till).await, shown, "and changes nothing");
}

#[tokio::test]
async fn the_limit_of_a_difference_is_the_hospitals() {
    for (limit, count, state) in [
        ("1000", json!({"NOTE10000": 1, "NOTE1000": 1}), "CLOSED"),
        ("1000", json!({"NOTE10000": 1, "NOTE1000": 1, "COIN1": 1}), "COUNTED"),
        ("0", json!({"NOTE5000": 1, "NOTE2000": 2, "COIN500": 1, "COIN200": 2, "COIN50": 1}), "COUNTED"),
        ("0", json!({"NOTE10000": 1}), "CLOSED"),
    ] {
        let desk = Desk::on(Server::start_with(&[("QUITTANCE_TILL_ALONE", limit)]).await).await;
        let till = desk.cashier.own_till().await;
        let closed = desk.cashier.close(&till, count).await;
        assert_eq!((&closed.json["state"], closed.status), (&state.into(), 200), "{limit}: {}", closed.text);
    }
}

#[tokio::test]
async fn nobody_counts_or_sees_anothers_till() {
    let desk = Desk::open().await;
    let (other, till) = (desk.second_cashier().await, desk.cashier.own_till().await);
    refused(&other.close(&till, json!({"NOTE10000": 1})).await, 403, "not_yours");
    refused(&other.get(&format!("/api/tills/{till}")).await, 404, "till_not_found");
    let nowhere = Uuid::nil().to_string();
    refused(&desk.cashier.close(&nowhere, json!({})).await, 404, "till_not_found");
    refused(&desk.admin.get(&format!("/api/tills/{nowhere}")).await, 404, "till_not_found");
    assert_eq!(desk.admin.shown_till(&till).await["state"], "OPEN");
    let desks = other.get("/api/desks").await;
    assert_eq!(desks.json[0]["tillId"], till.as_str(), "but where it is open he may know");
    assert_eq!(numbers(&desks.json), Vec::<i64>::new(), "without a figure: {}", desks.text);
}

#[tokio::test]
async fn a_count_is_whole_pieces_of_what_the_bceao_issues() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    for (count, pointer) in [
        (r#"{"NOTE20000": 1}"#, "/count"),
        (r#"{"COIN2": 1}"#, "/count"),
        (r#"{"note10000": 1}"#, "/count"),
        (r#"{"Kofi MENSAH": "x"}"#, "/count"),
        (r#"{"NOTE500": 1, "NOTE500": 9}"#, "/count"),
        ("[]", "/count"),
        ("10000", "/count"),
        (r#"{"NOTE10000": -1}"#, "/count/NOTE10000"),
        (r#"{"COIN500": 1, "COIN25": 1.5}"#, "/count/COIN25"),
        (r#"{"COIN25": "1"}"#, "/count/COIN25"),
        (r#"{"COIN25": 1e3}"#, "/count/COIN25"),
        (r#"{"COIN25": 4294967296}"#, "/count/COIN25"),
        (r#"{"COIN25": null}"#, "/count/COIN25"),
    ] {
        for path in [format!("/api/tills/{till}/close"), format!("/api/tills/{till}/deposits")] {
            let request = desk.cashier.request(reqwest::Method::POST, &path);
            let request = request.header("Content-Type", "application/json");
            let answer = desk.cashier.send(request.body(format!(r#"{{"count": {count}}}"#))).await;
            refused(&answer, 422, "invalid_count");
            assert_eq!(answer.json["pointer"], pointer, "{count}: {}", answer.text);
            assert!(!answer.text.contains("MENSAH"), "{}", answer.text);
        }
    }
    let beyond = desk.cashier.close(&till, json!({"NOTE10000": u32::MAX})).await;
    refused(&beyond, 422, "amount_too_large");
    assert_eq!(desk.admin.shown_till(&till).await["state"], "OPEN", "nothing of this was a count");
}

#[tokio::test]
async fn one_key_closes_once_and_is_answered_the_same_for_ever() {
    let mut desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    let (path, body) = (format!("/api/tills/{till}/close"), json!({"count": {"NOTE2000": 4}}));
    let copies = (0..20).map(|_| (desk.cashier.clone(), path.clone(), Some("fin".to_owned()), body.clone()));
    let mut answers = at_once(copies).await;
    desk.server.kill();
    desk.restart().await;
    answers.push(desk.cashier.post_once(&path, "fin", body).await);
    for answer in &answers {
        assert_eq!((answer.status, &answer.json), (200, &answers[0].json), "{}", answer.text);
    }
    assert_eq!(answers[0].json["difference"], -2_000);
    let other = desk.cashier.post_once(&path, "fin", json!({"count": {"NOTE2000": 5}})).await;
    refused(&other, 422, "idempotency_key_reused");
}

#[tokio::test]
async fn of_many_counts_at_once_one_is_the_count() {
    let desk = Desk::open().await;
    let (path, till) =
        (format!("/api/tills/{}/close", desk.cashier.own_till().await), desk.cashier.own_till().await);
    let counts =
        (1..=20).map(|coins| (desk.cashier.clone(), path.clone(), None, json!({"count": {"COIN1": coins}})));
    let answers = at_once(counts).await;
    let (closed, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((closed.len(), late.len()), (1, 19));
    late.into_iter().for_each(|answer| refused(answer, 409, "till_closed"));
    assert_eq!(desk.admin.shown_till(&till).await["counted"], closed[0].json["counted"]);
}

#[tokio::test]
async fn what_was_acknowledged_while_the_till_was_closed_lies_in_it_and_nothing_else() {
    let desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    let mut asked = vec![];
    for nth in 0..20 {
        let body = json!({"prescriptionId": desk.prescription().await, "amountTendered": 2_000});
        asked.push((desk.cashier.clone(), "/api/payments/cash".to_owned(), None, body));
        if nth == 9 {
            let count = json!({"count": {"NOTE10000": 1}});
            asked.push((desk.cashier.clone(), format!("/api/tills/{till}/close"), None, count));
        }
    }
    let answers = at_once(asked).await;
    let acknowledged = answers.iter().filter(|answer| answer.status == 201).count() as i64;
    let closed = answers.iter().find(|answer| answer.status == 200).expect("the count goes through");
    for answer in answers.iter().filter(|answer| ![200, 201].contains(&answer.status)) {
        let code = answer.text_of("code");
        assert!(
            answer.status == 409 && ["no_till_open", "till_closed"].contains(&code.as_str()),
            "{}",
            answer.text
        );
    }
    assert_eq!(closed.json["expected"], 10_000 + 1_500 * acknowledged, "{acknowledged} were taken");
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!((expected(&shown), &shown["payments"]), (10_000 + 1_500 * acknowledged, &acknowledged.into()));
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500 * acknowledged);
}

#[tokio::test]
async fn a_session_over_midnight_is_in_two_daily_reports_and_in_one_till_and_both_tie() {
    let mut desk = Desk::open().await;
    let till = desk.cashier.own_till().await;
    desk.cashier.cash(&desk.prescription().await, 1_500).await;
    desk.server.kill();
    // Before midnight: the same session, a receipt of the day before.
    let yesterday = Utc::now().date_naive().pred_opt().unwrap();
    let (id, payment) = (TillId(till.parse().unwrap()), PaymentId(Uuid::now_v7()));
    let amount = Money::new(700).unwrap();
    let issued = Issued {
        payment,
        prescription: PrescriptionId(Uuid::now_v7()),
        patient: PatientId(Uuid::now_v7()),
        cashier: UserId::of_username("caisse1"),
        amount,
        applied: amount,
        advance: Money::ZERO,
        method: Method::Cash,
        till: Some(id),
        parts: vec![],
        day: yesterday,
    };
    let taken = till::Event::from(till::CashTaken { payment, amount });
    let year = chrono::Datelike::year(&yesterday);
    let facts: [(StreamId, domain::Event); 2] = [
        (StreamId::till(id), taken.into()),
        (StreamId::receipts("R", year), receipt::Event::from(issued).into()),
    ];
    past::write(&desk.server.dir, facts).await;
    desk.restart().await;
    let shown = desk.admin.shown_till(&till).await;
    assert_eq!((expected(&shown), &shown["sums"]["taken"]), (12_200, &2_200.into()), "one session");
    let before = desk.admin.get(&format!("/api/reports/financial/daily?date={yesterday}")).await.json;
    let after = desk.admin.report().await;
    let cash = |report: &Value| report["byPaymentMethod"]["CASH"].as_i64().unwrap();
    assert_eq!((cash(&before), cash(&after)), (700, 1_500), "two days");
    assert_eq!(shown["sums"]["taken"], cash(&before) + cash(&after));
}
