//! A form is taken only from our own pages, whatever cookie comes with it.

use crate::{
    browser::{Browser, typed},
    server::Server,
};
use reqwest::Method;

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server, "compta").await;
    let host = browser.url.strip_prefix("http://").unwrap().to_owned();
    let (_, port) = host.split_once(':').unwrap();
    for origin in [
        None,
        Some("null".to_owned()),
        Some("http://evil.example".to_owned()),
        Some(format!("http://evil.example:{port}")),
        Some(format!("http://{host}.evil.example")),
        Some("http://127.0.0.1".to_owned()),
    ] {
        let mut request = typed(browser.request(Method::POST, "/logout"), &[("a", "b")]);
        if let Some(origin) = &origin {
            request = request.header("Origin", origin);
        }
        let page = browser.answer("/logout", request).await;
        assert_eq!(page.status, 403, "{origin:?}");
        assert!(page.alert().unwrap().contains("ne vient pas d’une page de Quittance"), "{}", page.html);
    }
    assert_eq!(browser.open("/").await.status, 200, "nobody was signed out");
}

#[tokio::test]
async fn no_page_may_run_what_is_not_ours() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    for path in ["/login", "/nulle-part"] {
        let page = browser.open(path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:", "http://", "https://"] {
            assert!(!page.html.contains(inline), "{path} has {inline}");
        }
    }
}
