//! The command line, as somebody at a terminal meets it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    reason = "tests stop at the first surprise, and share words that not each of them uses"
)]

#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/lifecycle.rs"]
mod lifecycle;
#[path = "../support/past.rs"]
mod past;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/tampered.rs"]
mod tampered;

mod books;
mod explain;
mod help;
mod projector;
mod receipt;
mod replay;
mod serve;
mod settings;
mod verify;
