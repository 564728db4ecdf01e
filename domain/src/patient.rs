//! A patient: known by a sealed identity, until he is erased.

use crate::{PatientId, Refusal, Sealed, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one patient. Read by the read model `patients`.
    Event {
        /// Written by `POST /api/patients`.
        Registered = "patient-registered.v1",
        /// Written by `DELETE /api/patients/{id}`; the command destroys the key after it, and a start
        /// finishes what was cut off between the two.
        Erased = "patient-erased.v1",
    }
}

/// A patient is known from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// An [`Identity`], readable with this patient's key alone.
    pub identity: Sealed,
}

/// The patient asked to be forgotten: the money stays, the person goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {}

/// Who a patient is; never stored but sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// For telling two of one name apart.
    #[serde(default)]
    pub birth_date: Option<NaiveDate>,
    /// `+228...`
    #[serde(default)]
    pub phone: Option<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(••)")
    }
}

/// What is true of a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patient {
    /// Never registered.
    #[default]
    Unknown,
    /// Registered and readable.
    Known,
    /// Forgotten.
    Erased,
}

impl Patient {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match event {
            Event::Registered(_) => Self::Known,
            Event::Erased(_) => Self::Erased,
        }
    }

    /// A new patient.
    pub fn register(&self, identity: Sealed) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Ok(vec![Registered { identity }.into()]),
            Self::Known | Self::Erased => Err(Refusal::AlreadyThere { what: "patient" }),
        }
    }

    /// Forget the person. Told twice is an answer.
    pub fn erase(&self, id: PatientId) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "patient", id: id.to_string() }),
            Self::Known => Ok(vec![Erased {}.into()]),
            Self::Erased => Ok(vec![]),
        }
    }
}
