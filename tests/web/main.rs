//! The screens as black box: HTML over HTTP, without a browser and without script.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    reason = "tests stop at the first surprise; each of them uses another part of the support"
)]

#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/server.rs"]
mod server;

mod browser;
mod cash;
mod dashboard;
mod login;
mod mobile_money;
mod origins;
mod performing;
mod receipts;
mod session;
mod users;
mod weights;
mod work_items;
