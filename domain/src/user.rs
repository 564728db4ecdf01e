//! A user: a person of the hospital with one role. Passwords live in the vault, never here.

use crate::{Refusal, event::facts};
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one user. Read by the read model `users`.
    Event {
        /// Written by `POST /api/users` and by the first start.
        Added = "user-added.v1",
        /// Written by `POST /api/users/{id}/disable`; the command ends the sessions after it.
        Disabled = "user-disabled.v1",
    }
}

/// A person may sign in from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Unique for ever.
    pub username: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// What the person may do.
    pub role: Role,
}

/// The person may not sign in any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// Users, catalogue, everything that is read.
    Admin,
    /// Takes money at a desk; sees his own takings.
    Cashier,
    /// Performs exams.
    Technician,
    /// Reads reports, keeps the books.
    Accountant,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Cashier, Self::Technician, Self::Accountant, Self::Auditor];

    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Cashier => "CASHIER",
            Self::Technician => "TECHNICIAN",
            Self::Accountant => "ACCOUNTANT",
            Self::Auditor => "AUDITOR",
        }
    }
}

/// What is true of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum User {
    /// Never added.
    #[default]
    Unknown,
    /// May sign in.
    Active(Added),
    /// May not.
    Disabled(Added),
}

impl User {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (event, self) {
            (Event::Added(added), _) => Self::Active(added.clone()),
            (Event::Disabled(_), Self::Active(who) | Self::Disabled(who)) => Self::Disabled(who),
            (Event::Disabled(_), Self::Unknown) => Self::Unknown,
        }
    }

    /// A new user.
    pub fn add(&self, added: Added) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Ok(vec![added.into()]),
            Self::Active(_) | Self::Disabled(_) => Err(Refusal::AlreadyThere { what: "user" }),
        }
    }

    /// Lock a user out. Told twice is an answer.
    pub fn disable(&self) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "user", id: String::new() }),
            Self::Active(_) => Ok(vec![Disabled {}.into()]),
            Self::Disabled(_) => Ok(vec![]),
        }
    }
}
