//! What a weak link can carry: style 15 KiB, script 20 KiB, compressed; kept by the browser until it changes.

use crate::{browser::Browser, server::Server};
use reqwest::{Method, header};

/// The addresses of all that the pages load beside themselves.
async fn assets(browser: &Browser) -> Vec<String> {
    let page = browser.open("/login").await;
    let found = page.html.split('"').filter(|text| text.starts_with("/static/"));
    let mut found: Vec<_> = found.map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

async fn weight(browser: &Browser, path: &str) -> usize {
    let request = browser.request(Method::GET, path).header(header::ACCEPT_ENCODING, "gzip");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip", "{path}");
    answer.bytes().await.unwrap().len()
}

#[tokio::test]
async fn style_and_script_are_light_and_kept() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let assets = assets(&browser).await;
    assert!(assets.len() >= 4, "{assets:?}");
    let (mut style, mut script) = (0, 0);
    for path in &assets {
        let answer = browser.look(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
        match path.rsplit_once('.').unwrap().1 {
            "css" => style += weight(&browser, path).await,
            "js" => script += weight(&browser, path).await,
            _ => {}
        }
    }
    assert!((1..=15 * 1024).contains(&style), "style weighs {style} bytes");
    assert!((1..=20 * 1024).contains(&script), "script weighs {script} bytes");
    let (_, name) = assets[0].rsplit_once('/').unwrap();
    let old = browser.look(&format!("/static/0000000000000000/{name}")).await;
    assert_eq!((old.status, old.headers["cache-control"].to_str().unwrap()), (200, "no-cache"));
    assert_eq!(browser.look("/static/0/../../Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn the_api_is_not_compressed() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let request = browser.request(Method::GET, "/api/openapi.json").header(header::ACCEPT_ENCODING, "gzip");
    assert!(!request.send().await.unwrap().headers().contains_key(header::CONTENT_ENCODING));
}
