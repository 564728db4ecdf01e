//! The drill of docs/SETUP.md: a dump taken while the desks work is restored into a fresh database, and a
//! server goes on with it.

use crate::{
    ALONE,
    desk::Desk,
    hospital::Hospital,
    pair::{master, on},
    postgres::{self, done},
};
use std::sync::{Arc, atomic::Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_taken_at_work_is_a_ledger_that_verifies_and_goes_on() {
    let _alone = ALONE.lock().await;
    let (cluster, master) = (postgres::shared(), master());
    let (from, into) = (cluster.database().await, cluster.database().await);
    let server = on(&from, &master).await;
    let hospital = Arc::new(Hospital::at(&server, 2).await);
    let clerks = hospital.clerks(4, 0);
    while hospital.told.cash.lock().len() < 20 {
        tokio::task::yield_now().await;
    }
    let then = hospital.told.position.load(Ordering::Relaxed);
    tokio::task::block_in_place(|| {
        done(cluster.run("pg_dump").args(["--format=custom", "--file=dump", &from]));
        done(cluster.run("pg_restore").args(["--exit-on-error", "--dbname", &into, "dump"]));
    });
    hospital.close(clerks).await;
    let restored = on(&into, &master).await;
    restored.screens_agree().await;
    let admin = restored.login_with("admin", &server.password("admin")).await;
    let position = admin.get("/api/exams").await.position();
    assert!(position >= then, "what was acknowledged before the dump is in it: {then}, {position}");
    let cashier = restored.login_with("caisse1", &server.password("caisse1")).await;
    let exam = admin.exam("GE", 1_500).await;
    cashier.till("Guichet 9").await;
    let patient = cashier.patient("Apres", "SINISTRE").await;
    let desk = Desk { server: restored, admin, cashier, exam, patient };
    let prescription = desk.prescription().await;
    let taken = desk.cashier.cash(&prescription, 2_000).await;
    assert_eq!(taken.status, 201, "{}", taken.text);
    assert_eq!(desk.shown(&prescription).await["status"], "PAID");
}
