//! Exams are performed: released, started by one technician, completed by the same.

use crate::{
    desk::{Desk, at_once},
    server::Caller,
};
use serde_json::{Value, json};

/// Another technician.
async fn technician(desk: &Desk, username: &str, name: (&str, &str)) -> Caller {
    let password = crate::server::random();
    let body = json!({"username": username, "password": password, "firstName": name.0, "lastName": name.1,
        "role": "TECHNICIAN"});
    let added = desk.admin.post("/api/users", body).await;
    assert_eq!(added.status, 201, "{}", added.text);
    desk.server.login_with(username, &password).await
}

fn states(shown: &Value) -> Vec<Value> {
    shown["exams"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect()
}

#[tokio::test]
async fn an_exam_is_started_and_completed_by_one_technician() {
    let desk = Desk::open().await;
    let (labo, other) = (desk.server.login("labo").await, technician(&desk, "labo2", ("Deux", "LABO")).await);
    let bill = desk.bill(&[1_000, 2_000]).await;
    labo.start(&bill, 1).await.is(409, "not_released");
    labo.complete_exam(&bill, 1).await.is(409, "exam_not_started");
    assert_eq!(desk.part(&bill, 2_999).await.status, 201);
    labo.start(&bill, 1).await.is(409, "not_released");
    assert_eq!(desk.part(&bill, 1).await.status, 201);
    let started = labo.start(&bill, 1).await;
    assert_eq!((started.status, &started.json["state"]), (200, &"IN_PROGRESS".into()));
    let again = labo.start(&bill, 1).await;
    assert_eq!((again.status, &again.json), (200, &started.json), "told twice is an answer");
    assert_eq!(again.position(), started.position(), "and is written once");
    other.start(&bill, 1).await.is(409, "exam_taken");
    other.complete_exam(&bill, 1).await.is(409, "exam_taken");
    let completed = labo.complete_exam(&bill, 1).await;
    assert_eq!((completed.status, &completed.json["state"]), (200, &"COMPLETED".into()));
    assert_eq!(labo.complete_exam(&bill, 1).await.position(), completed.position());
    labo.start(&bill, 1).await.is(409, "exam_done");
    labo.start(&bill, 3).await.is(404, "line_not_found");
    labo.start(&bill, 0).await.is(404, "line_not_found");
    labo.start("00000000-0000-7000-8000-000000000000", 1).await.is(404, "prescription_not_found");
    desk.cashier.start(&bill, 2).await.is(403, "forbidden");
    assert_eq!(other.start(&bill, 2).await.status, 200, "the other line is for anybody");
}

#[tokio::test]
async fn the_status_follows_money_and_then_work() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let bill = desk.bill(&[1_000, 2_000]).await;
    let mut seen = vec![desk.shown(&bill).await];
    desk.part(&bill, 1_000).await;
    seen.push(desk.shown(&bill).await);
    desk.part(&bill, 2_000).await;
    seen.push(desk.shown(&bill).await);
    labo.start(&bill, 2).await;
    seen.push(desk.shown(&bill).await);
    labo.complete_exam(&bill, 2).await;
    seen.push(desk.shown(&bill).await);
    labo.perform(&bill, 1).await;
    seen.push(desk.shown(&bill).await);
    let statuses: Vec<_> = seen.iter().map(|shown| shown["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["PENDING", "PARTIALLY_PAID", "PAID", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]);
    assert_eq!(states(&seen[2]), ["WAITING", "WAITING"]);
    assert_eq!(states(&seen[3]), ["WAITING", "IN_PROGRESS"]);
    assert_eq!(states(&seen[4]), ["WAITING", "COMPLETED"]);
    let done = &seen[5]["exams"][1];
    assert_eq!((&done["line"], &done["technician"]), (&2.into(), &"DÉMO labo".into()));
    assert!(done["startedAt"].as_str().unwrap() <= done["completedAt"].as_str().unwrap());
    for (status, found) in [("COMPLETED", 1), ("IN_PROGRESS", 0), ("PAID", 0)] {
        let answer = desk.cashier.get(&format!("/api/prescriptions?status={status}")).await;
        assert_eq!(answer.json.as_array().unwrap().len(), found, "{status}");
    }
}

#[tokio::test]
async fn the_queue_shows_what_is_released_oldest_first_and_drops_what_is_done() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let (first, second) = (desk.bill(&[1_000, 2_000]).await, desk.bill(&[3_000]).await);
    assert!(labo.queue("PENDING").await.is_empty());
    // Paid in the other order: the older prescription still stands first.
    desk.cashier.cash(&second, 3_000).await;
    desk.part(&first, 2_999).await;
    let places = |queue: &[Value]| -> Vec<(String, i64)> {
        let place = |exam: &Value| {
            (exam["prescriptionId"].as_str().unwrap().to_owned(), exam["line"].as_i64().unwrap())
        };
        queue.iter().map(place).collect()
    };
    assert_eq!(places(&labo.queue("PENDING").await), [(second.clone(), 1)], "a part releases nothing");
    desk.part(&first, 1).await;
    let waiting = labo.queue("PENDING").await;
    assert_eq!(places(&waiting), [(first.clone(), 1), (first.clone(), 2), (second.clone(), 1)]);
    assert_eq!((&waiting[0]["patientName"], &waiting[0]["code"]), (&"PREMIER Essai".into(), &"NFS".into()));
    labo.start(&first, 1).await;
    labo.start(&second, 1).await;
    assert_eq!(places(&labo.queue("PENDING").await), [(first.clone(), 2)]);
    let under_way = labo.queue("IN_PROGRESS").await;
    assert_eq!(places(&under_way), [(first.clone(), 1), (second.clone(), 1)]);
    assert_eq!(under_way[0]["technician"], "DÉMO labo");
    labo.complete_exam(&first, 1).await;
    labo.complete_exam(&second, 1).await;
    assert!(labo.queue("IN_PROGRESS").await.is_empty());
    assert_eq!(places(&labo.queue("COMPLETED").await), [(second, 1), (first, 1)], "the latest first");
    let wrong = labo.get("/api/exams/queue?state=LATER").await;
    assert_eq!((wrong.status, &wrong.json["pointer"]), (422, &"/state".into()));
}

#[tokio::test]
async fn the_queue_of_a_service_holds_its_own_exams() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let body = json!({"code": "RXT", "name": "Radio", "category": "Radiologie", "price": 8_000});
    let radio = desk.admin.post("/api/exams", body).await.text_of("id");
    let body = json!({"patientId": desk.patient, "exams": [{"examId": radio}, {"examId": desk.exam}]});
    let bill = desk.cashier.post("/api/prescriptions", body).await.text_of("id");
    desk.cashier.cash(&bill, 10_000).await;
    for (category, lines) in
        [("Radiologie", vec![1]), ("Biochimie", vec![2]), ("Rien", vec![]), ("", vec![1, 2])]
    {
        let queue = labo.get(&format!("/api/exams/queue?category={category}")).await.json;
        let found: Vec<_> = queue.as_array().unwrap().iter().map(|exam| exam["line"].clone()).collect();
        assert_eq!(found, lines, "{category}");
    }
    desk.admin
        .send(desk.admin.request(reqwest::Method::DELETE, &format!("/api/patients/{}", desk.patient)))
        .await;
    assert_eq!(labo.queue("PENDING").await[0]["patientName"], "effacé");
}

