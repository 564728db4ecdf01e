//! Quittance, a payment ledger for hospitals: the shell around `domain` and `projections`.

pub mod providers;
pub mod secret;
pub mod simulate_provider;
pub mod store;
