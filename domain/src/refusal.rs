//! What the domain refuses, as values with data. The sentence for people is made at the edge.

use crate::{Money, PaymentId, TillId};

/// A command that the rules do not allow now. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing of that kind has this id.
    NotFound {
        /// The noun.
        what: &'static str,
        /// As asked for.
        id: String,
    },
    /// It exists and can't be made again.
    AlreadyThere {
        /// The noun.
        what: &'static str,
    },
    /// 0 francs are no price, no payment, no receipt (rules 1 and 4).
    ZeroAmount {
        /// The field.
        what: &'static str,
    },
    /// A sum left the range of amounts (rule 1).
    AmountTooLarge,
    /// A prescription needs at least one line, and at most a hundred.
    LineCount {
        /// How many were given.
        lines: usize,
    },
    /// The exam has no price in force on that day and none was given.
    NoPriceInForce {
        /// The exam's id.
        exam: String,
    },
    /// The patient was erased: no new business in his name.
    PatientErased,
    /// Nothing is due on this prescription any more.
    AlreadyPaid,
    /// A mobile attempt waits for its outcome; abandon it first (rule 35).
    AttemptLive {
        /// The attempt.
        payment: PaymentId,
    },
    /// Less cash than is due; partial cash comes with its own command.
    TenderedTooLittle {
        /// What is due.
        due: Money,
        /// What was given.
        tendered: Money,
    },
    /// No cash event outside a session (rule 16).
    NoTillOpen,
    /// One open session per desk and per cashier (rule 16).
    TillAlreadyOpen {
        /// The one that stands open.
        till: TillId,
        /// True if it is the desk that is taken, false if it is the cashier.
        desk: bool,
    },
    /// The payment's stage does not allow that.
    NotNow {
        /// What was asked.
        ask: &'static str,
        /// How far the payment is.
        stage: &'static str,
    },
    /// A projector stands before another event than the one named, or before none.
    StandsElsewhere {
        /// Where.
        at: Option<u64>,
    },
    /// Only the cashier of that till may do that; or the second opinion must be another person's.
    NotYours,
}
