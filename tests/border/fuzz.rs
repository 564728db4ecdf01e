//! Two thousand requests drawn from the contract and a seed: never an error of ours, never a hang.

use crate::{desk::Desk, server::Caller};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// SplitMix64: the same requests on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = usize::try_from(self.roll() % choices.len() as u64).unwrap();
        &choices[at]
    }

    fn value(&mut self, known: &[String]) -> Value {
        match self.roll() % 12 {
            0 => Value::Null,
            1 => json!(self.roll()),
            2 => json!(i64::try_from(self.roll() % 5_000).unwrap() - 500),
            3 => json!(1.5),
            4 => json!([self.roll() % 9]),
            5 => json!({"examId": self.of(known)}),
            6 => json!([{"examId": self.of(known)}]),
            7 => json!(self.of(&["TMONEY", "FLOOZ", "CASHIER", "ADMIN", "PAID", "DECLINED", ""])),
            8 => json!(self.of(&["90123400", "7312340071", "2026-01-31", "2026-02-30", "\u{0}", "🌸é"])),
            9 => json!("x".repeat(usize::try_from(self.roll() % 3_000).unwrap())),
            _ => json!(self.of(known)),
        }
    }
}

/// The fields that the contract names for a body.
fn fields(contract: &Value, route: &Value) -> Vec<String> {
    let schema = &route["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let Some((_, name)) = schema.as_str().and_then(|path| path.rsplit_once('/')) else { return vec![] };
    let properties = contract["components"]["schemas"][name]["properties"].as_object();
    properties.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
}

async fn one(who: &Caller, dice: &mut Dice, contract: &Value, known: &[String]) {
    // Signing out is left out: the rest would only be told that nobody is signed in.
    let paths = contract["paths"].as_object().unwrap().iter();
    let paths: Vec<_> = paths.filter(|(path, _)| !path.ends_with("/logout")).collect();
    let (path, routes) = *dice.of(&paths);
    let routes: Vec<_> = routes.as_object().unwrap().iter().collect();
    let (method, route) = *dice.of(&routes);
    let mut filled = path.clone();
    for name in ["{id}", "{number}", "{provider}"] {
        let part = match dice.roll() % 8 {
            0 => "x",
            1 => "TMONEY",
            _ => dice.of(known),
        };
        filled = filled.replace(name, part);
    }
    if dice.roll().is_multiple_of(3) {
        let query: &str = dice.of::<&str>(&[
            "?q=%25",
            "?state=PAID",
            "?date=2026-01-31",
            "?status=PAID",
            "?date=x",
            "?q=%FF",
        ]);
        filled.push_str(query);
    }
    let mut body = serde_json::Map::new();
    for field in fields(contract, route) {
        if !dice.roll().is_multiple_of(10) {
            body.insert(field, dice.value(known));
        }
    }
    let mut text = Value::from(body).to_string();
    if dice.roll().is_multiple_of(8) {
        let at = usize::try_from(dice.roll() % (text.len() as u64 + 1)).unwrap();
        text.truncate((0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap());
    }
    let mut request = who.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &filled);
    if method != "get" {
        request = request.header("content-type", "application/json").body(text.clone());
    }
    let answer = tokio::time::timeout(Duration::from_secs(30), who.send(request)).await;
    let answer = answer.unwrap_or_else(|_| panic!("{method} {filled} hangs on {text:.200}"));
    // A provider may refuse us or be cut off; that we say so is no error of ours.
    let says_so =
        ["provider_credentials", "provider_unavailable"].iter().any(|code| answer.json["code"] == *code);
    assert!(
        answer.status < 500 || says_so,
        "{method} {filled} {text:.200}: {} {}",
        answer.status,
        answer.text
    );
    if answer.status >= 400 && !filled.starts_with("/r/") {
        assert!(answer.json["code"].is_string(), "{method} {filled}: {}", answer.text);
    }
}

#[tokio::test]
async fn two_thousand_drawn_requests_find_no_error_of_ours() {
    let desk = Desk::open().await;
    let contract = desk.server.anonymous().get("/api/openapi.json").await.json;
    let prescription = desk.prescription().await;
    let known = vec![prescription, desk.exam.clone(), desk.patient.clone(), "R-2026-000001".to_owned()];
    let mut callers = vec![desk.server.anonymous(), desk.cashier.clone()];
    for username in ["admin", "compta", "audit", "labo", "caisse2"] {
        callers.push(desk.server.login(username).await);
    }
    let mut dice = Dice(20_261_124);
    for _ in 0..2_000 {
        let who = dice.of(&callers).clone();
        one(&who, &mut dice, &contract, &known).await;
    }
    assert_eq!(desk.server.anonymous().get("/api/health").await.status, 200);
    // One of them may have been a rebuild: it moves the files that are verified.
    crate::server::eventually("the rebuild ends", async || {
        let state = desk.admin.get("/api/projectors").await.json["rebuild"]["state"].clone();
        (!["BUILDING", "COMPARING"].contains(&state.as_str().unwrap())).then_some(())
    })
    .await;
    let verified = desk.server.run(&["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}
