//! What moves is told as it moves: to each what he may see, without a name, from where he was.

use crate::{desk::Desk, server::Caller};
use reqwest::{Method, Response};
use std::time::Duration;

/// Somebody who listens.
struct Listener {
    response: Response,
    heard: String,
}

impl Listener {
    async fn of(caller: &Caller, last: Option<u64>) -> Self {
        let mut request = caller.request(Method::GET, "/api/stream");
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        let mut listener = Self { response, heard: String::new() };
        listener.until("retry: 3000").await;
        listener
    }

    /// Listens until these words have come.
    async fn until(&mut self, words: &str) {
        let listen = async {
            while !self.heard.contains(words) {
                let chunk = self.response.chunk().await.unwrap().expect("the stream goes on");
                self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(30), listen).await;
        assert!(in_time.is_ok(), "never: {words} in {}", self.heard);
    }

    /// Listens until the stream ends.
    async fn until_it_ends(&mut self) {
        let listen = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(Duration::from_secs(30), listen).await.expect("the stream ends");
    }
}

fn told(topic: &str, id: &str) -> String {
    format!("event: {topic}\ndata: {{\"id\":\"{id}\"")
}

#[tokio::test]
async fn each_role_hears_what_it_may_see_and_no_name() {
    let desk = Desk::open().await;
    let other = desk.second_cashier().await;
    let labo = desk.server.login("labo").await;
    let mut listeners = vec![];
    for caller in [&desk.admin, &desk.cashier, &other, &labo] {
        listeners.push(Listener::of(caller, None).await);
    }
    let prescription = desk.prescription().await;
    let payment = desk.cashier.cash(&prescription, 1_500).await.text_of("paymentId");
    // The last thing that everybody hears.
    let last = desk.prescription().await;
    for listener in &mut listeners {
        listener.until(&told("exam", &last)).await;
        assert!(
            !listener.heard.contains("PREMIER") && !listener.heard.contains("1500"),
            "{}",
            listener.heard
        );
    }
    let heard = |at: usize, words: &str| listeners[at].heard.contains(words);
    for (at, hears) in [(0, true), (1, true), (2, false), (3, false)] {
        assert_eq!(heard(at, &told("payment", &payment)), hears, "{at}: {}", listeners[at].heard);
    }
    for (at, hears) in [(0, true), (1, true), (2, true), (3, false)] {
        assert_eq!(heard(at, &told("prescription", &prescription)), hears, "{at}: {}", listeners[at].heard);
    }
    assert!(!heard(2, "event: till") && !heard(3, "event: till") && heard(1, "event: till"));
}

#[tokio::test]
async fn what_is_told_is_shown_already_and_who_comes_back_goes_on_where_he_was() {
    let desk = Desk::open().await;
    let mut listener = Listener::of(&desk.cashier, None).await;
    let asked = desk.open_attempt().await;
    listener.until(&told("payment", &asked.payment)).await;
    // Asked without a position: the read models have reached what was told.
    let request = desk.cashier.request(Method::GET, &format!("/api/payments/{}", asked.payment));
    assert_eq!(desk.cashier.send(request).await.status, 200);
    let before = desk.admin.get("/api/tills").await.position();
    let prescription = desk.prescription().await;
    desk.cashier.cash(&prescription, 1_500).await;
    let mut again = Listener::of(&desk.cashier, Some(before)).await;
    again.until(&told("prescription", &prescription)).await;
    assert!(!again.heard.contains(&asked.payment) && !again.heard.contains("reset"), "{}", again.heard);
    let mut lost = Listener::of(&desk.cashier, Some(1_000_000)).await;
    lost.until("event: reset").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let desk = Desk::open().await;
    let other = desk.server.login("caisse2").await;
    let labo = desk.server.login("labo").await;
    let (mut left, mut locked_out) = (Listener::of(&other, None).await, Listener::of(&labo, None).await);
    other.send(other.request(Method::POST, "/api/auth/logout")).await;
    left.until_it_ends().await;
    let users = desk.admin.get("/api/users").await;
    let user = users.json.as_array().unwrap().iter().find(|user| user["username"] == "labo").unwrap();
    let path = format!("/api/users/{}/disable", user["id"].as_str().unwrap());
    desk.admin.send(desk.admin.request(Method::POST, &path)).await;
    locked_out.until_it_ends().await;
}

#[tokio::test]
async fn one_stream_too_many_ends_the_oldest_of_that_user_alone() {
    let desk = Desk::open().await;
    let mut of_another = Listener::of(&desk.admin, None).await;
    let mut open = vec![];
    for _ in 0..13 {
        open.push(Listener::of(&desk.cashier, None).await);
    }
    // A page that was left is noticed only when it is spoken to: whoever loads pages fast is refused none.
    open.remove(0).until_it_ends().await;
    desk.prescription().await;
    for listener in &mut open {
        listener.until("event: prescription").await;
    }
    of_another.until("event: prescription").await;
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_listener() {
    let mut desk = Desk::open().await;
    let mut listener = Listener::of(&desk.cashier, None).await;
    let begun = std::time::Instant::now();
    std::process::Command::new("kill").arg(desk.server.pid().to_string()).status().unwrap();
    listener.until_it_ends().await;
    assert!(desk.server.wait().success());
    assert!(begun.elapsed() < Duration::from_secs(20), "it waited {:?}", begun.elapsed());
}
