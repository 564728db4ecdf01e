//! The rules of the ledger: what can be true, what may be asked, what lies on disk.
//!
//! Each noun is one module in three parts: state, events and `evolve` (cannot fail); commands,
//! refusals and `decide` (synchronous and total); the shapes on disk. Nothing here waits, reads a
//! clock, draws a random number or touches the outside: now, ids and prices arrive in the command.
//! Rules are numbered after `docs/RULES.md`.
#![deny(clippy::float_arithmetic)]

pub mod callback;
pub mod cash;
pub mod deposit;
pub mod entry;
pub mod event;
pub mod exam;
pub mod id;
pub mod money;
pub mod movement;
pub mod patient;
pub mod payer;
pub mod payment;
pub mod phone;
pub mod prescription;
pub mod projector;
pub mod receipt;
pub mod refund;
pub mod refusal;
pub mod relief;
pub mod report;
pub mod sealed;
pub mod settlement;
pub mod stream;
pub mod till;
pub mod user;

pub use event::{Event, Meta};
pub use id::{
    DepositId, ExamId, PatientId, PaymentId, PrescriptionId, RefundId, ReliefId, TillId, TransferId, UserId,
};
pub use money::Money;
pub use phone::{Msisdn, Wallet};
pub use refusal::Refusal;
pub use sealed::Sealed;
pub use stream::StreamId;
