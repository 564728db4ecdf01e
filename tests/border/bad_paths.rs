//! Paths and methods that lead nowhere: 404 as problem+json, and never a file.

use crate::{desk::Desk, problems::is_problem};
use reqwest::Method;
use std::io::{Read, Write};

#[tokio::test]
async fn ids_that_are_none_are_not_found() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let long = "9".repeat(5_000);
    for id in [
        "x",
        "0",
        "-1",
        "%00",
        "..%2F..%2Fvault.db",
        "%FF",
        "'",
        "null",
        &long,
        "00000000-0000-7000-8000-000000000000",
    ] {
        for (method, path) in [
            (Method::GET, format!("/api/patients/{id}")),
            (Method::DELETE, format!("/api/patients/{id}")),
            (Method::GET, format!("/api/prescriptions/{id}")),
            (Method::GET, format!("/api/prescriptions/{id}/quittance")),
            (Method::POST, format!("/api/reliefs/{id}/grant")),
            (Method::GET, format!("/api/payments/{id}")),
            (Method::GET, format!("/api/payments/mobile-money/{id}/status")),
            (Method::POST, format!("/api/payments/{id}/abandon")),
            (Method::POST, format!("/api/users/{id}/disable")),
            (Method::GET, format!("/api/receipts/{id}")),
            (Method::GET, format!("/api/receipts/{id}/qr.svg")),
            (Method::POST, format!("/api/payments/mobile-money/callback/{id}")),
        ] {
            let answer = admin.send(admin.request(method.clone(), &path)).await;
            is_problem(&format!("{method} {path:.80}"), &answer);
            assert_eq!(answer.status, 404, "{method} {path:.80}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have_is_refused() {
    let desk = Desk::open().await;
    let contract = desk.server.anonymous().get("/api/openapi.json").await;
    let paths = contract.json["paths"].as_object().unwrap();
    assert!(paths.len() > 20);
    for (path, routes) in paths {
        let filled = path.replace("{id}", "x").replace("{number}", "x").replace("{provider}", "TMONEY");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            if routes.get(method.to_lowercase()).is_some() || path.ends_with('}') && method == "GET" {
                continue;
            }
            let request = desk.cashier.request(Method::from_bytes(method.as_bytes()).unwrap(), &filled);
            let answer = desk.cashier.send(request).await;
            is_problem(&format!("{method} {path}"), &answer);
            assert!([404, 405].contains(&answer.status), "{method} {path}: {}", answer.text);
        }
    }
}

/// A request that no client library would send.
fn raw(address: &str, request: &[u8]) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn no_path_leads_to_a_file() {
    let desk = Desk::open().await;
    let address = desk.server.url.strip_prefix("http://").unwrap();
    for path in [
        "/../master.key",
        "/api/../../vault.db",
        "//etc/passwd",
        "/api/%2e%2e/demo.json",
        "/%00",
        "/r/..%2f..%2fmaster.key",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(address, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("SQLite"), "{path}");
    }
    for garbage in [
        b"GET / HTTP/9.9\r\n\r\n".as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"POST /api/auth/login HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/auth/login HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        b"GET /api/health HTTP/1.1\r\nBad Header: x\r\n\r\n",
    ] {
        let answer = raw(address, garbage);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(desk.server.anonymous().get("/api/health").await.status, 200);
}
