//! Limits by identity (rule 43): failures of an account, a user's payments, a provider's callbacks.

use crate::{
    callbacks,
    desk::Desk,
    problems::{is_problem, is_refused, position},
    server::{Answer, Server},
};
use serde_json::json;

async fn attempt(server: &Server, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    server.anonymous().post("/api/auth/login", body).await
}

/// 429 that says how long to wait.
#[track_caller]
fn is_limited(what: &str, answer: &Answer) {
    is_refused(what, answer, 429, "too_many_requests");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{what}: {wait}");
}

#[tokio::test]
async fn only_failed_sign_ins_of_one_account_are_counted() {
    let server = Server::start_with(&[("QUITTANCE_LIMIT_LOGINS", "3")]).await;
    for _ in 0..6 {
        assert_eq!(attempt(&server, "compta", &server.password("compta")).await.status, 200);
    }
    let failed: Vec<u16> = {
        let mut statuses = vec![];
        for at in 0..5 {
            // Upper case is the same account.
            let username = if at % 2 == 0 { "compta" } else { "COMPTA" };
            statuses.push(attempt(&server, username, "faux").await.status);
        }
        statuses
    };
    assert_eq!(failed[..3], [401, 401, 401]);
    assert_eq!(failed[4], 429, "{failed:?}");
    is_limited("one more", &attempt(&server, "compta", "faux").await);
    is_limited("the right password too", &attempt(&server, "compta", &server.password("compta")).await);
    assert_eq!(attempt(&server, "audit", &server.password("audit")).await.status, 200);
    assert_eq!(attempt(&server, "audit", "faux").await.status, 401);
}

#[tokio::test]
async fn thirty_users_behind_one_address_may_all_poll() {
    let server = Server::start_with(&[("QUITTANCE_LIMIT_GENERAL", "40")]).await;
    let admin = server.login("admin").await;
    let mut polls = vec![];
    for at in 0..30 {
        let (username, password) = (format!("agent{at}"), "un mot de passe long");
        let new = json!({"username": username, "password": password, "firstName": "Agent", "lastName": "ESSAI", "role": "ACCOUNTANT"});
        assert_eq!(admin.post("/api/users", new).await.status, 201);
        let token = attempt(&server, &username, password).await.text_of("token");
        let who = crate::server::Caller { token: Some(token), ..server.anonymous() };
        for _ in 0..10 {
            let who = who.clone();
            polls.push(tokio::spawn(async move { who.get("/api/stats/global").await.status }));
        }
    }
    for poll in polls {
        assert_eq!(poll.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn one_user_who_asks_too_often_waits_and_no_other_does() {
    let server = Server::start_with(&[("QUITTANCE_LIMIT_GENERAL", "10")]).await;
    let (one, other) = (server.login("compta").await, server.login("audit").await);
    for _ in 0..10 {
        assert_eq!(one.get("/api/exams").await.status, 200);
    }
    is_limited("the eleventh", &one.get("/api/exams").await);
    assert_eq!(other.get("/api/exams").await.status, 200);
    assert_eq!(server.anonymous().get("/api/health").await.status, 200);
}

#[tokio::test]
async fn a_payment_over_the_limit_writes_nothing() {
    let desk = Desk::on(Server::start_with(&[("QUITTANCE_LIMIT_PAYMENTS", "2")]).await).await;
    let admin = desk.server.login("admin").await;
    let mut open = vec![];
    for _ in 0..4 {
        open.push(desk.prescription().await);
    }
    for prescription in &open[..2] {
        assert_eq!(desk.cashier.cash(prescription, 1_500).await.status, 201);
    }
    let before = position(&admin).await;
    is_limited("cash", &desk.cashier.cash(&open[2], 1_500).await);
    is_limited("mobile money", &desk.cashier.initiate(&open[3], "90 12 34 00").await);
    assert_eq!(position(&admin).await, before);
    // Another cashier goes on, and so does everything that is no payment.
    let other = desk.server.login("caisse2").await;
    other.till("Guichet 2").await;
    assert_eq!(other.cash(&open[2], 1_500).await.status, 201);
    assert_eq!(desk.cashier.get("/api/tills").await.status, 200);
}

#[tokio::test]
async fn callbacks_and_staff_have_limits_of_their_own() {
    let env = [("QUITTANCE_LIMIT_CALLBACKS", "2"), ("QUITTANCE_LIMIT_GENERAL", "5")];
    let server = Server::start_with(&env).await;
    let staff = server.login("compta").await;
    let mut limited = 0;
    for at in 0..40 {
        let body = format!(r#"{{"reference":"Q{at}","status":"PENDING"}}"#);
        let answer = callbacks::post_signed(&server, body.as_bytes()).await;
        if answer.status == 429 {
            is_limited("a callback", &answer);
            limited += 1;
        } else {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
    }
    assert!(limited > 0, "40 callbacks in a moment are more than 2 a second");
    assert_eq!(staff.get("/api/exams").await.status, 200);
    while staff.get("/api/exams").await.status == 200 {}
    is_limited("staff", &staff.get("/api/exams").await);
    crate::server::eventually("callbacks are taken again", async || {
        let answer = callbacks::post_signed(&server, br#"{"reference":"Qx","status":"PENDING"}"#).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_forged_callbacks_stops_being_written_down() {
    let server = Server::start_with(&[("QUITTANCE_LIMIT_REJECTIONS", "3")]).await;
    let admin = server.login("admin").await;
    let before = position(&admin).await;
    for at in 0..20 {
        let body = format!(r#"{{"reference":"Q{at}","status":"SUCCESS"}}"#);
        let answer = callbacks::post(&server, body.as_bytes(), Some("00")).await;
        is_problem("a forged callback", &answer);
        assert_eq!((answer.status, &answer.json["code"]), (401, &"callback_not_authentic".into()));
    }
    let written = position(&admin).await - before;
    assert!((3..20).contains(&written), "{written} of 20 were written down");
    // The same one again is written once, whatever the limit.
    let genuine = callbacks::post_signed(&server, br#"{"reference":"Qx","status":"SUCCESS"}"#).await;
    assert_eq!(genuine.status, 200, "{}", genuine.text);
}
