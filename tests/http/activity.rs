//! The service activity report: its totals are the prices of the exams that were performed.

use crate::{desk::Desk, server::Answer};
use serde_json::{Value, json};

/// The report of today.
async fn report(desk: &Desk, more: &str) -> Answer {
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    let path = format!("/api/reports/activity/service?startDate={today}&endDate={today}{more}");
    desk.admin.get(&path).await
}

async fn exam(desk: &Desk, code: &str, name: &str, category: &str, price: i64) -> String {
    let body = json!({"code": code, "name": name, "category": category, "price": price});
    desk.admin.post("/api/exams", body).await.text_of("id")
}

/// A paid prescription of these exams.
async fn paid(desk: &Desk, exams: &[&String]) -> String {
    let exams: Vec<_> = exams.iter().map(|exam| json!({"examId": exam})).collect();
    let body = json!({"patientId": desk.patient, "exams": exams});
    let bill = desk.cashier.post("/api/prescriptions", body).await.text_of("id");
    assert_eq!(desk.cashier.cash(&bill, 100_000).await.status, 201);
    bill
}

fn sum(table: &Value, field: &str) -> i64 {
    table.as_object().unwrap().values().map(|row| row[field].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn every_figure_is_the_sum_of_the_exams_that_were_performed() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let radio = exam(&desk, "RXT", "Radio du thorax", "Radiologie", 8_000).await;
    let sugar = exam(&desk, "GLY", "Glycémie", "Biochimie", 2_000).await;
    let bill = paid(&desk, &[&radio, &sugar, &sugar, &desk.exam]).await;
    for line in 1..=3 {
        labo.perform(&bill, line).await;
    }
    labo.start(&bill, 4).await;
    let all = report(&desk, "").await;
    assert_eq!(all.status, 200, "{}", all.text);
    assert_eq!(
        (&all.json["totalExams"], &all.json["totalRevenue"]),
        (&3.into(), &12_000.into()),
        "done, not begun"
    );
    assert_eq!(all.json["category"], json!(null));
    assert_eq!(all.json["byExamType"]["Glycémie"], json!({"count": 2, "revenue": 4_000}));
    assert_eq!(all.json["byCategory"]["Radiologie"], json!({"count": 1, "revenue": 8_000}));
    assert_eq!(all.json["byTechnician"], json!({"DÉMO labo": {"count": 3}}));
    for table in ["byExamType", "byCategory"] {
        assert_eq!(
            (sum(&all.json[table], "count"), sum(&all.json[table], "revenue")),
            (3, 12_000),
            "{table}"
        );
    }
    assert_eq!(all.json["position"], all.position());
    let radiology = report(&desk, "&category=Radiologie").await.json;
    assert_eq!((&radiology["category"], &radiology["totalRevenue"]), (&"Radiologie".into(), &8_000.into()));
    assert_eq!(report(&desk, "&category=Cardiologie").await.json["totalExams"], 0);
}

#[tokio::test]
async fn revenue_is_the_price_whoever_bears_it() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    desk.insurer("INAM", 80).await;
    let bill = desk.bill(&[10_000]).await;
    desk.cover(&bill, "INAM").await;
    let relief = desk.exemption(&bill, Some(500)).await;
    desk.admin.grant(&relief).await;
    desk.part(&bill, 1_500).await;
    labo.perform(&bill, 1).await;
    assert_eq!(report(&desk, "").await.json["totalRevenue"], 10_000);
}

#[tokio::test]
async fn exams_and_technicians_of_one_name_stay_two() {
    let desk = Desk::open().await;
    let twins = [
        exam(&desk, "ECHO1", "Échographie", "Radiologie", 10_000).await,
        exam(&desk, "ECHO2", "Échographie", "Radiologie", 15_000).await,
    ];
    let bill = paid(&desk, &[&twins[0], &twins[1]]).await;
    for (line, username) in [(1, "afi1"), (2, "afi2")] {
        let password = crate::server::random();
        let body = json!({"username": username, "password": password, "firstName": "Afi", "lastName": "KOUMA",
            "role": "TECHNICIAN"});
        assert_eq!(desk.admin.post("/api/users", body).await.status, 201);
        desk.server.login_with(username, &password).await.perform(&bill, line).await;
    }
    let told = report(&desk, "").await.json;
    assert_eq!(
        told["byTechnician"],
        json!({"KOUMA Afi (afi1)": {"count": 1}, "KOUMA Afi (afi2)": {"count": 1}})
    );
    assert_eq!(told["byExamType"]["Échographie (ECHO1)"], json!({"count": 1, "revenue": 10_000}));
    assert_eq!(told["byExamType"]["Échographie (ECHO2)"], json!({"count": 1, "revenue": 15_000}));
}

#[tokio::test]
async fn both_days_of_the_period_are_in_it_and_must_be_named() {
    let desk = Desk::open().await;
    let labo = desk.server.login("labo").await;
    let bill = desk.bill(&[1_500]).await;
    desk.cashier.cash(&bill, 1_500).await;
    labo.perform(&bill, 1).await;
    let today: chrono::NaiveDate = desk.admin.report().await["date"].as_str().unwrap().parse().unwrap();
    let (before, after) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
    let ask = async |query: String| desk.admin.get(&format!("/api/reports/activity/service?{query}")).await;
    for (first, last, exams) in
        [(today, today, 1), (before, today, 1), (today, after, 1), (before, before, 0), (after, after, 0)]
    {
        let told = ask(format!("startDate={first}&endDate={last}")).await.json;
        assert_eq!(told["totalExams"], exams, "{first} to {last}");
        assert_eq!(told["period"], json!({"startDate": first, "endDate": last}));
    }
    let moments = ask(format!("startDate={today}T00:00:00Z&endDate={today}T23:59:59.999Z")).await;
    assert_eq!(moments.json["totalExams"], 1, "{}", moments.text);
    for (query, pointer) in [
        (String::new(), "/startDate"),
        (format!("endDate={today}"), "/startDate"),
        (format!("startDate={today}"), "/endDate"),
        (format!("startDate=hier&endDate={today}"), "/startDate"),
        (format!("startDate={today}&endDate=2026-02-30"), "/endDate"),
        (format!("startDate={today}&endDate={before}"), "/endDate"),
        (format!("startDate={today}&endDate={today}&category={}", "x".repeat(101)), "/category"),
    ] {
        let refused = ask(query.clone()).await;
        assert_eq!((refused.status, &refused.json["pointer"]), (422, &pointer.into()), "{query}");
    }
    assert_eq!(labo.get("/api/reports/activity/service").await.status, 403);
}
