//! What a projector is: one event in, statements out.

use crate::written;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Event, Meta, Sealed, StreamId, patient::Identity};
use uuid::Uuid;

/// A read model's writer.
pub trait Projector: Send + Sync {
    /// Its name in checkpoints, health and metrics.
    fn name(&self) -> &'static str;
    /// Raised when rows would come out otherwise than before: the model is then made anew.
    fn version(&self) -> i64;
    /// The tables it alone writes.
    fn tables(&self) -> &'static [&'static str];
    /// Makes those tables.
    fn schema(&self) -> &'static str;
    /// True where the changes hold names of patients: they must not stand in the log of a server.
    fn names_patients(&self) -> bool {
        false
    }
    /// True if its changes seek rows otherwise than by primary key: then its indexes must be there while
    /// it is filled. Those of all others can be made when the rows are there, which is faster.
    fn seeks_by_index(&self) -> bool {
        false
    }
    /// The changes that one event makes; none for events that don't concern it.
    fn project(&self, seen: &Seen<'_>, people: &dyn Identities) -> Vec<Change>;
}

/// Opens sealed identities while their keys exist.
pub trait Identities {
    /// Nothing for an erased patient.
    fn identity(&self, sealed: &Sealed) -> Option<Identity>;
}

/// One event as a projector sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its place in the log.
    pub position: u64,
    /// Its stream.
    pub stream: &'a StreamId,
    /// Its place in the stream.
    pub revision: u64,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The business day of that moment.
    pub day: NaiveDate,
    /// Who and why.
    pub meta: &'a Meta,
    /// The fact.
    pub event: &'a Event,
}

impl Seen<'_> {
    /// The id in the stream's name: `payment-{id}`.
    pub fn id(&self) -> Uuid {
        let name = self.stream.as_str();
        name.split_once('-').and_then(|(_, id)| id.parse().ok()).unwrap_or_default()
    }
}

/// One statement with `$1`, `$2`... in the order of their first use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Static text: it is prepared once.
    pub sql: &'static str,
    /// For `$1`, `$2`...
    pub args: Vec<Value>,
}

impl Change {
    /// A statement and its arguments.
    pub fn new<const N: usize>(sql: &'static str, args: [Value; N]) -> Self {
        Self { sql, args: args.into() }
    }
}

/// A value of a row; times are text in RFC 3339 with microseconds, days are `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Absent.
    Null,
    /// Francs, counts, positions.
    Int(i64),
    /// Names, codes, ids, times.
    Text(String),
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}
impl From<u64> for Value {
    fn from(int: u64) -> Self {
        // Positions and revisions: 2^63 events are beyond any ledger.
        Self::Int(i64::try_from(int).unwrap_or(i64::MAX))
    }
}
impl From<domain::Money> for Value {
    fn from(money: domain::Money) -> Self {
        Self::Int(money.francs())
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(written::id(id))
    }
}
impl From<NaiveDate> for Value {
    fn from(day: NaiveDate) -> Self {
        Self::Text(written::day(day))
    }
}
impl From<DateTime<Utc>> for Value {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Text(written::time(at))
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
macro_rules! value_of_id {
    ($($id:ident),+) => {$(
        impl From<domain::$id> for Value {
            fn from(id: domain::$id) -> Self {
                Self::from(id.0)
            }
        }
    )+};
}
value_of_id!(
    DepositId,
    ExamId,
    PatientId,
    PaymentId,
    PrescriptionId,
    RefundId,
    ReliefId,
    TillId,
    TransferId,
    UserId
);
