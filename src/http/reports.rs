//! `/api/reports`: what moved in a period, as data. A file for each kind; `which` reads the period.

pub mod activity;
pub mod blind;
pub mod books;
pub mod daily;
pub mod explain;
pub mod export;
pub mod others;
pub mod period;
pub mod signed;

mod lines;
mod making;
mod sending;
mod which;

pub use making::Exports;
pub use which::Which;
