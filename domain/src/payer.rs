//! Somebody who pays for patients: INAM, CNSS (the AMU), an employer. Rates are in force for a while.

use crate::{ExamId, Money, Refusal, event::facts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

facts! {
    /// What happened to one payer. Read by the read model `payers`.
    Event {
        /// Written by `POST /api/payers`.
        Listed = "payer-listed.v1",
        /// Written by `POST /api/payers/{code}/rates`.
        Rated = "payer-rated.v1",
    }
}

/// A payer may bear parts from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Capital letters and digits, such as `INAM`.
    pub code: String,
    /// What people call him.
    pub name: String,
}

/// He bears that much of one exam, or of all that have no rate of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// Which; all others if none is named.
    pub exam: Option<ExamId>,
    /// Of the price.
    pub rate: Rate,
    /// The first day.
    pub from: NaiveDate,
    /// The last day; open if absent.
    pub to: Option<NaiveDate>,
}

/// Whole percents, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8")]
pub struct Rate(u8);

/// More than everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a whole number of percents from 0 to 100")]
pub struct NotARate;

impl Rate {
    /// The payer's part of a price, rounded down to whole francs: the patient's part is the rest (rule 3).
    pub const fn of(self, price: Money) -> Money {
        // 10^12 francs times 100 are far below 2^63.
        match Money::new(price.francs() * (self.0 as i64) / 100) {
            Ok(part) => part,
            Err(_) => Money::ZERO,
        }
    }

    /// Percents.
    pub const fn percents(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Rate {
    type Error = NotARate;
    fn try_from(percents: u8) -> Result<Self, NotARate> {
        if percents <= 100 { Ok(Self(percents)) } else { Err(NotARate) }
    }
}

/// What is true of a payer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Payer {
    /// Never listed.
    #[default]
    Unknown,
    /// Bears parts.
    Listed {
        /// In the order they were given; of two for one exam and day the later counts.
        rates: Vec<Rated>,
    },
}

impl Payer {
    /// The state after one more fact.
    pub fn evolve(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Unknown, Event::Listed(_)) => Self::Listed { rates: vec![] },
            (Self::Unknown, Event::Rated(rated)) => Self::Listed { rates: vec![rated.clone()] },
            (Self::Listed { rates }, Event::Listed(_)) => Self::Listed { rates },
            (Self::Listed { mut rates }, Event::Rated(rated)) => {
                rates.push(rated.clone());
                Self::Listed { rates }
            }
        }
    }

    /// His rate for an exam on a day: that of the exam itself before the one for all others.
    pub fn rate_on(&self, exam: ExamId, day: NaiveDate) -> Option<Rate> {
        let Self::Listed { rates } = self else { return None };
        let in_force = |rated: &&Rated| rated.from <= day && rated.to.is_none_or(|to| day <= to);
        let of = |wanted: Option<ExamId>| rates.iter().filter(in_force).rfind(|rated| rated.exam == wanted);
        of(Some(exam)).or_else(|| of(None)).map(|rated| rated.rate)
    }

    /// A new payer.
    pub fn list(&self, listed: Listed) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Ok(vec![listed.into()]),
            Self::Listed { .. } => Err(Refusal::AlreadyThere { what: "payer" }),
        }
    }

    /// Another rate.
    pub fn rate(&self, rated: Rated) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Unknown => Err(Refusal::NotFound { what: "payer", id: String::new() }),
            Self::Listed { .. } if rated.to.is_some_and(|to| to < rated.from) => {
                Err(Refusal::EndsBeforeItBegins)
            }
            Self::Listed { .. } => Ok(vec![rated.into()]),
        }
    }
}
