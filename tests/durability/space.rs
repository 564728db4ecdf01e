//! Disks that say no: full, read-only, or broken at the one moment that counts.

use crate::{
    desk::Desk,
    faults::{EIO, ENOSPC, EROFS, Faults},
    lifecycle::{refused, text},
    server::{Answer, Caller, Server, eventually},
};
use serde_json::json;
use std::{path::Path, process::Command};
use tempfile::TempDir;

async fn desk(faults: &Faults) -> Desk {
    let env = faults.env();
    let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Desk::on(Server::start_with(&env).await).await
}

async fn prescribe(desk: &Desk, cashier: &Caller, key: &str) -> reqwest::Result<Answer> {
    let body = json!({"patientId": desk.patient, "exams": [{"examId": desk.exam}]});
    let request = cashier.request(reqwest::Method::POST, "/api/prescriptions").json(&body);
    cashier.try_send(request.header("Idempotency-Key", key)).await
}

async fn is_shown(desk: &Desk, id: &str) {
    let shown = desk.cashier.get(&format!("/api/prescriptions/{id}")).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
}

#[tokio::test]
async fn a_full_disk_refuses_without_a_trace_and_money_is_taken_again_when_there_is_room() {
    let faults = Faults::ready();
    let mut desk = desk(&faults).await;
    let before = prescribe(&desk, &desk.cashier, "before").await.unwrap();
    assert_eq!(before.status, 201);
    faults.order("write", &format!("{ENOSPC} ledger.db-wal"));
    let full = prescribe(&desk, &desk.cashier, "full").await;
    let full = refused_or_ended(&mut desk, full).await;
    faults.over("write");
    desk.is_back(full).await;
    is_shown(&desk, &before.text_of("id")).await;
    let after = prescribe(&desk, &desk.cashier, "full").await.unwrap();
    assert_eq!((after.status, after.position()), (201, before.position() + 1), "nothing was in between");
    is_shown(&desk, &after.text_of("id")).await;
    assert!(desk.server.terminate().success());
    desk.server.verify();
}

/// A file system of three mebibytes, where the machine lets us mount one; else a disk that is full on order.
/// Here everything is on it: read models, keys and lock too.
#[tokio::test]
async fn a_small_file_system_that_fills_up_loses_nothing_and_is_usable_when_it_is_cleared() {
    let (folder, faults) = (TempDir::new().unwrap(), Faults::ready());
    let mut desk = desk(&faults).await;
    assert!(desk.server.terminate().success());
    let mounted = Mounted::at(folder.path());
    let data = folder.path().join("data");
    copy_all(&desk.server.dir, &data);
    desk.server.move_to(&data);
    desk.server.restart();
    desk.cashier.url.clone_from(&desk.server.url);
    let ballast = folder.path().join("ballast");
    match &mounted {
        Some(_) => fill(&ballast),
        None => faults.order("write", &format!("{ENOSPC} ledger.db-wal")),
    }
    println!("on a file system of its own: {}", mounted.is_some());
    let mut acknowledged = vec![];
    let full = loop {
        match prescribe(&desk, &desk.cashier, &uuid::Uuid::new_v4().to_string()).await {
            Ok(answer) if answer.status == 201 => acknowledged.push(answer.text_of("id")),
            refused => break refused_or_ended(&mut desk, refused).await,
        }
        assert!(acknowledged.len() < 20_000, "it fills up");
    };
    match &mounted {
        Some(_) => std::fs::remove_file(&ballast).unwrap(),
        None => faults.over("write"),
    }
    desk.is_back(full).await;
    let again = eventually("there is room again", async || {
        let answer = prescribe(&desk, &desk.cashier, &uuid::Uuid::new_v4().to_string()).await.unwrap();
        (answer.status == 201).then_some(answer)
    })
    .await;
    acknowledged.push(again.text_of("id"));
    for id in &acknowledged {
        is_shown(&desk, id).await;
    }
    assert!(desk.server.terminate().success());
    desk.server.verify();
    drop(desk);
}

/// What became of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    Refused,
    Ended,
}

/// Nothing is acknowledged: it says so and lives, or it can't tell what was written, says that, and ends.
async fn refused_or_ended(desk: &mut Desk, first: reqwest::Result<Answer>) -> Full {
    match first {
        Ok(answer) if answer.json["code"] != "outcome_unknown" => {
            assert_eq!(answer.status, 503, "{}", answer.text);
            let again = prescribe(desk, &desk.cashier, "again").await.unwrap();
            assert_eq!(again.status, 503, "{}", again.text);
            Full::Refused
        }
        _ => {
            assert_eq!(desk.server.wait().code(), Some(1));
            Full::Ended
        }
    }
}

impl Desk {
    async fn is_back(&mut self, full: Full) {
        println!("on a full disk: {full:?}");
        if full == Full::Ended {
            self.server.restart();
            self.cashier.url.clone_from(&self.server.url);
        }
    }
}

/// All but some pages of what is free.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(ballast).unwrap();
    let page = [0; 4096];
    let mut written = 0;
    while file.write_all(&page).is_ok() {
        written += 1;
    }
    file.set_len(written * 4096 - 40 * 4096).unwrap();
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A small file system of its own, until it is dropped.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn at(dir: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(dir);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(dir))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        // Lazily: a process that has not quite ended does not keep it.
        _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
