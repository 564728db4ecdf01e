//! Signed reports explain themselves: whatever makes their figures differ is named, whichever report it is.

use crate::{desk::Desk, server::Caller};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const REPORTS: [&str; 9] = [
    "daily",
    "period",
    "cashiers",
    "providers",
    "journal",
    "trial-balance",
    "tills",
    "activity",
    "outstanding",
];

/// One signed report of each kind, and the names of what changed them.
struct Signed {
    accountant: Caller,
    paths: Vec<(&'static str, String)>,
    named: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Signed {
    async fn all(accountant: Caller, today: &Value) -> Self {
        let mut paths = vec![];
        for report in REPORTS {
            let signed = accountant.post("/api/reports/sign", json!({"report": report, "date": today})).await;
            assert_eq!(signed.status, 201, "{report}: {}", signed.text);
            paths.push((report, format!("/api/reports/signed/{}", signed.json["id"])));
        }
        Self { accountant, paths, named: BTreeMap::new() }
    }

    /// The reports that differ now; what differs says why.
    async fn differing(&mut self, step: &str) -> Vec<&'static str> {
        let mut differing = vec![];
        for (report, path) in &self.paths {
            let shown = self.accountant.get(path).await;
            assert_eq!(shown.status, 200, "{}", shown.text);
            let changes = shown.json["changes"].as_array().unwrap();
            let unchanged = shown.json["unchanged"].as_bool().unwrap();
            assert!(unchanged || !changes.is_empty(), "{report} differs after {step}, and nothing says why");
            let names = changes.iter().map(|change| change["name"].as_str().unwrap().to_owned());
            self.named.entry(report).or_default().extend(names);
            if !unchanged {
                differing.push(*report);
            }
        }
        differing
    }
}

#[tokio::test]
async fn whatever_makes_a_signed_report_differ_is_named() {
    let desk = Desk::open().await;
    let (compta, labo) = (desk.server.login("compta").await, desk.server.login("labo").await);
    let till = desk.cashier.get("/api/tills").await.json[0]["id"].as_str().unwrap().to_owned();
    let today = desk.admin.report().await["date"].clone();
    let mut signed = Signed::all(compta, &today).await;
    assert!(signed.differing("signing").await.is_empty());
    assert!(signed.named.values().all(BTreeSet::is_empty), "{:?}", signed.named);

    let bill = desk.prescription().await;
    assert_eq!(signed.differing("a registration").await, ["journal", "trial-balance", "outstanding"]);

    assert_eq!(desk.cashier.cash(&bill, 1_500).await.status, 201);
    let moved = ["daily", "period", "cashiers", "providers", "journal", "trial-balance", "tills"];
    assert_eq!(signed.differing("a payment").await, moved, "and nobody owes anything again");

    for step in ["start", "complete"] {
        let path = format!("/api/prescriptions/{bill}/exams/1/{step}");
        let answer = labo.send(labo.request(reqwest::Method::POST, &path)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(signed.differing("an exam").await[7..], ["activity"]);

    let count = json!({"count": {"COIN500": 1}});
    let made = desk.cashier.post(&format!("/api/tills/{till}/deposits"), count).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(signed.differing("a deposit").await[7..], ["activity", "outstanding"]);

    let proof = json!({"place": "BANK", "reference": "BV-7"});
    let path = format!("/api/deposits/{}/prove", made.text_of("depositId"));
    assert_eq!(signed.accountant.post(&path, proof).await.status, 200);
    assert_eq!(signed.differing("a proof").await[7..], ["activity"]);

    let count = json!({"count": {"NOTE10000": 1, "COIN500": 2}});
    assert_eq!(desk.cashier.post(&format!("/api/tills/{till}/close"), count).await.status, 200);
    signed.differing("a closing").await;

    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let money = names(&["receipt-issued.v2"]);
    let booked =
        names(&["prescription-registered.v1", "receipt-issued.v2", "till-deposited.v1", "deposit-proven.v1"]);
    let of_the_drawer =
        names(&["till-cash-taken.v1", "till-deposited.v1", "till-counted.v2", "till-closed.v1"]);
    let owed =
        names(&["prescription-registered.v1", "receipt-issued.v2", "deposit-made.v2", "deposit-proven.v1"]);
    for (report, named) in signed.named {
        let expected = match report {
            "journal" | "trial-balance" => &booked,
            "tills" => &of_the_drawer,
            "activity" => &names(&["prescription-exam-completed.v1"]),
            "outstanding" => &owed,
            _ => &money,
        };
        assert_eq!(&named, expected, "{report}");
    }
}

#[tokio::test]
async fn what_is_owed_has_no_past_and_no_report_is_signed_before_its_time() {
    let desk = Desk::open().await;
    let today: chrono::NaiveDate = desk.admin.report().await["date"].as_str().unwrap().parse().unwrap();
    let (yesterday, tomorrow) = (today.pred_opt().unwrap(), today.succ_opt().unwrap());
    let refused = desk.admin.get(&format!("/api/reports/outstanding?date={yesterday}")).await;
    assert_eq!((refused.status, &refused.json["pointer"]), (422, &"/date".into()), "{}", refused.text);
    assert!(refused.text_of("detail").contains("signez-les chaque jour"), "{}", refused.text);
    let sign = async |report: &str, day: chrono::NaiveDate| {
        desk.admin.post("/api/reports/sign", json!({"report": report, "date": day})).await.status
    };
    assert_eq!(sign("outstanding", yesterday).await, 422);
    let path = format!("/api/reports/export/csv?reportType=outstanding&date={yesterday}");
    assert_eq!(desk.admin.get(&path).await.status, 422);
    assert_eq!(desk.admin.get("/api/reports/outstanding").await.status, 200);
    assert_eq!(sign("daily", yesterday).await, 201);
    assert_eq!(sign("daily", tomorrow).await, 422);
}
