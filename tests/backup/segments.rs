//! The files of a copy: torn ends, damage, missing parts.

use crate::{
    books::{Place, begins, events},
    desk::Desk,
    dice::Dice,
    server::Server,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A stopped server, and its complete copy.
async fn stopped(place: &Place) -> Desk {
    let to = place.path("copy");
    let mut desk = Desk::on(Server::start_with(&[("QUITTANCE_COPY", to.to_str().unwrap())]).await).await;
    for nth in 0..5 {
        desk.pay(&format!("pay-{nth}")).await;
        // More than one record: on a busy machine all of it could come in one.
        if nth == 1 {
            crate::copy::complete(&desk).await;
        }
    }
    assert!(desk.server.terminate().success());
    desk
}

fn segments(copy: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(copy.join("segments")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_torn_last_record_is_cut_off_and_told() {
    let place = Place::new();
    let mut desk = stopped(&place).await;
    let copy = place.path("copy");
    let last = segments(&copy).pop().unwrap();
    let whole = fs::read(&last).unwrap();
    let all = events(&desk.server.dir).await;
    // As at a power cut: the file has less than the copy would have said a moment later.
    fs::remove_file(copy.join("position.json")).unwrap();
    let (mut dice, _) = Dice::seeded("segments");
    for nth in 0..12 {
        let cut = 64 + dice.below(whole.len() as u64 - 64) as usize;
        fs::write(&last, &whole[..cut]).unwrap();
        let data = place.with_key(&format!("data-{nth}"), &desk.server);
        let said = desk.server.restore(&copy, &data);
        let end = begins(&data, &desk.server.dir);
        assert!(said.contains(&format!("position {end}.")), "{said}");
        // Whole transactions: the events of one have one time.
        if let (Some(here), Some(next)) = (end.checked_sub(1), all.get(end as usize)) {
            assert_ne!(all[here as usize].recorded_at, next.recorded_at, "cut at {cut}");
        }
    }
    // The server cuts it off too, and goes on to the end.
    fs::write(&last, &whole[..whole.len() - 3]).unwrap();
    let said = desk.server.says(&desk.server.dir, &["copy", "status", copy.to_str().unwrap()]);
    assert!(said.contains("Fin inachevée"), "{said}");
    desk.server.restart();
    crate::copy::complete(&desk).await;
    assert!(desk.server.terminate().success());
    let said = desk.server.says(&desk.server.dir, &["copy", "status", copy.to_str().unwrap()]);
    assert!(said.contains(&format!("position {}.", all.len())) && !said.contains("inachevée"), "{said}");
}

#[tokio::test]
async fn a_changed_byte_in_a_copy_is_refused_and_taken_in_part_on_request() {
    let place = Place::new();
    let desk = stopped(&place).await;
    let copy = place.path("copy");
    let last = segments(&copy).pop().unwrap();
    let mut bytes = fs::read(&last).unwrap();
    let middle = bytes.len() * 3 / 4;
    bytes[middle] ^= 1;
    fs::write(&last, bytes).unwrap();
    let from = copy.to_str().unwrap();
    let said = desk.server.is_refused(&desk.server.dir, &["copy", "status", from]);
    assert!(said.contains("damaged"), "{said}");
    let data = place.with_key("data", &desk.server);
    let said = desk.server.is_refused(&data, &["restore", from]);
    assert!(said.contains("damaged"), "{said}");
    let said = desk.server.says(&data, &["restore", from, "--partial"]);
    let end = begins(&data, &desk.server.dir);
    assert!(end > 0 && said.contains(&format!("position {end}.")), "{said}");
}

#[tokio::test]
async fn a_missing_segment_is_refused() {
    let place = Place::new();
    let desk = stopped(&place).await;
    let copy = place.path("copy");
    for file in segments(&copy) {
        fs::remove_file(file).unwrap();
    }
    let said = desk.server.is_refused(&place.path("data"), &["restore", copy.to_str().unwrap()]);
    assert!(said.contains("was there"), "{said}");
}

#[tokio::test]
async fn no_name_and_no_master_key_stand_in_a_copy() {
    let place = Place::new();
    let desk = stopped(&place).await;
    let key = fs::read_to_string(desk.server.dir.join("master.key")).unwrap();
    let copy = place.path("copy");
    let mut files = segments(&copy);
    files.extend(["vault.db", "copy.json", "position.json"].map(|name| copy.join(name)));
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for secret in [key.trim(), "PREMIER"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} has {secret}", file.display());
        }
    }
}
