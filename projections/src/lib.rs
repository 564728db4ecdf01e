//! Read models: event in, rows changed; and the queries over them.
//!
//! A projector is a pure function from one event to SQL statements. It never decides, never speaks
//! HTTP, never waits; whoever runs it applies the statements and moves the checkpoint in one
//! transaction. The same text serves SQLite and PostgreSQL. Each file is one read model: what it
//! answers, the table it owns (`migrations/views`), its projector, its queries.

pub mod activity;
pub mod balances;
pub mod deposits;
pub mod duplicata;
pub mod exams;
pub mod patients;
pub mod payers;
pub mod payments;
pub mod prescriptions;
pub mod projector;
pub mod query;
pub mod receipts;
pub mod refunds;
pub mod reliefs;
pub mod reports;
pub mod takings;
pub mod tills;
pub mod transfers;
pub mod users;
pub mod work_items;

mod written;

pub use projector::{Change, Identities, Projector, Seen, Value};
pub use query::{Misread, Query, Row};

/// Every projector, in the order in which they are run.
pub const ALL: [&dyn Projector; 18] = [
    &users::Users,
    &patients::Patients,
    &exams::Exams,
    &prescriptions::Prescriptions,
    &payments::Payments,
    &receipts::Receipts,
    &duplicata::Duplicata,
    &refunds::Refunds,
    &takings::Takings,
    &balances::Balances,
    &reports::Reports,
    &tills::Tills,
    &transfers::Transfers,
    &deposits::Deposits,
    &work_items::WorkItems,
    &payers::Payers,
    &reliefs::Reliefs,
    &activity::Activity,
];
