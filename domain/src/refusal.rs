//! What the domain refuses, as values with data. The sentence for people is made at the edge.

use crate::{Money, PaymentId, TillId, TransferId};

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
    /// More figures than one fact holds.
    ReportTooLong,
    /// A price that is not the catalogue's, from one who may not set prices.
    PriceNotListed {
        /// The exam's id.
        exam: String,
        /// The catalogue's.
        listed: Money,
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
    /// Less cash than is to be paid.
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
    /// The session is over; another one is a new session.
    TillClosed,
    /// Only a till that was counted is signed.
    TillOpen,
    /// More than must lie in the drawer; how much that is stays unsaid (rule 18).
    DrawerTooSmall,
    /// A drawer can't send to itself.
    SameTill,
    /// Cash that was sent is not accepted yet: neither drawer holds it.
    TransferWaits {
        /// Which.
        transfer: TransferId,
    },
    /// More than what is due.
    MoreThanDue {
        /// How much that is.
        due: Money,
    },
    /// An insurer's part is fixed before any money comes.
    TooLateToCover,
    /// A coverage on which somebody has relied is not withdrawn any more.
    TooLateToWithdraw {
        /// `paid`, `exam`.
        why: &'static str,
    },
    /// The payer has no rate in force for any of the exams.
    NothingCovered,
    /// A validity that ends before its first day.
    EndsBeforeItBegins,
    /// The patient's part is not covered (rule 5).
    NotReleased {
        /// What is still due.
        due: Money,
    },
    /// Another technician is at it.
    ExamTaken,
    /// Nobody has begun with it.
    ExamNotStarted,
    /// It is done.
    ExamDone,
    /// Refunds of a payment never exceed it (rule 7).
    MoreThanReceived {
        /// What is left of it.
        left: Money,
    },
    /// A void takes back all of a payment.
    VoidIsForAll,
    /// Too late for a void, or not cash (rule 11).
    OnlyRefund {
        /// `mobile`, `exam`, `session`.
        why: &'static str,
    },
    /// No second person has agreed yet.
    NotApproved,
    /// It was decided, and is not decided again.
    AlreadyDecided,
    /// Money that goes back by mobile money has the provider's reference.
    NoProviderReference,
    /// Cash goes back out of a drawer: there is no provider.
    CashHasNoReference,
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
