//! Reports that somebody signed or took away: which figures, as of which position, and their hash.
//!
//! A signed report never changes: what happens later is dated later. Should a figure of a past day ever
//! differ, the position says from where on to look for what changed it.

use crate::{UserId, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to the reports of one kind and period. Read by the read model `reports`.
    Event {
        /// Written by `POST /api/reports/sign`.
        Signed = "report-signed.v1",
        /// Written by `GET /api/reports/export/{format}`, once all of it is made.
        Exported = "report-exported.v1",
    }
}

/// Which report: its name and the days it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Such as `daily`.
    pub name: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What else was asked for: one category, one cashier's id.
    pub of: Option<String>,
}

/// Somebody answers for these figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Which report.
    pub scope: Scope,
    /// It reflects the ledger up to here.
    pub position: u64,
    /// Of the report's canonical bytes, in hexadecimal digits.
    pub sha256: String,
    /// The bytes themselves: totals, and no name of a patient.
    pub report: String,
    /// Who.
    pub by: UserId,
}

/// Somebody took a file away (rule 48).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Which report.
    pub scope: Scope,
    /// `xlsx`, `pdf`, `csv`.
    pub format: String,
    /// It reflects the ledger up to here.
    pub position: u64,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
    /// Who.
    pub by: UserId,
}
