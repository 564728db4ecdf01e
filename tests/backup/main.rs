//! What is taken away can be brought back: backups, restores, the continuous copy.

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
#[path = "../durability/hospital.rs"]
mod hospital;
#[path = "../support/lifecycle.rs"]
mod lifecycle;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;

mod books;
mod copy;
mod load;
mod refusals;
mod restore;
mod segments;
