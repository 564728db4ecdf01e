//! A read model stands before an event: who sees it, who may deal with it, and how it is written down.

use crate::{
    desk::Desk,
    past,
    server::{Answer, eventually},
};
use serde_json::{Value, json};

/// A desk whose read model `users` stands before the event at this position.
async fn poisoned() -> (Desk, u64) {
    let mut desk = Desk::open().await;
    desk.server.kill();
    let at = past::poison(&desk.server.dir).await;
    desk.restart().await;
    eventually("it stands", async || (desk.stands().await == Some(at)).then_some(())).await;
    (desk, at)
}

impl Desk {
    async fn projectors(&self) -> Value {
        self.admin.send(self.admin.request(reqwest::Method::GET, "/api/projectors")).await.json
    }

    /// Where `users` stands.
    async fn stands(&self) -> Option<u64> {
        let all = self.projectors().await;
        let users = all["projectors"].as_array()?.iter().find(|one| one["name"] == "users")?.clone();
        users["stopped"]["position"].as_u64()
    }

    async fn skip(&self, name: &str, position: u64) -> Answer {
        let body = json!({"position": position, "reason": "ajouté deux fois"});
        self.admin.post(&format!("/api/projectors/{name}/skip"), body).await
    }
}

#[tokio::test]
async fn everybody_sees_that_it_stands_and_those_who_run_the_house_see_why() {
    let (desk, at) = poisoned().await;
    let anonymous = desk.server.anonymous();
    let health = anonymous.send(anonymous.request(reqwest::Method::GET, "/api/health")).await;
    assert_eq!((health.status, &health.json["status"]), (503, &"DEGRADED".into()));
    assert_eq!(health.json["stopped"], json!([{"name": "users", "position": at}]), "and no more");
    let metrics = desk.admin.send(desk.admin.request(reqwest::Method::GET, "/api/health/metrics")).await;
    let stopped = &metrics.json["ledger"]["stopped"][0];
    assert_eq!((&stopped["name"], &stopped["position"]), (&"users".into(), &at.into()));
    assert_eq!(stopped["eventName"], "user-added.v1");
    assert!(stopped["eventId"].as_str().unwrap().len() == 36, "{stopped}");
    assert!(stopped["reason"].as_str().unwrap().contains("UNIQUE"), "{stopped}");
    let prescription = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&prescription, 1_500).await.status, 201, "money is taken all the same");
}

#[tokio::test]
async fn only_the_event_before_which_it_stands_can_be_left_out() {
    let (desk, at) = poisoned().await;
    let head = desk.projectors().await["position"].as_u64().unwrap();
    for (name, position, status, code) in [
        ("users", at - 1, 409, "projector_stands_elsewhere"),
        ("users", at + 1, 409, "projector_stands_elsewhere"),
        ("takings", at, 409, "projector_stands_elsewhere"),
        ("nobody", at, 404, "projector_not_found"),
    ] {
        let answer = desk.skip(name, position).await;
        assert_eq!((answer.status, &answer.json["code"]), (status, &code.into()), "{}", answer.text);
    }
    assert_eq!(desk.projectors().await["position"], head, "nothing was written down");
    assert_eq!(desk.stands().await, Some(at));
}

#[tokio::test]
async fn a_skip_is_written_down_and_honoured_by_restarts_rebuilds_and_verify() {
    let (mut desk, at) = poisoned().await;
    let answer = desk.skip("users", at).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    eventually("it goes on", async || desk.stands().await.is_none().then_some(())).await;
    let again = desk.skip("users", at).await;
    assert_eq!(again.status, 200, "told twice is an answer: {}", again.text);
    assert_eq!(desk.admin.get("/api/users").await.status, 200);
    assert_eq!(desk.server.anonymous().get("/api/health").await.json["status"], "OK");
    desk.server.kill();
    desk.restart().await;
    assert_eq!(desk.stands().await, None, "also after a restart");
    assert_eq!(desk.rebuilt().await["rebuild"]["state"], "SWAPPED");
    desk.server.kill();
    let told = desk.server.run(&["replay", "projector-users"]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("projector-skipped.v1") && told.contains("ajouté deux fois"), "{told}");
    let verified = desk.server.run(&["verify"]);
    assert!(verified.status.success(), "{verified:?}");
    assert!(String::from_utf8(verified.stdout).unwrap().contains("Écrans égaux"));
}

#[tokio::test]
async fn a_retry_is_written_down_and_tries_again() {
    let (desk, at) = poisoned().await;
    // What was in the way goes away.
    past::views(&desk.server.dir).execute("delete from users where username = 'labo'", []).unwrap();
    let retry =
        |name: &str| desk.admin.request(reqwest::Method::POST, &format!("/api/projectors/{name}/retry"));
    let answer = desk.admin.send(retry("users")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    eventually("it goes on", async || desk.stands().await.is_none().then_some(())).await;
    let answer = desk.admin.send(retry("users")).await;
    assert_eq!((answer.status, &answer.json["code"]), (409, &"projector_stands_elsewhere".into()));
    assert!(answer.text.contains("aucun événement"), "{at} is behind it: {}", answer.text);
}
