//! The rules of the ledger: what can be true, what may be asked, what lies on disk.
#![deny(clippy::float_arithmetic)]

pub mod id;
pub mod money;
pub mod phone;
pub mod sealed;
pub mod stream;

pub use id::{ExamId, PatientId, PaymentId, PrescriptionId, TillId, UserId};
pub use money::Money;
pub use phone::{Msisdn, Wallet};
pub use sealed::Sealed;
pub use stream::StreamId;
