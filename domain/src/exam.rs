//! The exam catalogue, with prices in force from a day on.

use crate::{Money, Refusal, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one exam of the catalogue. Read by the read model `exams`.
    Event {
        /// Written by `POST /api/exams`.
        Listed = "exam-listed.v1",
        /// Written by `POST /api/exams/{id}/prices`.
        Priced = "exam-priced.v1",
    }
}

/// An exam can be prescribed from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The hospital's code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The service that performs it.
    pub category: String,
}

/// The exam has a price from a day on, until a later day has another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// Whole francs, never 0.
    pub price: Money,
    /// The first day on which it is asked for.
    pub from: NaiveDate,
}

/// What is true of an exam.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exam {
    /// Not in the catalogue.
    #[default]
    Unknown,
    /// In the catalogue.
    Listed {
        /// In the order they were given; of two for one day the later counts.
        prices: Vec<Priced>,
    },
}

impl Exam {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Unknown, Event::Listed(_)) => Self::Listed { prices: vec![] },
            (Self::Unknown, Event::Priced(priced)) => Self::Listed { prices: vec![priced.clone()] },
            (Self::Listed { prices }, Event::Listed(_)) => Self::Listed { prices },
            (Self::Listed { mut prices }, Event::Priced(priced)) => {
                prices.push(priced.clone());
                Self::Listed { prices }
            }
        }
    }

    /// The price in force on `day`, if the exam has one.
    pub fn price_on(&self, day: NaiveDate) -> Option<Money> {
        match self {
            Self::Unknown => None,
            Self::Listed { prices } => {
                let in_force = prices.iter().filter(|priced| priced.from <= day);
                in_force.max_by_key(|priced| priced.from).map(|priced| priced.price)
            }
        }
    }

    /// A new exam with its first price.
    pub fn list(&self, listed: Listed, priced: Priced) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown if priced.price.is_zero() => Err(Refusal::ZeroAmount { what: "price" }),
            Self::Unknown => Ok(vec![listed.into(), priced.into()]),
            Self::Listed { .. } => Err(Refusal::AlreadyThere { what: "exam" }),
        }
    }

    /// Another price from a day on.
    pub fn price(&self, priced: Priced) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "exam", id: String::new() }),
            Self::Listed { .. } if priced.price.is_zero() => Err(Refusal::ZeroAmount { what: "price" }),
            Self::Listed { .. } => Ok(vec![priced.into()]),
        }
    }
}
