//! Files that people take away, read by programs that we did not write: openpyxl, pikepdf, poppler.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;

mod changes;
mod comma;
mod excel;
mod explained;
mod failing;
mod pages;
mod paper;
mod reader;
mod sample;
mod sheet;
mod signed;
mod taking;
