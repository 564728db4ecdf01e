//! Who may take what away, one at a time, and that it is written down (faults 60, 64 to 67).

use crate::desk::Desk;
use serde_json::json;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn every_report_goes_out_in_every_format_to_its_readers_alone() {
    let desk = Desk::open().await;
    assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    desk.cashier.end_session().await;
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    let (labo, compta) = (desk.server.login("labo").await, desk.server.login("compta").await);
    for report in [
        "financial",
        "period",
        "cashiers",
        "providers",
        "tills",
        "activity",
        "outstanding",
        "journal",
        "trial-balance",
    ] {
        let query = format!("reportType={report}&date={today}");
        for format in ["excel", "pdf", "csv"] {
            let taken = compta.take(format, &query).await;
            assert_eq!(taken.status, 200, "{report} as {format}: {}", String::from_utf8_lossy(&taken.bytes));
            assert!(taken.bytes.len() > 40, "{report} as {format}: {} bytes", taken.bytes.len());
            assert_eq!(labo.take(format, &query).await.status, 403, "{report} as {format}");
            let of_a_cashier = if report == "financial" { 200 } else { 403 };
            assert_eq!(desk.cashier.take(format, &query).await.status, of_a_cashier, "{report} as {format}");
        }
    }
}

#[tokio::test]
async fn what_is_no_report_no_format_or_no_period_is_told_so() {
    let desk = Desk::open().await;
    for (query, pointer) in [
        ("reportType=salaries", "/reportType"),
        ("reportType=financial&date=hier", "/date"),
        ("reportType=period", "/endDate"),
        ("reportType=period&startDate=2026-01-01", "/endDate"),
        ("reportType=period&endDate=2026-01-01", "/startDate"),
        ("reportType=period&startDate=2026-02-01&endDate=2026-01-31", "/endDate"),
        ("reportType=period&startDate=2024-01-01&endDate=2026-01-31", "/endDate"),
        ("date=2026-01-01", "/query"),
        ("reportType=financial&secret=1", "/query"),
    ] {
        let refused = desk.admin.take("excel", query).await;
        assert_eq!((refused.status, &refused.json()["pointer"]), (422, &pointer.into()), "{query}");
    }
    assert_eq!(desk.admin.take("docx", "reportType=financial").await.status, 404);
}

#[tokio::test]
async fn the_files_name_is_ours_and_its_hash_is_kept_with_who_took_it() {
    let desk = Desk::open().await;
    let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
    let taken = desk.admin.take("csv", &format!("reportType=period&startDate={today}&endDate={today}")).await;
    let name = taken.headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, format!("attachment; filename=\"period-{today}.csv\""));
    let kept = desk.admin.get("/api/reports/exports").await.json;
    let kept = kept.as_array().unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0]["sha256"], hex::encode(Sha256::digest(&taken.bytes)));
    assert_eq!((&kept[0]["report"], &kept[0]["format"]), (&"period".into(), &"csv".into()));
    assert!(kept[0]["takenBy"].as_str().unwrap().contains(' '), "a name: {}", kept[0]["takenBy"]);
    assert_eq!(desk.cashier.get("/api/reports/exports").await.status, 403);
}

#[tokio::test]
async fn one_export_at_a_time_for_each_user() {
    let desk = Desk::open().await;
    for _ in 0..40 {
        assert_eq!(desk.cashier.cash(&desk.prescription().await, 1_500).await.status, 201);
    }
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let admin = desk.admin.clone();
        running.spawn(async move { admin.take("pdf", "reportType=financial").await });
    }
    let answers = running.join_all().await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!made.is_empty());
    for answer in refused {
        assert_eq!((answer.status, &answer.json()["code"]), (409, &"export_running".into()));
    }
    assert_eq!(desk.admin.take("pdf", "reportType=financial").await.status, 200, "his turn is free again");
    assert_eq!(desk.admin.get("/api/reports/export").await.json, json!([]));
    let stop = desk.admin.request(reqwest::Method::DELETE, "/api/reports/export");
    assert_eq!(desk.admin.send(stop).await.status, 204);
}

#[tokio::test]
async fn every_file_is_written_down_whatever_key_comes_with_it() {
    let desk = Desk::open().await;
    for (taken, report) in ["financial", "cashiers", "providers"].into_iter().enumerate() {
        let today = desk.admin.report().await["date"].as_str().unwrap().to_owned();
        let path = format!("/api/reports/export/csv?reportType={report}&date={today}");
        let request = desk.admin.request(reqwest::Method::GET, &path).header("Idempotency-Key", "one");
        assert_eq!(desk.admin.send(request).await.status, 200, "{report}");
        let kept = desk.admin.get("/api/reports/exports").await.json;
        assert_eq!(kept.as_array().unwrap().len(), taken + 1, "{report}: {kept}");
    }
}
