//! All read models made anew beside those in use: while money is taken, killed in the middle, told
//! when a row in use is not what the log says.

use crate::{
    desk::Desk,
    past,
    server::{Answer, Server, eventually},
};
use reqwest::Method;
use serde_json::Value;

/// So many that a rebuild can be met on its way.
const PAST: usize = 12_000;

impl Desk {
    /// Asks for a rebuild.
    pub async fn rebuild(&self) -> Answer {
        let answer = self.admin.send(self.admin.request(Method::POST, "/api/projectors/rebuild")).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer
    }

    async fn state(&self) -> Value {
        self.admin.send(self.admin.request(Method::GET, "/api/projectors")).await.json
    }

    /// Asks for a rebuild and waits for its end.
    pub async fn rebuilt(&self) -> Value {
        self.rebuild().await;
        self.ended().await
    }

    async fn ended(&self) -> Value {
        eventually("the rebuild ends", async || {
            let state = self.state().await;
            (!matches!(state["rebuild"]["state"].as_str(), Some("BUILDING" | "COMPARING"))).then_some(state)
        })
        .await
    }

    /// A desk with a long past.
    async fn with_a_past() -> Self {
        let mut desk = Self::open().await;
        desk.server.kill();
        past::write(&desk.server.dir, past::prescriptions(PAST)).await;
        desk.restart().await;
        desk
    }

    /// Waits until a rebuild has done something, and not all.
    async fn under_way(&self) {
        eventually("the rebuild is under way", async || {
            let rebuild = self.state().await["rebuild"].clone();
            assert_ne!(rebuild["state"], "SWAPPED", "it was too fast to be killed: {rebuild}");
            (rebuild["progress"]["done"].as_u64() > Some(0)).then_some(())
        })
        .await;
    }
}

