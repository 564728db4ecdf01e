//! The contract: committed as it is served, kept by the answers, with the seed's fields in them.

use crate::{callbacks, desk::Desk, server::Answer};
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test]
async fn the_committed_contract_is_the_one_that_is_served() {
    let desk = Desk::open().await;
    let served = desk.server.anonymous().get("/api/openapi.json").await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let served = format!("{}\n", served.text.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &served).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let advice = "docs/openapi.json is not what the code serves: UPDATE=1 cargo test --test border contract";
    assert!(committed == served, "{advice}");
}

/// The contract lists this status for this route, and the answer has these fields.
#[track_caller]
fn kept(contract: &Value, method: &str, path: &str, answer: &Answer, fields: &[&str]) {
    let listed = &contract["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(listed.is_object(), "{method} {path} answers {}: not in the contract", answer.status);
    for field in fields {
        let found = answer.json.pointer(field);
        assert!(found.is_some(), "{method} {path} has no {field}: {}", answer.text);
    }
}

#[tokio::test]
async fn answers_have_the_seeds_fields_and_the_contracts_statuses() {
    let desk = Desk::open().await;
    let (cashier, anonymous) = (&desk.cashier, desk.server.anonymous());
    let contract = anonymous.get("/api/openapi.json").await.json;
    let keep = |method: &str, path: &str, answer: &Answer, fields: &[&str]| {
        kept(&contract, method, path, answer, fields);
    };
    let login = json!({"username": "caisse1", "password": desk.server.password("caisse1")});
    let answer = anonymous.post("/api/auth/login", login).await;
    keep(
        "post",
        "/api/auth/login",
        &answer,
        &["/token", "/user/id", "/user/username", "/user/firstName", "/user/lastName", "/user/role"],
    );
    let initiate = "/api/payments/mobile-money/initiate";
    let asked = cashier.initiate(&desk.prescription().await, "90 12 34 00").await;
    keep(
        "post",
        initiate,
        &asked,
        &["/message", "/paymentId", "/reference", "/transactionId", "/provider", "/amount"],
    );
    let status = "/api/payments/mobile-money/{id}/status";
    let paid = cashier.until(&asked.text_of("paymentId"), "SUCCESS").await;
    let words = ["/paymentId", "/status", "/qrCode", "/mobileMoneyStatus", "/receiptNumber"];
    keep("get", status, &paid, &words);
    let taken = cashier.cash(&desk.prescription().await, 1_500).await;
    keep("post", "/api/payments/cash", &taken, &["/paymentId", "/receiptNumber", "/amount", "/change"]);
    let told = callbacks::post_signed(&desk.server, br#"{"reference":"Qx","status":"PENDING"}"#).await;
    keep("post", "/api/payments/mobile-money/callback/{provider}", &told, &["/received"]);
    assert_eq!(told.json["received"], true);
    let report = desk.admin.get("/api/reports/financial/daily").await;
    keep(
        "get",
        "/api/reports/financial/daily",
        &report,
        &[
            "/date",
            "/totalPayments",
            "/totalAmount",
            "/byPaymentMethod",
            "/byCashier",
            "/payments/0/paymentNumber",
            "/payments/0/prescriptionNumber",
            "/payments/0/patientName",
            "/payments/0/amount",
            "/payments/0/paymentMethod",
            "/payments/0/cashier",
            "/payments/0/time",
        ],
    );
    assert_eq!((&report.json["totalPayments"], &report.json["totalAmount"]), (&2.into(), &3_000.into()));
    let activity = "/api/reports/activity/service";
    let period = format!("startDate={0}&endDate={0}", report.text_of("date"));
    let served = desk.admin.get(&format!("{activity}?{period}")).await;
    let fields = ["/category", "/period/startDate", "/period/endDate", "/totalExams", "/totalRevenue"];
    keep("get", activity, &served, &[&fields[..], &["/byExamType", "/byTechnician"]].concat());
    let stats = cashier.get("/api/stats/global").await;
    keep("get", "/api/stats/global", &stats, &["/today", "/queue", "/timestamp"]);
    keep("get", "/api/health", &anonymous.get("/api/health").await, &["/status", "/timestamp"]);
}

#[tokio::test]
async fn every_refusal_is_one_that_the_contract_lists() {
    let desk = Desk::open().await;
    let contract = desk.server.anonymous().get("/api/openapi.json").await.json;
    for (path, routes) in contract["paths"].as_object().unwrap() {
        for (method, route) in routes.as_object().unwrap() {
            let filled = path.replace("{id}", "x").replace("{number}", "x").replace("{provider}", "x");
            let verb = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            for who in [&desk.cashier, &desk.server.anonymous()] {
                let answer = who.send(who.request(verb.clone(), &filled)).await;
                let listed = &route["responses"][answer.status.to_string()];
                assert!(listed.is_object(), "{method} {path} answers {}", answer.status);
            }
        }
    }
}
