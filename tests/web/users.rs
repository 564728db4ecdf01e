//! Who works here: added with a first password, locked out at once.

use crate::{browser::Browser, desk::Desk};

#[tokio::test]
async fn somebody_is_added_signs_in_and_is_locked_out() {
    let desk = Desk::open().await;
    let admin = Browser::signed_in(&desk.server, "admin").await;
    let page = admin.open("/users").await;
    let password = crate::server::random();
    let fields = |username: &'static str, password: &str| {
        [("lastName", "MENSAH"), ("firstName", "Afi"), ("username", username), ("role", "TECHNICIAN")]
            .map(|(name, text)| (name, text.to_owned()))
            .into_iter()
            .chain([("password", password.to_owned())])
            .collect::<Vec<_>>()
    };
    let send = async |page: &crate::browser::Page, fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        admin.submit(page, "/users", &fields).await
    };
    let short = send(&page, fields("afi", "court")).await;
    assert_eq!(short.status, 422);
    assert!(short.alert().unwrap().contains("10 à 200"), "{:?}", short.alert());
    assert_eq!(short.value("lastName").as_deref(), Some("MENSAH"), "what was typed stays");
    assert!(!short.html.contains("court\""), "but not the password");
    let added = send(&short, fields("afi", &password)).await;
    assert!(added.says("MENSAH Afi"), "{}", added.html);
    let afi = desk.server.login_with("afi", &password).await;
    assert_eq!(afi.get("/api/exams/queue").await.status, 200);
    let disable = format!("/users/{}/disable", domain::UserId::of_username("afi"));
    let disabled = admin.submit(&added, &disable, &[]).await;
    assert!(disabled.says("Bloqué"), "{}", disabled.html);
    assert_eq!(afi.get("/api/exams/queue").await.status, 401, "at once");
    let compta = Browser::signed_in(&desk.server, "compta").await;
    assert_eq!(compta.open("/users").await.status, 403);
}
