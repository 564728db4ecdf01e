//! Signing in and out, and coming back to where one was.

use crate::{browser::Browser, server::Server};
use reqwest::Method;

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_the_form_and_back_to_what_he_asked_for() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let sent = browser.look("/?x=1").await;
    assert_eq!((sent.status, sent.path.as_str()), (303, "/login?next=%2F%3Fx%3D1"));
    let form = browser.follow(sent).await;
    assert_eq!((form.status, form.value("next").unwrap().as_str()), (200, "/?x=1"));
    let password = server.password("compta");
    let fields = [("username", "compta"), ("password", password.as_str()), ("next", "/?x=1")];
    let back = browser.send("/login", &fields).await;
    assert_eq!((back.status, back.path.as_str()), (303, "/?x=1"));
    let cookie = back.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"));
    assert!(browser.open("/").await.says("DÉMO compta"), "the page names who is signed in");
    assert_eq!(browser.look("/login").await.path, "/", "who is signed in needs no form");
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_same_page_with_the_name_as_typed() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let page = browser.send("/login", &[("username", "caisse1\"<b>"), ("password", "faux")]).await;
    assert_eq!(page.status, 401);
    assert!(page.alert().unwrap().contains("incorrect"), "{:?}", page.alert());
    assert!(page.html.contains("value=\"caisse1&#34;&#60;b&#62;\""), "{}", page.html);
    assert!(!page.html.contains("faux") && browser.cookies.lock().unwrap().is_empty());
}

#[tokio::test]
async fn after_signing_in_nobody_is_sent_to_another_server() {
    let server = Server::start().await;
    let password = server.password("compta");
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "evil", ""]
    {
        let browser = Browser::new(&server);
        let fields = [("username", "compta"), ("password", password.as_str()), ("next", next)];
        assert_eq!(browser.send("/login", &fields).await.path, "/", "{next}");
        let shown = Browser::new(&server);
        let query = serde_urlencoded::to_string([("next", next)]).unwrap();
        assert_eq!(shown.look(&format!("/login?{query}")).await.value("next").as_deref(), Some(""), "{next}");
    }
}

#[tokio::test]
async fn after_signing_out_the_cookie_is_nobodys() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server, "compta").await;
    let kept = browser.cookies.lock().unwrap().clone();
    let out = browser.send("/logout", &[]).await;
    assert_eq!((out.status, out.path.as_str()), (303, "/login"));
    assert!(browser.cookies.lock().unwrap().is_empty(), "the browser forgets it");
    *browser.cookies.lock().unwrap() = kept;
    assert_eq!(browser.look("/").await.path, "/login", "and so does the server");
    let api = browser.answer("/api/tills", browser.request(Method::GET, "/api/tills")).await;
    assert_eq!(api.status, 401);
}

#[tokio::test]
async fn the_cookie_reads_the_api_and_never_writes_there() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server, "admin").await;
    let read = browser.answer("/api/users", browser.request(Method::GET, "/api/users")).await;
    assert_eq!(read.status, 200, "{}", read.html);
    for (method, path) in [
        (Method::POST, "/api/exams"),
        (Method::POST, "/api/auth/logout"),
        (Method::DELETE, "/api/projectors/rebuild"),
        (Method::POST, "/api/users/00000000-0000-7000-8000-000000000000/disable"),
    ] {
        let request = browser.request(method, path).header("Origin", &browser.url).body("{}");
        let answer = browser.answer(path, request.header("Content-Type", "application/json")).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.html);
    }
    let wrong = browser.request(Method::GET, "/api/users").header("Authorization", "Bearer qt_faux");
    assert_eq!(
        browser.answer("/api/users", wrong).await.status,
        401,
        "a bearer that is shown is the one that counts"
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_page_in_french_inside_its_frame() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server, "compta").await;
    let page = browser.open("/nulle-part").await;
    assert_eq!(page.status, 404);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.alert().unwrap().contains("Rien ne se trouve"), "{}", page.html);
    let api = browser.answer("/api/nulle-part", browser.request(Method::GET, "/api/nulle-part")).await;
    assert_eq!(api.headers["content-type"], "application/problem+json", "the API answers as before");
}

#[tokio::test]
async fn large_print_is_kept_by_this_browser() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    assert!(!browser.open("/login").await.html.contains("class=\"large\""));
    let back = browser.send("/display", &[("size", "large"), ("next", "/login")]).await;
    assert_eq!(back.path, "/login");
    assert!(browser.open("/login").await.html.contains("<html lang=\"fr\" class=\"large\">"));
    browser.send("/display", &[("size", "normal"), ("next", "/login")]).await;
    assert!(!browser.open("/login").await.html.contains("class=\"large\""));
}
