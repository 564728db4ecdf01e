//! The read models: exactly once, in order, each stopping alone, and made anew to the same rows.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]

#[path = "../support/postgres.rs"]
mod postgres;

mod anew;
mod canary;
mod engines;
mod laws;
mod leases;
mod log;

use std::time::{Duration, Instant};

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
