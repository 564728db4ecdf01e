//! A cashier's own till on his screen: blind until it is counted, and counted once.

use crate::{browser::Browser, desk::Desk};

#[tokio::test]
async fn what_must_lie_in_the_drawer_is_shown_after_the_count_and_not_before() {
    let desk = Desk::open().await;
    let browser = Browser::signed_in(&desk.server, "caisse1").await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    let page = browser.open("/desk/session").await;
    assert!(
        page.says("Un encaissement en espèces") && page.says("10\u{202f}000\u{202f}FCFA"),
        "{}",
        page.html
    );
    assert!(
        !page.says("11\u{202f}500") && !page.says("1\u{202f}500"),
        "no sum before the count: {}",
        page.html
    );
    let (till, close) = (page.value("till").unwrap(), "/desk/session/close");
    let empty = browser.submit(&page, close, &[("till", &till), ("NOTE10000", "")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.alert().unwrap().contains("Comptez le tiroir"), "{:?}", empty.alert());
    let wrong = browser.submit(&empty, close, &[("till", &till), ("NOTE10000", "un")]).await;
    assert_eq!((wrong.status, wrong.value("NOTE10000").as_deref()), (422, Some("un")));
    let count = [("till", till.as_str()), ("NOTE10000", "1"), ("NOTE1000", "1"), ("COIN100", "4")];
    let closed = browser.submit(&wrong, close, &count).await;
    for words in ["11\u{202f}500", "11\u{202f}400", "−100\u{202f}FCFA", "Close", "pas de caisse ouverte"] {
        assert!(closed.says(words), "{words}: {}", closed.html);
    }
    let again = browser.send(close, &[("key", "another"), ("till", &till), ("NOTE10000", "1")]).await;
    assert_eq!(again.status, 409, "there is no second count");
    let shown = desk.admin.get(&format!("/api/tills/{till}")).await.json;
    assert_eq!((&shown["counted"], &shown["state"]), (&11_400.into(), &"CLOSED".into()));
}
