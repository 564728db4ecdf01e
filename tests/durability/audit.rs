//! What an auditor counts: every acknowledged payment once, numbers without a hole, sums that agree.

use crate::{
    dice::Dice,
    hospital::{FLOAT, Hospital, PRICE},
    server::{Answer, Caller, eventually},
};
use chrono::{NaiveDate, Utc};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    sync::atomic::Ordering,
};

/// How many acknowledged payments are looked at after each restart.
const SAMPLE: u64 = 12;

/// Reads at the last acknowledged position: it waits until the read models are there, and would wait
/// for ever if the ledger had lost it.
async fn read(hospital: &Hospital, path: &str) -> Answer {
    let position = hospital.told.position.load(Ordering::Relaxed);
    let caller: &Caller = &hospital.admin;
    eventually(&format!("{path} at {position}"), async || {
        let request = caller.request(reqwest::Method::GET, path).header("Ledger-Position", position);
        caller.try_send(request).await.ok().filter(|answer| answer.status == 200)
    })
    .await
}

/// A few acknowledged payments are there with their numbers.
pub async fn glance(hospital: &Hospital, dice: &mut Dice) {
    let cash: Vec<_> = hospital.told.cash.lock().clone().into_iter().collect();
    for _ in 0..SAMPLE.min(cash.len() as u64) {
        let (payment, receipt) = &cash[dice.below(cash.len() as u64) as usize];
        let shown = read(hospital, &format!("/api/receipts/{receipt}")).await;
        assert_eq!(
            (&shown.json["paymentId"], &shown.json["amount"]),
            (&payment.as_str().into(), &PRICE.into()),
            "{receipt}"
        );
    }
}

/// Every mobile attempt that was acknowledged ends with its money.
pub async fn all_attempts_are_paid(hospital: &Hospital) {
    let attempts = hospital.told.mobile.lock().clone();
    for payment in &attempts {
        hospital.admin.until(payment, "PAID").await;
    }
}

/// What the books came to.
pub struct Books {
    pub receipts: usize,
    pub cash: usize,
    pub mobile: usize,
}

/// Counts everything, from the reports of the days since `first_day`.
pub async fn everything(hospital: &Hospital, first_day: NaiveDate) -> Books {
    let mut lines = vec![];
    for day in first_day.iter_days().take_while(|day| *day <= Utc::now().date_naive()) {
        let report = read(hospital, &format!("/api/reports/financial/daily?date={day}")).await.json;
        let of_day = report["payments"].as_array().unwrap().clone();
        let sum: i64 = of_day.iter().map(amount).sum();
        assert_eq!((&report["totalAmount"], &report["totalAdvances"]), (&sum.into(), &0.into()));
        assert_eq!(report["totalPayments"], of_day.len());
        lines.extend(of_day);
    }
    let receipts: HashMap<String, String> =
        lines.iter().map(|line| (text(line, "paymentId"), text(line, "receiptNumber"))).collect();
    assert_eq!(receipts.len(), lines.len(), "no payment has two receipts");
    let prescriptions: HashSet<String> = lines.iter().map(|line| text(line, "prescriptionNumber")).collect();
    assert_eq!(prescriptions.len(), lines.len(), "no prescription is paid twice");
    assert!(lines.iter().all(|line| amount(line) == PRICE));
    without_hole(receipts.values());
    for (payment, receipt) in hospital.told.cash.lock().iter() {
        assert_eq!(receipts.get(payment), Some(receipt), "acknowledged payment {payment}");
    }
    for payment in hospital.told.mobile.lock().iter() {
        assert!(receipts.contains_key(payment), "acknowledged attempt {payment} has a receipt");
    }
    let cash = lines.iter().filter(|line| line["paymentMethod"] == "CASH").count();
    drawers(hospital, cash).await;
    Books { receipts: lines.len(), cash, mobile: lines.len() - cash }
}

/// Numbers of a year go 1..n.
fn without_hole<'a>(numbers: impl Iterator<Item = &'a String>) {
    let mut years: HashMap<&str, Vec<u64>> = HashMap::new();
    for number in numbers {
        let (series, nth) = number.rsplit_once('-').unwrap();
        years.entry(series).or_default().push(nth.parse().unwrap());
    }
    for (series, mut nths) in years {
        nths.sort_unstable();
        let wanted: Vec<u64> = (1..=nths.len() as u64).collect();
        assert_eq!(nths, wanted, "{series}");
    }
}

/// All drawers together hold their floats and what was taken in cash.
async fn drawers(hospital: &Hospital, cash: usize) {
    let tills = read(hospital, "/api/tills").await.json;
    let tills = tills.as_array().unwrap();
    let expected: i64 = tills.iter().map(|till| till["expected"].as_i64().unwrap()).sum();
    assert_eq!(expected, FLOAT * tills.len() as i64 + PRICE * cash as i64);
}

fn amount(line: &Value) -> i64 {
    line["amount"].as_i64().unwrap()
}

fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap().to_owned()
}
