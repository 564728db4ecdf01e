//! A standby takes over: one that was waited for has all that was confirmed, one that was not is found out.

use crate::{
    ALONE, audit,
    desk::Desk,
    dice::Dice,
    door::Door,
    hospital::Hospital,
    pair::{master, on},
    postgres::Cluster,
    server::{Caller, eventually},
};
use chrono::Utc;
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};
use std::sync::Arc;
use tokio::task::block_in_place;

const CLERKS: usize = 6;

/// The same database through a door.
fn through(door: &Door, url: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{}/{}", door.port(), url.rsplit_once('/').unwrap().1)
}

/// From now on the primary confirms nothing that the standby does not have on its disk.
async fn wait_for_standby(primary: &Cluster) {
    let mut session = PgConnection::connect(&primary.url("postgres")).await.unwrap();
    session.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'").await.unwrap();
    session.execute("SELECT pg_reload_conf()").await.unwrap();
    for _ in 0..1_000 {
        let state = "SELECT sync_state FROM pg_stat_replication";
        let state: Option<String> = sqlx::query_scalar(state).fetch_optional(&mut session).await.unwrap();
        if state.as_deref() == Some("sync") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the standby does not become a synchronous one");
}

async fn taken(hospital: &Hospital, receipts: usize) {
    eventually("payments are taken", async || (hospital.told.cash.lock().len() >= receipts).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_synchronous_standby_takes_over_under_load_and_has_all_that_was_confirmed() {
    let _alone = ALONE.lock().await;
    let (mut dice, seed) = Dice::seeded("standby");
    let (first_day, primary) = (Utc::now().date_naive(), Cluster::start());
    let url = primary.database().await;
    let standby = block_in_place(|| primary.standby());
    wait_for_standby(&primary).await;
    let door = Door::to(primary.port());
    let server = on(&through(&door, &url), &master()).await;
    let hospital = Arc::new(Hospital::at(&server, 3).await);
    let clerks = hospital.clerks(CLERKS, seed);
    taken(&hospital, 40).await;
    block_in_place(|| primary.kill());
    door.lead_to(standby.port());
    block_in_place(|| standby.promote());
    let then = hospital.told.cash.lock().len();
    taken(&hospital, then + 40).await;
    audit::glance(&hospital, &mut dice).await;
    hospital.close(clerks).await;
    audit::all_attempts_are_paid(&hospital).await;
    let books = audit::everything(&hospital, first_day).await;
    assert_eq!(books.cash, hospital.told.cash.lock().len(), "no cash but what was acknowledged");
    assert_eq!(books.mobile, hospital.told.mobile.lock().len(), "no attempt but what was acknowledged");
    server.screens_agree().await;
    drop((server, door));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_restart_shows_before_the_standby_has_it_is_not_confirmed_to_anybody() {
    let _alone = ALONE.lock().await;
    let primary = Cluster::start();
    let url = primary.database().await;
    let desk = Desk::on(on(&url, &master()).await).await;
    let prescription = desk.prescription().await;
    let standby = block_in_place(|| primary.standby());
    wait_for_standby(&primary).await;
    block_in_place(|| standby.down());
    let waiting = cash(&desk.cashier, &prescription, "one").await;
    assert_eq!(waiting.0, 503, "nobody has confirmed it: {waiting:?}");
    block_in_place(|| primary.kill());
    block_in_place(|| primary.up());
    // The row is there now. The standby doesn't have it yet, and may take over.
    let mut session = PgConnection::connect(&url).await.unwrap();
    let there = "SELECT count(*) FROM ledger.events WHERE name = 'receipt-issued.v2'";
    eventually("the payment lies in the log", async || {
        let there: i64 = sqlx::query_scalar(there).fetch_one(&mut session).await.unwrap();
        (there == 1).then_some(())
    })
    .await;
    for key in ["one", "another"] {
        let told = cash(&desk.cashier, &prescription, key).await;
        assert_eq!(told.0, 503, "neither taken nor already paid: {told:?}");
    }
    block_in_place(|| standby.up());
    let taken = eventually("the standby has it", async || {
        Some(cash(&desk.cashier, &prescription, "one").await).filter(|told| told.0 != 503)
    })
    .await;
    assert_eq!(taken.0, 201, "{taken:?}");
    assert_eq!(cash(&desk.cashier, &prescription, "another").await, (409, "already_paid".to_owned()));
}

/// Takes cash under a key; answers status and code.
async fn cash(caller: &Caller, prescription: &str, key: &str) -> (u16, String) {
    let body = json!({"prescriptionId": prescription, "amountTendered": 1_500});
    let request = caller.request(reqwest::Method::POST, "/api/payments/cash");
    let answer = caller.send(request.header("Idempotency-Key", key).json(&body)).await;
    assert!(
        answer.status != 503
            || answer.json["code"] != "ledger_replaced"
            || !answer.headers.contains_key("Retry-After")
    );
    (answer.status, answer.json["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_lacks_what_was_confirmed_takes_no_money_until_somebody_has_decided() {
    let _alone = ALONE.lock().await;
    let primary = Cluster::start();
    let url = primary.database().await;
    let door = Door::to(primary.port());
    let mut desk = Desk::on(on(&through(&door, &url), &master()).await).await;
    let [first, second, third] =
        [desk.prescription().await, desk.prescription().await, desk.prescription().await];
    assert_eq!(cash(&desk.cashier, &first, "first").await.0, 201);
    let standby = block_in_place(|| primary.standby());
    block_in_place(|| standby.down());
    // Confirmed, and never told to the standby.
    assert_eq!(cash(&desk.cashier, &second, "second").await.0, 201);
    block_in_place(|| primary.kill());
    block_in_place(|| standby.up());
    block_in_place(|| standby.promote());
    door.lead_to(standby.port());
    let replaced = (503, "ledger_replaced".to_owned());
    eventually("the loss is noticed", async || {
        let answer = cash(&desk.cashier, &third, "third").await;
        assert_eq!(answer.0, 503, "{answer:?}");
        (answer == replaced).then_some(())
    })
    .await;
    // Not even what is remembered is answered, for it is not there.
    assert_eq!(cash(&desk.cashier, &second, "second").await, replaced);
    assert_eq!(cash(&desk.cashier, &first, "first").await, replaced);
    let health = desk.server.anonymous();
    let health = health.send(health.request(reqwest::Method::GET, "/api/health")).await;
    assert_eq!((health.status, &health.json["replaced"]), (503, &true.into()), "{}", health.text);
    _ = desk.server.terminate();
    let refused = desk.server.run(&["demo", "--empty"]);
    assert!(!refused.status.success(), "a start on the older database is refused");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was replaced"), "{refused:?}");
    std::fs::remove_file(desk.server.dir.join("ledger.seen")).unwrap();
    desk.server.restart();
    desk.cashier.url.clone_from(&desk.server.url);
    assert_eq!(cash(&desk.cashier, &first, "first").await.0, 201, "the same as before: it was not lost");
    assert_eq!(cash(&desk.cashier, &second, "second").await.0, 201, "taken anew, for nothing is left of it");
    drop(door);
}
