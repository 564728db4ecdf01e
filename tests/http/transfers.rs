//! Cash from drawer to drawer: gone at once, there only when it is accepted, and never in two places.

use crate::{
    desk::{Desk, at_once},
    server::{Answer, Caller},
    tills::{expected, refused},
};
use serde_json::{Value, json};

/// Two cashiers at open tills of 10,000 francs.
struct Two {
    desk: Desk,
    other: Caller,
    from: String,
    to: String,
}

impl Two {
    async fn tills() -> Self {
        let desk = Desk::open().await;
        let other = desk.second_cashier().await;
        let (from, to) = (desk.cashier.own_till().await, other.own_till().await);
        Self { desk, other, from, to }
    }

    async fn send(&self, amount: i64) -> Answer {
        let body = json!({"to": self.to, "amount": amount});
        self.desk.cashier.post(&format!("/api/tills/{}/transfers", self.from), body).await
    }

    /// So much is on its way; the path that ends with what becomes of it.
    async fn sent(&self, amount: i64) -> String {
        let sent = self.send(amount).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        format!("/api/tills/{}/transfers/{}", self.from, sent.text_of("transferId"))
    }

    /// What must lie in the sender's and in the receiver's drawer.
    async fn drawers(&self) -> (i64, i64) {
        let shown = async |till: &str| expected(&self.desk.admin.shown_till(till).await);
        (shown(&self.from).await, shown(&self.to).await)
    }
}

async fn end(who: &Caller, path: &str, how: &str) -> Answer {
    who.send(who.request(reqwest::Method::POST, &format!("{path}/{how}"))).await
}

fn states(listed: &Value) -> Vec<(&str, i64)> {
    let all = listed.as_array().unwrap().iter();
    all.map(|one| (one["state"].as_str().unwrap(), one["amount"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn the_sender_has_70_less_at_once_and_the_receiver_70_more_only_on_acceptance() {
    let two = Two::tills().await;
    let sent = two.send(70).await;
    assert_eq!((sent.status, &sent.json["state"], &sent.json["amount"]), (201, &"SENT".into(), &70.into()));
    assert_eq!(two.drawers().await, (9_930, 10_000));
    let path = format!("/api/tills/{}/transfers/{}", two.from, sent.text_of("transferId"));
    let accepted = end(&two.other, &path, "accept").await;
    let told = json!({"transferId": sent.json["transferId"], "amount": 70, "state": "ACCEPTED"});
    assert_eq!((accepted.status, &accepted.json), (200, &told), "{}", accepted.text);
    assert_eq!(two.drawers().await, (9_930, 10_070));
    for till in [&two.from, &two.to] {
        let shown = two.desk.admin.shown_till(till).await;
        assert_eq!(states(&shown["transfers"]), [("ACCEPTED", 70)], "both tills show it");
    }
    assert_eq!(two.desk.admin.report().await["totalAmount"], 0, "no revenue");
}

#[tokio::test]
async fn a_receiver_sees_what_waits_for_him_and_nobody_else_does() {
    let two = Two::tills().await;
    let path = two.sent(70).await;
    two.sent(80).await;
    let third = json!({"username": "caisse3", "password": "une longue phrase", "firstName": "Trois",
        "lastName": "ESSAI", "role": "CASHIER"});
    assert_eq!(two.desk.admin.post("/api/users", third).await.status, 201);
    let third = two.desk.server.login_with("caisse3", "une longue phrase").await;
    let waiting = async |who: &Caller| who.get("/api/transfers?state=SENT").await.json;
    assert_eq!(states(&waiting(&two.other).await), [("SENT", 80), ("SENT", 70)]);
    assert_eq!(states(&waiting(&two.desk.cashier).await).len(), 2, "the sender too");
    assert_eq!(states(&waiting(&two.desk.admin).await).len(), 2);
    assert_eq!(waiting(&third).await, json!([]));
    let first = waiting(&two.other).await[1].clone();
    assert_eq!(
        (&first["senderId"], &first["receiverId"]),
        (&two.from.as_str().into(), &two.to.as_str().into())
    );
    assert_eq!((&first["senderDesk"], &first["receiverDesk"]), (&"Guichet 1".into(), &"Guichet 2".into()));
    end(&two.other, &path, "accept").await;
    assert_eq!(states(&waiting(&two.other).await), [("SENT", 80)], "it waits no more");
    assert_eq!(states(&two.other.get("/api/transfers?state=ACCEPTED").await.json), [("ACCEPTED", 70)]);
    assert_eq!(states(&two.other.get("/api/transfers").await.json), [("SENT", 80), ("ACCEPTED", 70)]);
    refused(&two.other.get("/api/transfers?state=LOST").await, 422, "invalid_field");
    refused(&end(&third, &path.replace("accept", ""), "accept").await, 404, "transfer_not_found");
}

#[tokio::test]
async fn an_acceptance_counts_once_however_often_it_is_sent() {
    let two = Two::tills().await;
    let path = format!("{}/accept", two.sent(70).await);
    let keyless = (0..20).map(|_| (two.other.clone(), path.clone(), None, json!({})));
    let answers = at_once(keyless).await;
    let (done, late): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), late.len()), (1, 19));
    late.into_iter().for_each(|answer| refused(answer, 404, "transfer_not_found"));
    assert_eq!(two.drawers().await, (9_930, 10_070));
    let path = format!("{}/accept", two.sent(30).await);
    let keyed = (0..20).map(|_| (two.other.clone(), path.clone(), Some("une".to_owned()), json!({})));
    for answer in at_once(keyed).await {
        assert_eq!((answer.status, &answer.json["amount"]), (200, &30.into()), "{}", answer.text);
    }
    assert_eq!(two.drawers().await, (9_900, 10_100));
}

#[tokio::test]
async fn one_key_sends_once() {
    let two = Two::tills().await;
    let (path, body) = (format!("/api/tills/{}/transfers", two.from), json!({"to": two.to, "amount": 70}));
    let copies =
        (0..20).map(|_| (two.desk.cashier.clone(), path.clone(), Some("une".to_owned()), body.clone()));
    let answers = at_once(copies).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.json), (201, &answers[0].json), "{}", answer.text);
    }
    assert_eq!(two.drawers().await, (9_930, 10_000));
}

