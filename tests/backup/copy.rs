//! The continuous copy of a server at its desk: complete at the end, restored elsewhere, and never in the
//! way of money when its place fails.

use crate::{
    books::{Place, begins, events},
    desk::Desk,
    faults::{ENOSPC, Faults},
    server::{Server, eventually},
};
use serde_json::Value;
use std::{fs, path::Path};

/// A desk whose ledger is copied to `copy` in a place.
async fn copied(place: &Place, more: &[(String, String)]) -> Desk {
    let to = place.path("copy");
    let mut env = vec![("QUITTANCE_COPY", to.to_str().unwrap())];
    env.extend(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Desk::on(Server::start_with(&env).await).await
}

async fn health(desk: &Desk) -> Value {
    desk.server.anonymous().get("/api/health").await.json
}

/// Waits until health says that all is copied.
pub async fn complete(desk: &Desk) {
    eventually("the copy is complete", async || {
        let copy = health(desk).await["copy"].clone();
        (copy["lagPositions"] == 0 && copy["failing"] == false).then_some(())
    })
    .await;
}

async fn failing(desk: &Desk) {
    eventually("the copy fails", async || (health(desk).await["copy"]["failing"] == true).then_some(()))
        .await;
}

fn status(desk: &Desk, copy: &Path) -> String {
    desk.server.says(&desk.server.dir, &["copy", "status", copy.to_str().unwrap()])
}

#[tokio::test]
async fn an_orderly_end_leaves_a_complete_copy_that_is_restored_and_goes_on() {
    let place = Place::new();
    let mut desk = copied(&place, &[]).await;
    let (prescription, paid) = desk.pay("told-before").await;
    let erased = desk.cashier.patient("Ama", "TOT").await;
    let delete = desk.admin.request(reqwest::Method::DELETE, &format!("/api/patients/{erased}"));
    assert_eq!(desk.admin.send(delete).await.status, 200);
    assert!(desk.server.terminate().success());
    let copy = place.path("copy");
    let all = events(&desk.server.dir).await.len() as u64;
    let said = status(&desk, &copy);
    assert!(said.contains(&format!("en ordre jusqu’à la position {all}.")), "{said}");
    assert!(said.contains("1 patients effacés"), "{said}");
    let data = place.with_key("data", &desk.server);
    let said = desk.server.restore(&copy, &data);
    assert!(said.contains("clé maîtresse convient") && !said.contains("inachevée"), "{said}");
    assert_eq!(begins(&data, &desk.server.dir), all);
    desk.server.says(&data, &["verify"]);
    // The same copy goes on behind the restored ledger.
    desk.server.go_on_at(&data);
    desk.admin = desk.server.login("admin").await;
    desk.cashier = desk.server.login("caisse1").await;
    let again = desk.pay_for(&prescription, "told-before").await;
    assert_eq!((again.status, &again.json["receiptNumber"]), (201, &paid.json["receiptNumber"]));
    desk.pay("told-after").await;
    complete(&desk).await;
    let shown = desk.admin.get(&format!("/api/patients/{erased}")).await;
    assert!(!shown.text.contains("TOT"), "{}", shown.text);
    assert!(desk.server.terminate().success());
    let all = events(&data).await;
    assert_eq!(all.last().unwrap().position, all.len() as u64);
    assert!(status(&desk, &copy).contains(&format!("position {}.", all.len())));
}

#[tokio::test]
async fn a_place_that_is_gone_stops_no_payment_and_is_caught_up_with_when_it_is_back() {
    let place = Place::new();
    let desk = copied(&place, &[]).await;
    desk.pay("before").await;
    complete(&desk).await;
    let (copy, away) = (place.path("copy"), place.path("away"));
    fs::rename(&copy, &away).unwrap();
    // A file in its place: nothing can be made in it, whoever we are.
    fs::write(&copy, "gone").unwrap();
    desk.pay("meanwhile").await;
    failing(&desk).await;
    desk.pay("and again").await;
    let metrics = desk.admin.get("/api/health/metrics").await.json;
    let told = &metrics["ledger"]["copy"];
    assert!(told["lagPositions"].as_u64().unwrap() > 0 && told["reason"].is_string(), "{told}");
    assert!(desk.server.log().contains("the copy does not go on; money is taken all the same"));
    fs::remove_file(&copy).unwrap();
    fs::rename(&away, &copy).unwrap();
    complete(&desk).await;
    assert!(desk.server.log().contains("the copy is up to date again"));
    let position = desk.admin.get("/api/health/metrics").await.json["ledger"]["position"].clone();
    assert!(status(&desk, &copy).contains(&format!("position {position}.")));
}

#[tokio::test]
async fn a_place_that_is_full_stops_no_payment_and_is_caught_up_with() {
    let (place, faults) = (Place::new(), Faults::ready());
    let desk = copied(&place, &faults.env()).await;
    desk.pay("before").await;
    complete(&desk).await;
    faults.order("write", &format!("{ENOSPC} .seg"));
    for key in ["one", "two", "three"] {
        desk.pay(key).await;
    }
    failing(&desk).await;
    faults.over("write");
    complete(&desk).await;
    // The same with its keys: no event may go before the key that it needs.
    faults.order("write", &format!("{ENOSPC} copy/vault.db-journal"));
    desk.cashier.patient("Afi", "NOUVELLE").await;
    failing(&desk).await;
    faults.over("write");
    complete(&desk).await;
    status(&desk, &place.path("copy"));
}

#[tokio::test]
async fn a_copy_that_is_ahead_or_of_another_ledger_is_not_touched() {
    let place = Place::new();
    let mut desk = copied(&place, &[]).await;
    desk.server.backup(&place.path("old"));
    desk.pay("later").await;
    complete(&desk).await;
    assert!(desk.server.terminate().success());
    let copy = place.path("copy");
    let before = status(&desk, &copy);
    // An older ledger was put back while the copy has more.
    let data = place.with_key("data", &desk.server);
    desk.server.restore(&place.path("old"), &data);
    desk.server.go_on_at(&data);
    desk.admin = desk.server.login("admin").await;
    desk.cashier = desk.server.login("caisse1").await;
    desk.pay("money is taken").await;
    failing(&desk).await;
    assert!(desk.server.log().contains("restore the copy, or give the copy a new folder"));
    assert!(desk.server.terminate().success());
    assert_eq!(status(&desk, &copy), before);
    // And another ledger altogether.
    let env = [("QUITTANCE_COPY", copy.to_str().unwrap())];
    let mut other = Desk::on(Server::start_with(&env).await).await;
    failing(&other).await;
    assert!(other.server.log().contains("belongs to the copy of another ledger"));
    assert!(other.server.terminate().success());
    assert_eq!(status(&desk, &copy), before);
}
