//! Black-box tests over HTTP: a real server on a free port, a simulated provider, no inside knowledge.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "../support/bill.rs"]
mod bill;
// Other suites use the same support; no suite uses all of it.
#[allow(dead_code, reason = "shared between suites")]
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/past.rs"]
mod past;
#[allow(dead_code, reason = "shared between suites")]
#[path = "../support/provider.rs"]
mod provider;
#[allow(dead_code, reason = "shared between suites")]
#[path = "../support/server.rs"]
mod server;

mod activity;
mod asking;
mod attempts;
mod authenticity;
mod callbacks;
mod coverage;
mod deposits;
mod deputies;
mod duplicata;
mod idempotency;
mod numbers;
mod outcomes;
mod parts;
mod payers;
mod payment;
mod performing;
mod privacy;
mod projectors;
mod reading;
mod rebuild;
mod refunds;
mod reliefs;
mod reports;
mod restarts;
mod scenarios;
mod stream;
mod tills;
mod transfers;
mod voids;