#[tokio::test]
async fn what_is_accepted_and_taken_back_at_once_is_in_one_place() {
    let two = Two::tills().await;
    for round in 0..5 {
        let path = two.sent(100).await;
        let before = two.drawers().await;
        let both = (0..10).flat_map(|_| {
            [(&two.other, "accept"), (&two.desk.cashier, "return")]
                .map(|(who, how)| (who.clone(), format!("{path}/{how}"), None, json!({})))
        });
        let answers = at_once(both.collect::<Vec<_>>()).await;
        let done: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(done.len(), 1, "round {round}");
        let (from, to) = before;
        let wanted = if done[0].json["state"] == "ACCEPTED" { (from, to + 100) } else { (from + 100, to) };
        assert_eq!(two.drawers().await, wanted);
    }
}

#[tokio::test]
async fn the_sender_takes_it_back_or_the_receiver_will_not_have_it() {
    let two = Two::tills().await;
    for who in [&two.desk.cashier, &two.other] {
        let path = two.sent(70).await;
        let back = end(who, &path, "return").await;
        assert_eq!((back.status, &back.json["state"]), (200, &"RETURNED".into()), "{}", back.text);
        assert_eq!(two.drawers().await, (10_000, 10_000));
        refused(&end(&two.other, &path, "accept").await, 404, "transfer_not_found");
        refused(&end(who, &path, "return").await, 404, "transfer_not_found");
    }
    let shown = two.desk.admin.shown_till(&two.from).await;
    assert_eq!((&shown["sums"]["sent"], &shown["sums"]["returned"]), (&140.into(), &140.into()));
    assert_eq!(states(&shown["transfers"]), [("RETURNED", 70), ("RETURNED", 70)]);
}

#[tokio::test]
async fn only_the_receiver_accepts() {
    let two = Two::tills().await;
    let path = two.sent(70).await;
    refused(&end(&two.desk.cashier, &path, "accept").await, 403, "not_yours");
    for who in ["admin", "compta"] {
        refused(&end(&two.desk.server.login(who).await, &path, "accept").await, 403, "forbidden");
    }
    let elsewhere = path.replace(&two.from, &two.to);
    refused(&end(&two.other, &elsewhere, "accept").await, 404, "transfer_not_found");
    assert_eq!(two.drawers().await, (9_930, 10_000));
}

#[tokio::test]
async fn a_transfer_that_waits_blocks_the_close_of_its_sender() {
    let two = Two::tills().await;
    let path = two.sent(70).await;
    let count = json!({"NOTE5000": 1, "NOTE2000": 2, "COIN500": 1, "COIN200": 2, "COIN25": 1, "COIN5": 1});
    refused(&two.desk.cashier.close(&two.from, count.clone()).await, 409, "transfer_waits");
    assert_eq!(two.desk.admin.shown_till(&two.from).await["state"], "OPEN");
    assert_eq!(end(&two.other, &path, "accept").await.status, 200);
    let closed = two.desk.cashier.close(&two.from, count).await;
    assert_eq!((&closed.json["expected"], &closed.json["difference"]), (&9_930.into(), &0.into()));
}

#[tokio::test]
async fn what_was_sent_to_a_till_that_closes_comes_back() {
    let two = Two::tills().await;
    let path = two.sent(70).await;
    assert_eq!(two.other.close(&two.to, json!({"NOTE10000": 1})).await.json["difference"], 0);
    refused(&end(&two.other, &path, "accept").await, 409, "till_closed");
    refused(&two.send(70).await, 409, "till_closed");
    assert_eq!(end(&two.desk.cashier, &path, "return").await.status, 200);
    assert_eq!(two.drawers().await, (10_000, 10_000));
}

#[tokio::test]
async fn a_drawer_sends_what_it_holds_to_another_drawer_and_does_not_say_how_much_that_is() {
    let two = Two::tills().await;
    let more = two.send(10_001).await;
    refused(&more, 409, "drawer_too_small");
    assert!(!more.text.contains("10"), "the count is blind: {}", more.text);
    let nothing = two.send(0).await;
    refused(&nothing, 422, "zero_amount");
    assert_eq!(nothing.json["pointer"], "/amount");
    let path = format!("/api/tills/{}/transfers", two.from);
    let same = two.desk.cashier.post(&path, json!({"to": two.from, "amount": 1})).await;
    refused(&same, 422, "same_till");
    let nowhere = two.desk.cashier.post(&path, json!({"to": uuid::Uuid::nil(), "amount": 1})).await;
    refused(&nowhere, 404, "till_not_found");
    refused(&two.other.post(&path, json!({"to": two.to, "amount": 1})).await, 403, "not_yours");
    assert_eq!(two.send(10_000).await.status, 201);
    assert_eq!(two.drawers().await, (0, 10_000));
}