async fn a_sync_that_fails_ends_the_process_and_is_never_tried_again() {
    let faults = Faults::ready();
    let mut desk = desk(&faults).await;
    let before = prescribe(&desk, &desk.cashier, "before").await.unwrap();
    faults.order("sync", &format!("{EIO} ledger.db-wal"));
    let unknown = prescribe(&desk, &desk.cashier, "unknown").await;
    if let Ok(answer) = &unknown {
        assert_eq!(
            (answer.status, &answer.json["code"]),
            (503, &"outcome_unknown".into()),
            "{}",
            answer.text
        );
    }
    assert_eq!(desk.server.wait().code(), Some(1), "{unknown:?}");
    assert!(!faults.is_due("sync"), "the sync was asked for");
    let synced = faults.synced();
    let log: Vec<_> = synced.iter().filter(|line| line.contains("ledger.db")).collect();
    assert_eq!(log.len(), 1, "after the sync that failed the ledger is not synced again: {synced:?}");
    // What it wrote lies in the log. Nobody is told of it before a sync has covered it.
    faults.order("sync", &format!("{EIO} ledger.db-wal"));
    refused(&desk.server.run(&["serve"]), 1);
    assert!(!faults.is_due("sync"), "the start has asked for a sync");
    desk.server.restart();
    let log = desk.server.log();
    let starts: Vec<_> = log.lines().filter(|line| line.contains("the ledger is open")).collect();
    let found: serde_json::Value = serde_json::from_str(starts[1]).unwrap();
    let found = found["fields"]["position"].as_u64().unwrap();
    // With the commit whose sync failed, or without it: that is what unknown means.
    assert!(
        (before.position()..=before.position() + 1).contains(&found),
        "it says what was found: {starts:?}"
    );
    desk.cashier.url.clone_from(&desk.server.url);
    is_shown(&desk, &before.text_of("id")).await;
    // Whatever became of it, asking again is safe: there is one at the most.
    let again = prescribe(&desk, &desk.cashier, "unknown").await.unwrap();
    assert_eq!((again.status, again.position()), (201, before.position() + 1), "{}", again.text);
    assert!(desk.server.terminate().success());
    desk.server.verify();
}

#[tokio::test]
async fn files_that_can_only_be_read_are_no_ledger_to_take_money_on() {
    let faults = Faults::ready();
    let mut desk = desk(&faults).await;
    let before = prescribe(&desk, &desk.cashier, "before").await.unwrap();
    // Under a running server: nothing is acknowledged, and the process ends, for it can't know what was written.
    faults.order("write", &format!("{EROFS} ledger.db-wal"));
    if let Ok(answer) = prescribe(&desk, &desk.cashier, "refused").await {
        assert_eq!(answer.status, 503, "{}", answer.text);
    }
    assert_eq!(desk.server.wait().code(), Some(1));
    faults.over("write");
    // At the start.
    faults.order("open", &format!("{EROFS} ledger.db"));
    let said = refused(&desk.server.run(&["serve"]), 1);
    assert!(said.contains("can only be read"), "{said}");
    faults.over("open");
    desk.server.restart();
    desk.cashier.url.clone_from(&desk.server.url);
    is_shown(&desk, &before.text_of("id")).await;
    let after = prescribe(&desk, &desk.cashier, "after").await.unwrap();
    assert_eq!((after.status, after.position()), (201, before.position() + 1));
}

#[tokio::test]
async fn a_page_that_can_not_be_read_ends_the_start_with_a_place() {
    let mut desk = Desk::open().await;
    for _ in 0..40 {
        desk.prescription().await;
    }
    assert!(desk.server.terminate().success());
    // Closed in order, so that all of it is in the one file.
    drop(quittance::store::embedded::EmbeddedStore::open(&desk.server.dir).unwrap());
    let file = desk.server.dir.join("ledger.db");
    let sound = std::fs::read(&file).unwrap();
    let events = events(&desk.server.dir).await;
    let id = events[events.len() - 20].id;
    let at = sound.windows(16).position(|bytes| bytes == id.as_bytes()).expect("an event lies in the file");
    let mut bent = sound.clone();
    bent[at / 4096 * 4096..][..64].fill(0xff);
    std::fs::write(&file, &bent).unwrap();
    let said = refused(&desk.server.run(&["serve"]), 1);
    assert!(said.contains("malformed") || said.contains("damaged"), "{said}");
    let said = refused(&desk.server.run(&["verify"]), 1);
    assert!(said.contains("position"), "{said}");
    let backup = desk.server.dir.join("backup");
    let output = desk.server.run(&["backup", backup.to_str().unwrap()]);
    assert!(!output.status.success() && !backup.exists(), "{}", text(&output.stdout));
    std::fs::write(&file, sound).unwrap();
    desk.server.restart();
}

async fn events(dir: &Path) -> Vec<quittance::store::Recorded> {
    use quittance::store::{EventStore, embedded::EmbeddedStore};
    EmbeddedStore::open_read_only(dir).unwrap().follow(0, 10_000).await.unwrap()
}
