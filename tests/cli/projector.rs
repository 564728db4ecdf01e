//! `quittance projector` and `quittance rebuild` on a stopped server's folder.

use crate::{
    books::Books,
    desk::Desk,
    lifecycle::{refused, text},
    past,
};

#[tokio::test]
async fn a_poison_event_is_listed_left_out_and_stays_left_out() {
    let books = Books::kept().await;
    let copy = books.copy();
    let at = past::poison(copy.dir()).await;
    let list = text(&copy.run(&["projector", "list"]).stdout);
    let line = list.lines().find(|line| line.starts_with("users")).unwrap();
    assert!(line.contains(&format!("ARRÊTÉ devant {at} user-added.v1")), "{list}");
    assert_eq!(list.lines().count(), projections::ALL.len());
    let told = refused(&copy.run(&["verify"]), 1);
    assert!(told.contains(&format!("read model users stops at position {at}")), "{told}");
    let at_text = at.to_string();
    let skip = |position: &str| {
        copy.run(&["projector", "skip", "users", "--position", position, "--reason", "deux fois"])
    };
    let elsewhere = refused(&skip("1"), 1);
    assert!(elsewhere.contains("StandsElsewhere"), "{elsewhere}");
    refused(&copy.run(&["projector", "retry", "users"]), 1);
    let done = skip(&at_text);
    assert!(done.status.success(), "{done:?}");
    assert!(text(&copy.run(&["projector", "list"]).stdout).lines().all(|line| !line.contains("ARRÊTÉ")));
    let told = text(&copy.run(&["replay", "projector-users"]).stdout);
    assert!(told.contains("projector-skipped.v1") && told.contains("par console"), "{told}");
    let before = past::rows(copy.dir());
    let rebuilt = copy.run(&["rebuild"]);
    assert!(rebuilt.status.success(), "{rebuilt:?}");
    assert!(past::rows(copy.dir()) == before, "the same rows, in another file");
    assert!(copy.dir().join("views-1.db").exists() && !copy.dir().join("views.db").exists());
    let verified = copy.run(&["verify"]);
    assert!(text(&verified.stdout).contains("Écrans égaux"), "{verified:?}");
}

#[tokio::test]
async fn a_rebuild_that_differs_is_told_and_not_used() {
    let books = Books::kept().await;
    let copy = books.copy();
    copy.views().execute("update takings set received = received + 1", []).unwrap();
    let told = refused(&copy.run(&["rebuild"]), 1);
    assert!(told.contains("read model takings: ") && told.contains("first keys: "), "{told}");
    assert!(copy.dir().join("views.db").exists() && copy.dir().join("views-differ.db").exists());
}

#[tokio::test]
async fn beside_a_server_the_commands_name_the_route() {
    let desk = Desk::open().await;
    for (args, route) in [
        (vec!["rebuild"], "POST /api/projectors/rebuild"),
        (vec!["projector", "list"], "/api/projectors"),
        (vec!["projector", "retry", "users"], "/api/projectors"),
    ] {
        let output = desk.server.run(&args);
        assert!(refused(&output, 1).contains("another process uses the ledger"), "{args:?}");
        assert!(text(&output.stdout).contains(route), "{args:?}");
    }
}
