//! The technician's queue: what is paid is there, is begun once, and is done.

use crate::{browser::Browser, desk::Desk};

#[tokio::test]
async fn an_exam_waits_once_it_is_paid_and_is_begun_and_done_by_two_forms() {
    let desk = Desk::open().await;
    let labo = Browser::signed_in(&desk.server, "labo").await;
    let bill = desk.prescription().await;
    let page = labo.open("/").await;
    assert!(page.says("Aucun examen payé n’attend"), "{}", page.html);
    assert_eq!(desk.cashier.cash(&bill, 1_500).await.status, 201);
    let (start, complete) = (format!("/performing/{bill}/1/start"), format!("/performing/{bill}/1/complete"));
    let page = labo.open("/performing").await;
    assert!(page.says("PREMIER Essai") && !page.says("1\u{202f}500"), "who, and not how much: {}", page.html);
    let key = page.key(&start);
    let (first, second) =
        (labo.send(&start, &[("key", &key)]).await, labo.send(&start, &[("key", &key)]).await);
    assert_eq!((first.status, second.status), (303, 303), "sent twice it is begun once");
    let page = labo.open("/performing").await;
    assert!(page.says("En cours (1)") && page.says("À faire (0)"), "{}", page.html);
    let done = labo.submit(&page, &complete, &[]).await;
    assert!(done.says("En cours (0)"), "{}", done.html);
    let late = labo.send(&start, &[("key", "another")]).await;
    assert_eq!(late.status, 409);
    assert!(late.alert().is_some(), "it says why: {}", late.html);
    let shown = desk.admin.get(&format!("/api/prescriptions/{bill}")).await.json;
    assert_eq!(shown["status"], "COMPLETED");
}

#[tokio::test]
async fn each_role_has_its_own_pages_and_no_others() {
    let desk = Desk::open().await;
    for (username, own, others) in [
        ("labo", "/performing", ["/desk", "/dashboard"]),
        ("caisse1", "/desk/session", ["/performing", "/dashboard"]),
        ("admin", "/dashboard", ["/desk", "/performing"]),
        ("compta", "/dashboard", ["/desk/session", "/performing"]),
    ] {
        let browser = Browser::signed_in(&desk.server, username).await;
        assert_eq!(browser.open(own).await.status, 200, "{username} {own}");
        for other in others {
            let page = browser.open(other).await;
            assert_eq!(page.status, 403, "{username} {other}");
            assert!(page.says("Accès réservé"), "{}", page.html);
        }
    }
}
