//! Which days somebody asks for.

use super::super::{problem::Problem, server::State, text};
use chrono::NaiveDate;
use projections::takings::Period;
use serde::Deserialize;

/// No report covers more days: a leap year.
const MOST: i64 = 366;

/// Which days.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Which {
    /// `YYYY-MM-DD`, or a moment of that day (RFC 3339) as the seed's client sends it; today if absent.
    pub date: Option<String>,
    /// The first day, instead of `date`.
    pub start_date: Option<String>,
    /// The last day; it is in the report.
    pub end_date: Option<String>,
}

impl Which {
    /// One day.
    pub fn day(&self, state: &State) -> Result<NaiveDate, Problem> {
        match (&self.date, &self.start_date, &self.end_date) {
            (None, None, None) => Ok(state.app.clock.today()),
            (Some(date), None, None) => text::day("/date", Some(date), state.app.clock),
            _ => Err(Problem::invalid("/startDate", "Ce rapport porte sur un seul jour. Indiquez date.")),
        }
    }

    /// Today, for what has no past: what is owed is known as it is now.
    pub fn now(&self, state: &State) -> Result<Period, Problem> {
        let today = state.app.clock.today();
        let today = Period { from: today, to: today };
        let asks_nothing = self.date.is_none() && self.start_date.is_none() && self.end_date.is_none();
        if asks_nothing || self.period(state)? == today {
            return Ok(today);
        }
        let detail = "Les restes à recouvrer n’existent qu’à cet instant. Demandez-les sans date ; signez-les chaque \
                      jour pour garder la trace d’un jour passé.";
        Err(Problem::invalid("/date", detail))
    }

    /// Several days: from and to, or one `date`.
    pub fn period(&self, state: &State) -> Result<Period, Problem> {
        let (from, to) = match (&self.date, &self.start_date, &self.end_date) {
            (Some(date), None, None) => {
                let day = text::day("/date", Some(date), state.app.clock)?;
                (day, day)
            }
            (None, Some(from), Some(to)) => (
                text::day("/startDate", Some(from), state.app.clock)?,
                text::day("/endDate", Some(to), state.app.clock)?,
            ),
            (None, None, Some(_)) => return Err(missing("/startDate")),
            (None, _, None) => return Err(missing("/endDate")),
            (Some(_), _, _) => {
                return Err(Problem::invalid("/date", "Indiquez soit date, soit startDate et endDate."));
            }
        };
        if to < from {
            return Err(Problem::invalid("/endDate", "Le dernier jour précède le premier."));
        }
        if (to - from).num_days() >= MOST {
            return Err(Problem::invalid("/endDate", "Un rapport couvre au plus 366 jours."));
        }
        Ok(Period { from, to })
    }
}

fn missing(pointer: &str) -> Problem {
    Problem::invalid(pointer, "Indiquez le premier et le dernier jour : startDate et endDate.")
}