#[tokio::test]
async fn of_many_technicians_at_once_one_has_the_exam() {
    let desk = Desk::open().await;
    let (labo, other) = (desk.server.login("labo").await, technician(&desk, "labo2", ("Deux", "LABO")).await);
    let bill = desk.bill(&[1_000]).await;
    desk.cashier.cash(&bill, 1_000).await;
    let path = format!("/api/prescriptions/{bill}/exams/1/start");
    let starts = (0..20).map(|at| {
        let who = if at % 2 == 0 { &labo } else { &other };
        (who.clone(), path.clone(), None, json!({}))
    });
    let answers = at_once(starts).await;
    // Ten tellings of the one who was first, ten refusals of the other.
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10);
    assert_eq!(answers.iter().filter(|answer| answer.json["code"] == "exam_taken").count(), 10);
}

#[tokio::test]
async fn the_dashboard_counts_what_waits_what_is_under_way_and_what_is_done() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let bill = desk.bill(&[1_000, 2_000, 3_000, 4_000]).await;
    let figures = async || {
        let stats = desk.admin.get("/api/stats/global").await.json;
        [
            &stats["queue"]["pendingExams"],
            &stats["queue"]["inProgressExams"],
            &stats["today"]["examsCompleted"],
        ]
        .map(|figure| figure.as_i64().unwrap())
    };
    assert_eq!(figures().await, [0, 0, 0]);
    desk.cashier.cash(&bill, 10_000).await;
    assert_eq!(figures().await, [4, 0, 0]);
    labo.start(&bill, 1).await;
    labo.start(&bill, 2).await;
    labo.complete_exam(&bill, 2).await;
    assert_eq!(figures().await, [2, 1, 1]);
    desk.verified();
}
