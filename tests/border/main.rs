//! What must never pass the border, in or out: names and secrets, bad input, the wrong role, floods.
//!
//! Black box over HTTP, and over the bytes of the files that the server leaves behind.

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

mod bad_amounts;
mod bad_bodies;
mod bad_headers;
mod bad_paths;
mod callbacks;
mod contract;
mod erasure;
mod fuzz;
mod limits;
mod privacy;
mod problems;
mod roles;
mod search;
mod sessions;
