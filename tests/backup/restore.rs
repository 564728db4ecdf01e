//! Backups taken beside a server at work, and what a start makes of them elsewhere.

use crate::{
    books::{Place, begins, events, names},
    desk::Desk,
    dice::Dice,
    hospital::Hospital,
    server::eventually,
};
use rusqlite::Connection;
use std::{
    fs,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_a_ledger_that_goes_on_elsewhere() {
    let (mut server, hospital) = Hospital::open(3).await;
    let (hospital, place) = (Arc::new(hospital), Place::new());
    let (_, seed) = Dice::seeded("backup");
    let clerks = hospital.clerks(6, seed);
    let taken = async |count: usize| {
        eventually("cash is taken", async || (hospital.told.cash.lock().len() >= count).then_some(())).await;
    };
    taken(20).await;
    let before = hospital.told.cash.lock().clone();
    let acknowledged = hospital.told.position.load(Ordering::Relaxed);
    let said = tokio::task::block_in_place(|| server.backup(&place.path("backup")));
    assert!(said.contains("complète et vérifiée") && said.contains("clé maîtresse n’y est pas"), "{said}");
    let there = hospital.told.cash.lock().len();
    taken(there + 20).await;
    hospital.close(clerks).await;
    assert_eq!(names(&place.path("backup")), ["backup.json", "head.txt", "ledger.db", "vault.db"]);
    let data = place.with_key("data", &server);
    let said = server.restore(&place.path("backup"), &data);
    assert!(said.contains("clé maîtresse convient"), "{said}");
    let end = begins(&data, &server.dir);
    assert!(end >= acknowledged, "{end} and {acknowledged}");
    let head = place.path("backup/head.txt");
    let said = server.says(&data, &["verify", "--against", head.to_str().unwrap()]);
    assert!(said.contains(&format!("La tête gardée (position {end})")), "{said}");
    assert!(server.terminate().success());
    server.go_on_at(&data);
    let admin = server.login("admin").await;
    for (payment, receipt) in &before {
        let shown = admin.get(&format!("/api/receipts/{receipt}")).await;
        assert_eq!(shown.json["paymentId"], payment.as_str(), "{}", shown.text);
    }
}

#[tokio::test]
async fn a_restored_ledger_goes_on_at_its_head_and_knows_its_commands() {
    let mut desk = Desk::open().await;
    let place = Place::new();
    let (prescription, paid) = desk.pay("told-before").await;
    desk.server.backup(&place.path("backup"));
    desk.pay("told-after").await;
    assert!(desk.server.terminate().success());
    let data = place.with_key("data", &desk.server);
    desk.server.restore(&place.path("backup"), &data);
    let end = events(&data).await.len() as u64;
    desk.server.go_on_at(&data);
    desk.admin = desk.server.login("admin").await;
    desk.cashier = desk.server.login("caisse1").await;
    let again = desk.pay_for(&prescription, "told-before").await;
    assert_eq!(
        (again.status, &again.json["receiptNumber"], &again.json["paymentId"]),
        (201, &paid.json["receiptNumber"], &paid.json["paymentId"])
    );
    assert_eq!(events(&data).await.len() as u64, end, "a command told again writes nothing");
    let next = desk.prescription().await;
    let next = desk.pay_for(&next, "told-after").await;
    // What was after the backup is gone: its key is free, and its number is given again.
    assert_eq!(next.json["receiptNumber"].as_str().map(|number| number.ends_with("-000002")), Some(true));
    let all = events(&data).await;
    assert_eq!(all[end as usize].position, end + 1);
    assert!(desk.server.terminate().success());
    let head = place.path("backup/head.txt");
    desk.server.says(&data, &["verify", "--against", head.to_str().unwrap()]);
}

#[tokio::test]
async fn an_erased_patient_stays_erased_and_a_later_erasure_is_finished_at_the_start() {
    let mut desk = Desk::open().await;
    let place = Place::new();
    let [early, late] = [desk.cashier.patient("Ama", "TOT").await, desk.cashier.patient("Afi", "TARD").await];
    let delete = |id: &str| desk.admin.request(reqwest::Method::DELETE, &format!("/api/patients/{id}"));
    assert_eq!(desk.admin.send(delete(&early)).await.status, 200);
    desk.server.backup(&place.path("first"));
    assert_eq!(desk.admin.send(delete(&late)).await.status, 200);
    desk.server.backup(&place.path("second"));
    assert_eq!(keys(&place, "first", &early), 0, "its key is in no backup");
    assert_eq!((keys(&place, "first", &late), keys(&place, "second", &late)), (1, 0));
    // A ledger that knows of the erasure, and a vault from before it.
    let mixed = place.with_key("mixed", &desk.server);
    fs::copy(place.path("second/ledger.db"), mixed.join("ledger.db")).unwrap();
    fs::copy(place.path("first/vault.db"), mixed.join("vault.db")).unwrap();
    assert!(desk.server.terminate().success());
    desk.server.go_on_at(&mixed);
    let admin = desk.server.login("admin").await;
    eventually("the key is destroyed", async || (keys(&place, "mixed", &late) == 0).then_some(())).await;
    for patient in [&early, &late] {
        let shown = admin.get(&format!("/api/patients/{patient}")).await;
        assert!(!shown.text.contains("TOT") && !shown.text.contains("TARD"), "{}", shown.text);
    }
}

/// How many keys of a patient a vault still has.
fn keys(place: &Place, name: &str, patient: &str) -> i64 {
    let vault = Connection::open(place.path(name).join("vault.db")).unwrap();
    let patient = uuid::Uuid::parse_str(patient).unwrap();
    let sql = "SELECT count(*) FROM patient_keys WHERE patient = ?1 AND wrapped <> zeroblob(72)";
    vault.query_row(sql, [patient.as_bytes()], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn sessions_are_in_no_backup_and_the_master_key_only_on_request() {
    let desk = Desk::open().await;
    let place = Place::new();
    desk.server.backup(&place.path("plain"));
    let vault = Connection::open(place.path("plain/vault.db")).unwrap();
    let count = |table: &str| -> i64 {
        vault.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("sessions"), 0);
    assert!(count("credentials") > 3 && count("signing_keys") == 1 && count("patient_keys") > 1);
    let whole = place.path("whole");
    let said = desk.server.says(&desk.server.dir, &["backup", whole.to_str().unwrap(), "--with-master-key"]);
    assert!(said.contains("qui a ce dossier lit tous les noms"), "{said}");
    let said = desk.server.restore(&whole, &place.path("data"));
    assert!(said.contains("clé maîtresse convient"), "{said}");
    let said = desk.server.restore(&place.path("plain"), &place.path("keyless"));
    assert!(said.contains("remettez master.key"), "{said}");
}

#[tokio::test]
async fn a_backup_older_than_a_head_kept_elsewhere_is_told() {
    let desk = Desk::open().await;
    let place = Place::new();
    desk.pay("one").await;
    desk.server.backup(&place.path("old"));
    desk.pay("two").await;
    let head = place.path("head.txt");
    desk.server.says(&desk.server.dir, &["head", "--out", head.to_str().unwrap()]);
    let restore = |into: &str, from: &str, head: &str| {
        let (into, from, head) = (place.path(into), place.path(from), place.path(head));
        desk.server.says(&into, &["restore", from.to_str().unwrap(), "--head", head.to_str().unwrap()])
    };
    let said = restore("older", "old", "head.txt");
    assert!(said.contains("PLUS ANCIEN que la tête gardée"), "{said}");
    let said = restore("same", "old", "old/head.txt");
    assert!(!said.contains("PLUS ANCIEN"), "{said}");
    desk.server.backup(&place.path("new"));
    let said = restore("newer", "new", "old/head.txt");
    assert!(!said.contains("PLUS ANCIEN"), "{said}");
}

/// As Ctrl-C would, at each place where the work looks for it.
#[tokio::test]
async fn a_backup_that_is_stopped_leaves_nothing() {
    use quittance::{
        backup::{BackupError, Watch, take},
        settings::Settings,
    };
    let desk = Desk::open().await;
    let place = Place::new();
    let mut settings = Settings::load(None, &|_| None).unwrap();
    settings.data.clone_from(&desk.server.dir);
    let to = place.path("backup");
    for patience in 0.. {
        let looks = std::cell::Cell::new(0);
        let stopped = || {
            looks.set(looks.get() + 1);
            looks.get() > patience
        };
        let watch = Watch { progress: &|_, _| {}, stopped: &stopped };
        match take::take(&settings, &to, false, &watch) {
            Err(error) => {
                assert!(matches!(error, BackupError::Stopped), "{error}");
                assert_eq!(place.names(), [""; 0], "after {patience} looks");
            }
            Ok(_) => {
                assert!(patience > 5, "it was stopped {patience} times");
                break;
            }
        }
    }
    desk.server.restore(&to, &place.path("data"));
}

#[tokio::test]
async fn sigterm_stops_a_backup() {
    use std::process::{Command, Stdio};
    let desk = Desk::open().await;
    let place = Place::new();
    let to = place.path("backup");
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    command.arg("--data").arg(&desk.server.dir).arg("backup").arg(&to).stdout(Stdio::null());
    let mut backup = command.stderr(Stdio::null()).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    Command::new("kill").arg(backup.id().to_string()).status().unwrap();
    // It may have been done before the signal came: then it is whole.
    let done = backup.wait().unwrap().success();
    assert_eq!(to.exists(), done);
    assert!(done || place.names().iter().all(|name| name == "backup.part"));
}
