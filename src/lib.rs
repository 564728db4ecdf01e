//! Quittance, a payment ledger for hospitals: the shell around `domain` and `projections`.

pub mod app;
pub mod background;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod copy;
pub mod execute;
pub mod exports;
pub mod failure;
pub mod follow;
pub mod generations;
pub mod heads;
pub mod http;
pub mod proof;
pub mod providers;
pub mod react;
pub mod recording;
pub mod reports;
pub mod secret;
pub mod serve;
pub mod settings;
pub mod simulate_provider;
pub mod store;
pub mod vault;
pub mod views;
