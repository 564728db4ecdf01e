//! What must hold however the server ends: a kill, a signal, a disk that fails, files put back.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise, and share words that not each of them uses"
)]

#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/faults.rs"]
mod faults;
#[path = "../support/lifecycle.rs"]
mod lifecycle;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;

mod audit;
mod clock;
mod disk;
mod files;
mod hospital;
mod kill;
mod numbers;
mod space;
mod stop;
mod torn;

/// The long tests run one after the other: each wants the machine for itself.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
