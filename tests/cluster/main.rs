//! Several server processes on one PostgreSQL: whatever dies, no acknowledged payment is lost or doubled.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise, and share words that not each of them uses"
)]

#[path = "../durability/audit.rs"]
mod audit;
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/door.rs"]
mod door;
#[path = "../durability/hospital.rs"]
mod hospital;
#[path = "../support/lifecycle.rs"]
mod lifecycle;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;

mod chaos;
mod drill;
mod outages;
mod pair;
mod rebuild;
mod standby;

/// The tests run one after the other: each wants the machine for itself.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
