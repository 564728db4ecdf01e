//! All facts of the ledger, and how they are told apart on disk.
//!
//! A stored name carries its version (`payment-opened.v1`). Shapes are added, never edited; an
//! unknown name stops the reader: skipping a fact would make every balance a guess.

use crate::{
    callback, deposit, exam, patient, payer, payment, prescription, projector, receipt, refund, relief,
    report, till, user,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Declares the facts of one noun: the enum, the stored names, and the way to disk and back. A fact that
/// got another shape names its old one, `or "till-opened.v1" as OpenedV1`, which is upcast while reading.
macro_rules! facts {
    ($(#[$doc:meta])* $enum:ident {
        $($(#[$fact:meta])* $variant:ident = $name:literal $(or $old:literal as $shape:ident)?,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $enum {
            $($(#[$fact])* $variant($variant),)+
        }

        impl $enum {
            /// The stored names, with their versions.
            pub const NAMES: &[&str] = &[$($name),+];

            /// Names that are read for ever and written no more.
            pub const OLD_NAMES: &[&str] = &[$($($old,)?)+];

            /// The stored name of this fact.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }

            /// The fact as it is written.
            pub fn encode(&self) -> Vec<u8> {
                match self { $(Self::$variant(fact) => $crate::event::to_json(fact),)+ }
            }

            /// The fact as it was written, or nothing if the name is another noun's.
            pub fn decode(name: &str, body: &[u8]) -> Option<Result<Self, serde_json::Error>> {
                match name {
                    $($name => Some($crate::event::from_json(body).map(Self::$variant)),)+
                    $($($old => Some($crate::event::from_json::<$shape>(body).map(|old| Self::$variant(old.into()))),)?)+
                    _ => None,
                }
            }
        }

        $(impl From<$variant> for $enum {
            fn from(fact: $variant) -> Self { Self::$variant(fact) }
        })+
    };
}
pub(crate) use facts;

/// Facts hold text, integers and ids only: nothing of them can fail to become JSON.
pub(crate) fn to_json(fact: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(fact).unwrap_or_default()
}

pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}

macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident($module:ident),)+) => {
        /// One fact, in the past tense.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $noun($module::Event),)+
        }

        impl Event {
            /// The stored name with its version.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$noun(fact) => fact.name(),)+ }
            }

            /// The fact as it is written.
            pub fn encode(&self) -> Vec<u8> {
                match self { $(Self::$noun(fact) => fact.encode(),)+ }
            }

            /// The fact as it was written.
            pub fn decode(name: &str, body: &[u8]) -> Result<Self, Unreadable> {
                $(if let Some(read) = $module::Event::decode(name, body) {
                    return read.map(Self::$noun).map_err(|e| Unreadable::Shape(name.into(), e.to_string()));
                })+
                Err(Unreadable::UnknownName(name.to_owned()))
            }

            /// Every stored name there is.
            pub fn names() -> Vec<&'static str> {
                [$($module::Event::NAMES),+].concat()
            }

            /// Every stored name that is only read, because its fact has another shape now.
            pub fn old_names() -> Vec<&'static str> {
                [$($module::Event::OLD_NAMES),+].concat()
            }
        }

        $(impl From<$module::Event> for Event {
            fn from(fact: $module::Event) -> Self { Self::$noun(fact) }
        })+
    };
}

nouns! {
    /// Of a patient.
    Patient(patient),
    /// Of the catalogue.
    Exam(exam),
    /// Of a prescription.
    Prescription(prescription),
    /// Of a payment.
    Payment(payment),
    /// Of the receipt series.
    Receipt(receipt),
    /// Of a till, a desk, a cashier's seat.
    Till(till),
    /// Of a user.
    User(user),
    /// Of a callback that found no payment.
    Callback(callback),
    /// Of a projector that stood before an event.
    Projector(projector),
    /// Of money given back.
    Refund(refund),
    /// Of money on its way from a drawer to the bank.
    Deposit(deposit),
    /// Of somebody who pays for patients.
    Payer(payer),
    /// Of what a patient need not pay.
    Relief(relief),
    /// Of reports that were signed or taken away.
    Report(report),
}

/// A stored event that this program can't read. Readers stop here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Written by a newer program, or damaged.
    #[error("no fact is called {0}")]
    UnknownName(String),
    /// The name is known, the content isn't its shape.
    #[error("{0} has another shape: {1}")]
    Shape(String, String),
}

/// Who and why, stored beside each fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// A user's id, `provider:TMONEY`, or `quittance` itself.
    pub actor: String,
    /// The same for everything that one payment or request set going.
    pub correlation: Uuid,
    /// The event that made us write this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<Uuid>,
    /// The HTTP request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}
