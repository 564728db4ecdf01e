//! What is never restored, and what is never written over.

use crate::{
    books::{Place, names},
    desk::Desk,
    lifecycle::text,
};
use std::{fs, path::Path};

#[tokio::test]
async fn one_changed_byte_in_any_file_is_refused() {
    let desk = Desk::open().await;
    let place = Place::new();
    let backup = place.path("backup");
    desk.server.backup(&backup);
    for (name, part) in [("ledger.db", 2), ("vault.db", 3), ("ledger.db", 1)] {
        let file = backup.join(name);
        let sound = fs::read(&file).unwrap();
        let mut bent = sound.clone();
        let at = bent.len() / part - 1;
        bent[at] ^= 1;
        fs::write(&file, &bent).unwrap();
        refuses(&desk, &backup, &place.path("data"), name);
        fs::write(&file, &sound[..sound.len() - 1]).unwrap();
        refuses(&desk, &backup, &place.path("data"), name);
        fs::remove_file(&file).unwrap();
        refuses(&desk, &backup, &place.path("data"), name);
        fs::write(&file, sound).unwrap();
    }
    let file = backup.join("backup.json");
    let sound = fs::read_to_string(&file).unwrap();
    let json: serde_json::Value = serde_json::from_str(&sound).unwrap();
    for field in ["position", "chain", "root"] {
        let mut bent = json.clone();
        bent[field] = if field == "position" { 1.into() } else { "00".into() };
        fs::write(&file, bent.to_string()).unwrap();
        refuses(&desk, &backup, &place.path("data"), "backup.json");
    }
    fs::write(&file, "{").unwrap();
    refuses(&desk, &backup, &place.path("data"), "backup.json");
    fs::write(&file, sound).unwrap();
    desk.server.restore(&backup, &place.path("data"));
}

/// It says which file, and leaves nothing but the lock.
#[track_caller]
fn refuses(desk: &Desk, backup: &Path, data: &Path, name: &str) {
    let said = desk.server.is_refused(data, &["restore", backup.to_str().unwrap()]);
    assert!(said.contains(name), "{said}");
    assert!(!data.exists() || names(data) == ["ledger.lock"], "{:?}", names(data));
}

#[tokio::test]
async fn nothing_is_written_over() {
    let desk = Desk::open().await;
    let place = Place::new();
    let backup = place.path("backup");
    desk.server.backup(&backup);
    let again = desk.server.is_refused(&desk.server.dir, &["backup", backup.to_str().unwrap()]);
    assert!(again.contains("is there already"), "{again}");
    let restore = ["restore", backup.to_str().unwrap()];
    let running = desk.server.is_refused(&desk.server.dir, &restore);
    assert!(running.contains("another process uses the ledger"), "{running}");
    let data = place.path("data");
    desk.server.restore(&backup, &data);
    let twice = desk.server.is_refused(&data, &restore);
    assert!(twice.contains("is not empty"), "{twice}");
}

#[tokio::test]
async fn what_is_no_complete_backup_is_not_restored() {
    let desk = Desk::open().await;
    let place = Place::new();
    let backup = place.path("backup");
    desk.server.backup(&backup);
    fs::remove_file(backup.join("backup.json")).unwrap();
    for from in [backup, place.path("nothing"), desk.server.dir.clone()] {
        let said = desk.server.is_refused(&place.path("data"), &["restore", from.to_str().unwrap()]);
        assert!(said.contains("neither a complete backup nor a continuous copy"), "{said}");
        assert!(!place.path("data").exists());
    }
}

#[tokio::test]
async fn the_wrong_master_key_and_the_head_of_another_ledger_are_refused() {
    let (desk, other) = (Desk::open().await, Desk::open().await);
    let place = Place::new();
    let backup = place.path("backup");
    desk.server.backup(&backup);
    let foreign = place.with_key("foreign", &other.server);
    let said = desk.server.is_refused(&foreign, &["restore", backup.to_str().unwrap()]);
    assert!(said.contains("master key does not fit"), "{said}");
    assert_eq!(names(&foreign), ["ledger.lock", "master.key"]);
    let head = place.path("head.txt");
    other.server.says(&other.server.dir, &["head", "--out", head.to_str().unwrap()]);
    let args = ["restore", backup.to_str().unwrap(), "--head", head.to_str().unwrap()];
    let said = desk.server.is_refused(&place.path("data"), &args);
    assert!(said.contains("another ledger"), "{said}");
}

/// A power cut between the two moves at the end: half of it lies in the data folder.
#[tokio::test]
async fn no_server_starts_on_half_a_restore() {
    let desk = Desk::open().await;
    let place = Place::new();
    let data = place.with_key("data", &desk.server);
    desk.server.backup(&place.path("backup"));
    desk.server.restore(&place.path("backup"), &data);
    fs::create_dir(data.join("restore.part")).unwrap();
    fs::rename(data.join("ledger.db"), data.join("restore.part/ledger.db")).unwrap();
    let said = desk.server.is_refused(&data, &["serve"]);
    assert!(said.contains("restore") && said.contains("empty the folder"), "{said}");
    assert!(!data.join("ledger.db").exists(), "no empty ledger was made");
    let output = desk.server.run_at(&data, &["restore", place.path("backup").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
}
