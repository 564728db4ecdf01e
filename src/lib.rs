//! Quittance, a payment ledger for hospitals: the shell around `domain` and `projections`.

pub mod proof;
pub mod store;
pub mod vault;
