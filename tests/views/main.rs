//! The read models: exactly once, in order, each stopping alone, and made anew to the same rows.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]

#[path = "../support/postgres.rs"]
mod postgres;

mod anew;
mod bill;
mod canary;
mod engines;
mod filling;
mod laws;
mod leases;
mod log;
mod poison;
mod rebuilt;

use domain::StreamId;
use log::{Log, Nobody, clock};
use quittance::{
    store::EventStore,
    views::{Batch, Skips, Views, compare, rebuild},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Tries until it is so, and not for ever.
pub async fn eventually<T>(what: &str, mut so: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = so().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The embedded models in a folder.
fn open(dir: &TempDir) -> (Views, Batch) {
    Views::open(dir.path()).unwrap()
}

/// What came in on the log's one day.
async fn taken(views: &Views) -> i64 {
    let day = "2026-11-24".parse().unwrap();
    views.fetch(projections::takings::of_day(day, None)).await.unwrap().iter().map(|t| t.amount()).sum()
}
