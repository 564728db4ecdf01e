//! Black-box tests over HTTP: a real server on a free port, a simulated provider, no inside knowledge.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/server.rs"]
mod server;

mod payment;
