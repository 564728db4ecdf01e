//! The rules of the ledger, in sentences: given a history, when somebody asks, then these facts.
//!
//! `support` has the grammar, `examples` the people and the sums, `laws` what holds for any history,
//! `golden` and `events_doc` the shapes on disk, `purity` what the domain may not reach for.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod amount_rule;
mod bill;
mod cash;
mod closing;
mod count;
mod coverage;
mod deposit;
mod drawers;
mod duplicates;
mod entry;
mod events_doc;
mod every_fact;
mod exam;
mod examples;
mod giving_back;
mod golden;
mod late_money;
mod laws;
mod money;
mod movement;
mod partial;
mod patient;
mod payer;
mod performing;
mod phone;
mod prescription;
mod purity;
mod receipt;
mod refund;
mod relief;
mod review;
mod stream;
mod support;
mod till;
mod transfer;
mod transitions;
mod upcast;
mod user;
mod world;
