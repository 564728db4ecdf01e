//! Read models in PostgreSQL made anew beside those in use, while two processes take money.

use crate::{
    ALONE, audit,
    desk::Desk,
    dice::Dice,
    hospital::Hospital,
    lifecycle::{refused, text},
    pair::{master, on, through, two_on},
    postgres,
    server::{Caller, eventually},
};
use chrono::Utc;
use reqwest::Method;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::Arc;
use tokio::task::block_in_place;

const CLERKS: usize = 4;

async fn state(admin: &Caller) -> Value {
    admin.send(admin.request(Method::GET, "/api/projectors")).await.json["rebuild"].clone()
}

async fn begin(admin: &Caller) {
    let answer = admin.send(admin.request(Method::POST, "/api/projectors/rebuild")).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

/// Asks for a rebuild and waits for its end.
async fn rebuilt(admin: &Caller) -> Value {
    begin(admin).await;
    eventually("the rebuild ends", async || {
        let state = state(admin).await;
        (!matches!(state["state"].as_str(), Some("BUILDING" | "COMPARING"))).then_some(state)
    })
    .await
}

/// What can be told of the tables without asking a server.
async fn one<T>(url: &str, sql: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await.unwrap()).await.unwrap()
}

const RECEIPTS: &str = "select 'views_receipts_v1.receipts'::regclass::oid::bigint";
const FAMILIES: &str = "select count(*) from pg_namespace where nspname like 'views\\_anew\\_%'";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rebuild_killed_under_the_traffic_of_two_processes_ends_in_use_and_equal() {
    let _alone = ALONE.lock().await;
    let (_, seed) = Dice::seeded("rebuild");
    let (first_day, url) = (Utc::now().date_naive(), postgres::shared().database().await);
    let one_server = on(&url, &master()).await;
    let mut two = one_server.beside(&crate::lifecycle::address());
    let mut hospital = Hospital::at(&one_server, 2).await;
    hospital.doors.push(two.url.clone());
    let hospital = Arc::new(hospital);
    let clerks = hospital.clerks(CLERKS, seed);
    let taken = async |more: usize| {
        let wanted = hospital.told.cash.lock().len() + more;
        eventually("money is taken", async || (hospital.told.cash.lock().len() >= wanted).then_some(()))
            .await;
    };
    taken(100).await;
    for _ in 0..2 {
        begin(&through(&two, &hospital.admin)).await;
        // Killed as soon as it has made something.
        eventually("the rebuild has begun", async || (one::<i64>(&url, FAMILIES).await > 0).then_some(()))
            .await;
        block_in_place(|| two.kill());
        block_in_place(|| two.restart());
    }
    let before: i64 = one(&url, RECEIPTS).await;
    for server in [&one_server, &two] {
        let ended = rebuilt(&through(server, &hospital.admin)).await;
        assert_eq!(ended["state"], "SWAPPED", "{ended}");
        taken(20).await;
    }
    let after: i64 = one(&url, RECEIPTS).await;
    assert_ne!(before, after, "other tables are in use");
    hospital.close(clerks).await;
    audit::all_attempts_are_paid(&hospital).await;
    let books = audit::everything(&hospital, first_day).await;
    assert_eq!(books.cash, hospital.told.cash.lock().len(), "no cash but what was acknowledged");
    two.screens_agree().await;
    // Without a word of the servers, and beside them.
    let told = block_in_place(|| one_server.run(&["rebuild"]));
    assert!(told.status.success() && text(&told.stdout).contains("égaux et en service"), "{told:?}");
    assert_ne!(after, one::<i64>(&url, RECEIPTS).await);
    one_server.screens_agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_the_log_does_not_give_is_told_and_what_was_in_use_stays() {
    let _alone = ALONE.lock().await;
    let (one_server, two) = two_on(postgres::shared()).await;
    let url = one_server.database_url();
    let desk = Desk::on(one_server).await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
    let mut by_hand = PgConnection::connect(&url).await.unwrap();
    by_hand.execute("update views_receipts_v1.receipts set amount = amount + 1").await.unwrap();
    let before: i64 = one(&url, RECEIPTS).await;
    let ended = rebuilt(&through(&two, &desk.admin)).await;
    let found = &ended["differences"][0];
    assert_eq!(ended["state"], "DIFFERS", "{ended}");
    assert_eq!(
        (&found["table"], &found["unexplained"], &found["missing"]),
        (&"receipts".into(), &1.into(), &1.into())
    );
    assert_eq!((one::<i64>(&url, RECEIPTS).await, one::<i64>(&url, FAMILIES).await), (before, 0));
    by_hand.execute("update views_receipts_v1.receipts set amount = amount - 1").await.unwrap();
    assert_eq!(rebuilt(&through(&two, &desk.admin)).await["state"], "SWAPPED");
    assert_eq!(desk.admin.report().await["totalAmount"], 1_500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projector_that_stands_is_told_to_try_again_from_the_console() {
    let _alone = ALONE.lock().await;
    let server = on(&postgres::shared().database().await, &master()).await;
    let url = server.database_url();
    let desk = Desk::on(server).await;
    let mut by_hand = PgConnection::connect(&url).await.unwrap();
    let table = "alter table views_receipts_v1.receipts";
    by_hand
        .execute(AssertSqlSafe(format!("{table} add constraint full_book check (number < 2)")))
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    let run = |args: &[&str]| block_in_place(|| desk.server.run(args));
    eventually("the projector stands", async || {
        text(&run(&["projector", "list"]).stdout).lines().any(|line| line.contains("ARRÊTÉ")).then_some(())
    })
    .await;
    let list = text(&run(&["projector", "list"]).stdout);
    let line = list.lines().find(|line| line.contains("ARRÊTÉ")).unwrap();
    assert!(line.starts_with("receipts") && line.contains("receipt-issued.v2"), "{list}");
    refused(&run(&["projector", "retry", "receipts"]), 1);
    by_hand.execute(AssertSqlSafe(format!("{table} drop constraint full_book"))).await.unwrap();
    let done = run(&["projector", "retry", "receipts"]);
    assert!(done.status.success(), "{done:?} {}", desk.server.log());
    assert!(text(&run(&["replay", "projector-receipts"]).stdout).contains("par console"));
    assert_eq!(desk.admin.report().await["totalPayments"], 2);
    desk.server.screens_agree().await;
}
