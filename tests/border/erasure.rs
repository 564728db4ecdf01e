//! After erasing a patient: the name gone from every byte, the money unchanged (rule 49).

use crate::{
    desk::Desk,
    problems::is_refused,
    search::Hidden,
    server::{Caller, Server, eventually},
};
use reqwest::Method;
use serde_json::{Value, json};

const ERASED: usize = 12;

/// A patient whose name nobody else has.
struct Person {
    id: String,
    first: String,
    last: String,
    phone: String,
}

async fn person(cashier: &Caller, number: usize) -> Person {
    let first = format!("Pélagie-Ψ{number:03}");
    let last = format!("ABRACADABRÉ{number:03}");
    let phone = format!("7{:07}", 9_135_700 + number);
    let body = json!({"firstName": first, "lastName": last, "birthDate": "1964-11-29", "phone": phone});
    let answer = cashier.post("/api/patients", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    Person { id: answer.text_of("id"), first, last, phone }
}

fn names(people: &[Person]) -> Hidden {
    let mut hidden = Hidden::default();
    for person in people {
        hidden.name("first name", &person.first).name("last name", &person.last);
        hidden
            .name("folded name", &format!("abracadabre{}", person.last.trim_start_matches("ABRACADABRÉ")))
            .phone("phone", &person.phone);
    }
    hidden
}

async fn erase(admin: &Caller, person: &Person) -> u64 {
    let answer = admin.send(admin.request(Method::DELETE, &format!("/api/patients/{}", person.id))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.position()
}

fn verify(server: &Server) {
    let out = server.run(&["verify"]);
    let told = String::from_utf8_lossy(&[out.stdout.as_slice(), &out.stderr].concat()).into_owned();
    assert!(out.status.success(), "{told}");
}

/// The day's figures, without the lines in which names may stand.
async fn figures(caller: &Caller) -> Value {
    let mut report = caller.get("/api/reports/financial/daily").await.json;
    report["position"].take();
    for payment in report["payments"].as_array_mut().unwrap() {
        payment["patientName"].take();
    }
    report
}

#[tokio::test]
async fn an_erased_patient_is_in_no_byte_of_any_file() {
    let desk = Desk::on(Server::start_with(&[("RUST_LOG", "trace")]).await).await;
    let admin = desk.server.login("admin").await;
    let mut people = vec![];
    for number in 0..40 {
        people.push(person(&desk.cashier, number).await);
    }
    let kept = people.split_off(ERASED);
    let (gone, stay) = (names(&people), names(&kept));
    for person in &people {
        erase(&admin, person).await;
    }
    eventually("the names are gone", async || gone.in_folder(&desk.server.dir, &[]).is_empty().then_some(()))
        .await;
    assert!(!stay.in_folder(&desk.server.dir, &[]).is_empty(), "the others' names are still shown");
    // What a later start, checkpoint and page split do must not bring them back.
    let mut server = desk.server;
    server.kill();
    server.restart();
    let admin = server.login("admin").await;
    let cashier = server.login("caisse1").await;
    for number in 100..140 {
        person(&cashier, number).await;
    }
    assert_eq!(gone.in_folder(&server.dir, &[]), Vec::<String>::new());
    for person in &people {
        let shown = admin.get(&format!("/api/patients/{}", person.id)).await;
        assert_eq!((&shown.json["lastName"], &shown.json["erased"]), (&"effacé".into(), &true.into()));
        assert_eq!(shown.json["phone"], Value::Null);
    }
    verify(&server);
}

#[tokio::test]
async fn erasing_leaves_totals_receipts_and_verify_as_they_were() {
    let desk = Desk::open().await;
    let (admin, cashier) = (desk.server.login("admin").await, &desk.cashier);
    let person = person(cashier, 7).await;
    let paid = cashier.prescription(&person.id, &desk.exam).await;
    let receipt = cashier.cash(&paid, 2_000).await.text_of("receiptNumber");
    let open = cashier.prescription(&person.id, &desk.exam).await;
    let before = figures(&admin).await;
    let qr = cashier.get(&format!("/api/receipts/{receipt}")).await.text_of("qrText");
    verify(&desk.server);

    let position = erase(&admin, &person).await;
    let at = |path: &str| cashier.request(Method::GET, path).header("Ledger-Position", position);
    assert_eq!(figures(&admin).await, before);
    verify(&desk.server);
    let shown = cashier.send(at(&format!("/api/receipts/{receipt}"))).await;
    assert_eq!(shown.text_of("qrText"), qr);
    let gone = names(std::slice::from_ref(&person));
    for path in [
        format!("/api/receipts/{receipt}"),
        format!("/api/prescriptions/{paid}"),
        format!("/api/prescriptions/{open}"),
        "/api/prescriptions".to_owned(),
        "/api/patients".to_owned(),
        format!("/api/patients/{}", person.id),
        "/api/reports/financial/daily".to_owned(),
    ] {
        // His till is open: what he took in all is not for him yet.
        let who = if path.contains("/reports/") { &admin } else { cashier };
        let answer = who.send(who.request(Method::GET, &path).header("Ledger-Position", position)).await;
        assert!(answer.text.contains("effacé"), "{path}: {}", answer.text);
        gone.absent(&path, &answer.text);
    }
    let found = cashier.send(at("/api/patients?q=abracadabr")).await;
    assert_eq!(found.json, json!([]));
    for story in [format!("prescription-{paid}"), format!("patient-{}", person.id)] {
        let out = desk.server.run(&["replay", &story]);
        gone.absent("replay", [out.stdout.as_slice(), &out.stderr].concat());
    }
}

#[tokio::test]
async fn an_erased_patient_gets_no_new_prescription() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let person = person(&desk.cashier, 8).await;
    erase(&admin, &person).await;
    let body = json!({"patientId": person.id, "exams": [{"examId": desk.exam}]});
    let answer = desk.cashier.post("/api/prescriptions", body).await;
    is_refused("a prescription", &answer, 409, "patient_erased");
    // Told twice is an answer.
    erase(&admin, &person).await;
}

#[tokio::test]
async fn money_that_arrives_after_the_erasure_is_booked() {
    let desk = Desk::open().await;
    let (admin, cashier) = (desk.server.login("admin").await, &desk.cashier);
    let person = person(cashier, 9).await;
    let prescription = cashier.prescription(&person.id, &desk.exam).await;
    // The simulator's payer takes 60 seconds of its time, 0.6 of ours.
    let asked = cashier.initiate(&prescription, "90 12 34 74").await;
    let payment = asked.text_of("paymentId");
    erase(&admin, &person).await;
    let paid = cashier.until(&payment, "SUCCESS").await;
    let receipt = paid.text_of("receiptNumber");
    let shown = cashier.get(&format!("/api/receipts/{receipt}")).await;
    assert_eq!((&shown.json["amount"], &shown.json["patientName"]), (&1_500.into(), &"effacé".into()));
    assert_eq!(figures(&admin).await["totalAmount"], 1_500);
    verify(&desk.server);
}

/// A key that is still there opens every copy that was ever made of the ledger.
#[tokio::test]
async fn the_key_of_an_erased_patient_is_destroyed_also_when_the_caller_goes_away() {
    let desk = Desk::open().await;
    let admin = desk.server.login("admin").await;
    let person = person(&desk.cashier, 10).await;
    let path = format!("/api/patients/{}", person.id);
    // Whoever asks is gone before the answer: the request leaves, its connection is closed.
    let hurried =
        admin.request(reqwest::Method::DELETE, &path).timeout(std::time::Duration::from_micros(900));
    let answer = admin.try_send(hurried).await;
    let asked_for = crate::server::eventually("the patient reads as erased", async || {
        let shown = admin.get(&path).await;
        if shown.json["erased"] == false && answer.is_err() {
            // The request may have been too hurried to arrive at all: then it is made again.
            let again = admin.request(reqwest::Method::DELETE, &path);
            _ = admin.try_send(again.timeout(std::time::Duration::from_millis(2))).await;
        }
        (shown.json["erased"] == true).then_some(())
    });
    asked_for.await;
    let vault = rusqlite::Connection::open(desk.server.dir.join("vault.db")).unwrap();
    let id = person.id.parse::<uuid::Uuid>().unwrap();
    crate::server::eventually("the key is destroyed", async || {
        let sql = "select count(*) from forgotten_patients where patient = ?1";
        let gone: i64 = vault.query_row(sql, [id.as_bytes()], |row| row.get(0)).unwrap();
        (gone == 1).then_some(())
    })
    .await;
    let sql = "select wrapped from patient_keys where patient = ?1";
    let wrapped: Vec<u8> = vault.query_row(sql, [id.as_bytes()], |row| row.get(0)).unwrap();
    assert!(!wrapped.is_empty() && wrapped.iter().all(|byte| *byte == 0), "nothing of it remains");
}