fn files(server: &Server) -> Vec<String> {
    let names = std::fs::read_dir(&server.dir).unwrap();
    let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("views") && name.ends_with(".db")).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_killed_twice_under_traffic_ends_equal_and_screens_are_served_meanwhile() {
    let mut desk = Desk::with_a_past().await;
    let mut paid = 0;
    for _ in 0..2 {
        desk.rebuild().await;
        desk.under_way().await;
        desk.server.kill();
        assert_eq!(files(&desk.server), ["views-1.db", "views.db"], "it was killed in its middle");
        desk.restart().await;
        assert_eq!(files(&desk.server), ["views.db"], "the next start sweeps up");
    }
    let asked = desk.server.provider.payments().await.len();
    desk.rebuild().await;
    while matches!(desk.state().await["rebuild"]["state"].as_str(), Some("BUILDING" | "COMPARING")) {
        let prescription = desk.prescription().await;
        let cash = desk.cashier.cash(&prescription, 1_500).await;
        assert_eq!(cash.status, 201, "{}", cash.text);
        paid += 1;
        assert_eq!(desk.shown(&prescription).await["status"], "PAID", "the cashier sees what he has done");
        assert_eq!(desk.admin.report().await["totalPayments"], paid);
    }
    assert_eq!(desk.ended().await["rebuild"]["state"], "SWAPPED", "{}", desk.state().await);
    assert!(paid > 0);
    assert_eq!(desk.server.provider.payments().await.len(), asked, "a rebuild asks nobody for money");
    assert_eq!(files(&desk.server), ["views-1.db"]);
    assert_eq!(desk.admin.report().await["totalPayments"], paid);
    desk.server.kill();
    let swapped = past::rows(&desk.server.dir);
    let verified = desk.server.run(&["verify"]);
    assert!(String::from_utf8_lossy(&verified.stdout).contains("Écrans égaux"), "{verified:?}");
    // Once more without a server, and by nobody's comparison but this one.
    let again = desk.server.run(&["rebuild"]);
    assert!(again.status.success(), "{again:?}");
    assert_eq!(files(&desk.server), ["views-2.db"]);
    assert!(past::rows(&desk.server.dir) == swapped, "byte for byte");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctored_row_is_told_and_the_models_in_use_stay() {
    let mut desk = Desk::open().await;
    let prescription = desk.prescription().await;
    let receipt = desk.cashier.cash(&prescription, 1_500).await.text_of("receiptNumber");
    assert_eq!(desk.receipt(&receipt).await["amount"], 1_500, "it is shown");
    let doctored = past::views(&desk.server.dir).execute("update receipts set amount = 1", []).unwrap();
    assert_eq!(doctored, 1);
    let ended = desk.rebuilt().await;
    assert_eq!(ended["rebuild"]["state"], "DIFFERS", "{ended}");
    let difference = &ended["rebuild"]["differences"][0];
    assert_eq!((&difference["table"], &difference["unexplained"]), (&"receipts".into(), &1.into()));
    assert!(
        receipt.ends_with("000001") && difference["keys"][0].as_str().unwrap().ends_with("/1"),
        "{ended}"
    );
    let anonymous = desk.server.anonymous();
    let health = anonymous.send(anonymous.request(Method::GET, "/api/health")).await;
    assert_eq!((health.status, &health.json["differs"]), (503, &true.into()), "{}", health.text);
    assert_eq!(files(&desk.server), ["views-differ.db", "views.db"]);
    assert_eq!(desk.receipt(&receipt).await["amount"], 1, "what was in use stays in use");
    desk.server.kill();
    desk.restart().await;
    assert_eq!(desk.state().await["rebuild"]["state"], "DIFFERS", "told until a rebuild is equal");
    past::views(&desk.server.dir).execute("update receipts set amount = 1500", []).unwrap();
    assert_eq!(desk.rebuilt().await["rebuild"]["state"], "SWAPPED");
    assert_eq!(files(&desk.server).len(), 1, "nothing lies aside any more");
    assert_eq!(desk.server.anonymous().get("/api/health").await.json["status"], "OK");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_can_be_stopped_and_only_one_runs() {
    let desk = Desk::with_a_past().await;
    let stop = || desk.admin.request(Method::DELETE, "/api/projectors/rebuild");
    let idle = desk.admin.send(stop()).await;
    assert_eq!((idle.status, &idle.json["code"]), (409, &"no_rebuild".into()));
    desk.rebuild().await;
    let second = desk.admin.send(desk.admin.request(Method::POST, "/api/projectors/rebuild")).await;
    assert_eq!((second.status, &second.json["code"]), (409, &"rebuild_running".into()), "{}", second.text);
    assert_eq!(desk.admin.send(stop()).await.status, 202);
    assert_eq!(desk.ended().await["rebuild"]["state"], "STOPPED");
    assert_eq!(files(&desk.server), ["views.db"]);
    assert_eq!(desk.rebuilt().await["rebuild"]["state"], "SWAPPED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_of_another_version_fills_while_all_else_serves() {
    let mut desk = Desk::with_a_past().await;
    let paid = desk.prescription().await;
    assert_eq!(desk.cashier.cash(&paid, 1_500).await.status, 201);
    desk.server.kill();
    past::views(&desk.server.dir)
        .execute("update checkpoints set version = 0 where name = 'takings'", [])
        .unwrap();
    desk.restart().await;
    // The report may be met while it fills, or after; it is never met half full.
    eventually("the report is there", async || {
        let prescription = desk.prescription().await;
        assert_eq!(desk.shown(&prescription).await["status"], "PENDING", "other screens serve");
        let answer = desk.admin.send(desk.admin.request(Method::GET, "/api/reports/financial/daily")).await;
        if answer.status == 503 {
            assert_eq!(answer.json["code"], "read_model_filling", "{}", answer.text);
            assert!(answer.headers.contains_key("retry-after"));
            return None;
        }
        assert_eq!((answer.status, &answer.json["totalAmount"]), (200, &1_500.into()), "{}", answer.text);
        Some(())
    })
    .await;
}
