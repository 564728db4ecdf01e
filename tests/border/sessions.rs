//! Tokens end: by signing out, by being locked out, by age, by being left alone.

use crate::{
    desk::Desk,
    problems::is_refused,
    server::{Caller, Server},
};
use serde_json::json;

async fn is_out(who: &Caller) {
    for path in ["/api/exams", "/api/tills", "/api/stats/global"] {
        is_refused(path, &who.get(path).await, 401, "unauthenticated");
    }
}

async fn is_in(who: &Caller) {
    let answer = who.get("/api/exams").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn signing_out_kills_this_token_and_no_other() {
    let server = Server::start().await;
    let (first, second) = (server.login("caisse1").await, server.login("caisse1").await);
    is_in(&first).await;
    let answer = first.send(first.request(reqwest::Method::POST, "/api/auth/logout")).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    is_out(&first).await;
    is_in(&second).await;
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_stays_out() {
    let mut desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let again = desk.server.login("caisse1").await;
    let users = admin.get("/api/users").await.json;
    let user = users.as_array().unwrap().iter().find(|user| user["username"] == "caisse1").unwrap();
    let path = format!("/api/users/{}/disable", user["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, json!({})).await.status, 200);
    is_out(&desk.cashier).await;
    is_out(&again).await;
    let login = json!({"username": "caisse1", "password": desk.server.password("caisse1")});
    let answer = desk.server.anonymous().post("/api/auth/login", login.clone()).await;
    is_refused("a disabled user", &answer, 401, "wrong_credentials");
    desk.server.kill();
    desk.server.restart();
    let answer = desk.server.anonymous().post("/api/auth/login", login).await;
    is_refused("a disabled user after a restart", &answer, 401, "wrong_credentials");
    let old = Caller { url: desk.server.url.clone(), ..desk.cashier.clone() };
    is_out(&old).await;
}

/// Ages every session in the file, as days would, and starts the server again.
async fn after(sql: &str) {
    let mut server = Server::start().await;
    let who = server.login("compta").await;
    server.kill();
    let vault = rusqlite::Connection::open(server.dir.join("vault.db")).unwrap();
    let aged = vault.execute(sql, []).unwrap();
    assert!(aged > 0);
    drop(vault);
    server.restart();
    is_out(&Caller { url: server.url.clone(), ..who }).await;
    is_in(&server.login("compta").await).await;
}

#[tokio::test]
async fn a_token_older_than_a_shift_is_dead() {
    after("update sessions set expires_at = created_at").await;
}

#[tokio::test]
async fn a_token_left_alone_for_half_an_hour_is_dead() {
    after("update sessions set last_seen = last_seen - 30 * 60 * 1000").await;
}

#[tokio::test]
async fn a_token_outlives_a_restart() {
    let mut server = Server::start().await;
    let who = server.login("compta").await;
    server.kill();
    server.restart();
    is_in(&Caller { url: server.url.clone(), ..who }).await;
}
