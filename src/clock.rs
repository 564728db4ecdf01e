//! The clock of commands and read models, and the hospital's calendar. The domain is told the time.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveTime, Utc};
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

    /// When a business day begins.
    pub fn begins(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        match midnight.and_local_timezone(self.zone).earliest() {
            Some(begins) => begins.with_timezone(&Utc),
            // Where clocks are set forward over midnight there is none; an hour later there is.
            None => (midnight + Duration::hours(1))
                .and_local_timezone(self.zone)
                .earliest()
                .map_or(midnight.and_utc(), |begins| begins.with_timezone(&Utc)),
        }
    }

    /// A moment as the clocks of the hospital show it.
    pub fn local(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.zone).fixed_offset()
    }

    /// Today.
    pub fn today(self) -> NaiveDate {
        self.day(self.now())
    }
}
