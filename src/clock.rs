//! The clock of commands and read models, and the hospital's calendar. The domain is told the time.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Tells the time and the business day.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    zone: Tz,
}

impl Clock {
    /// A clock for business days in `zone`.
    pub const fn new(zone: Tz) -> Self {
        Self { zone }
    }

    /// Now, to the microsecond: what the ledger keeps.
    pub fn now(self) -> DateTime<Utc> {
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// The business day of a moment: `[00:00, 24:00)` of the hospital's zone.
    pub fn day(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// Today.
    pub fn today(self) -> NaiveDate {
        self.day(self.now())
    }
}
