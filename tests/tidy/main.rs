//! The architecture and the house rules, read from the repository; each message names the fix.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]

mod contract;
mod documents;
mod layers;
mod licences;
mod repository;
mod sources;
