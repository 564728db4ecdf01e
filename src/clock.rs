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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_day_ends_with_its_last_microsecond_and_the_next_begins_at_midnight() {
        let clock = Clock::new(chrono_tz::Africa::Lome);
        let days = ["2026-11-27T23:59:59.999Z", "2026-11-27T23:59:59.999999Z", "2026-11-28T00:00:00.000Z"]
            .map(|text| clock.day(at(text)).to_string());
        assert_eq!(days, ["2026-11-27", "2026-11-27", "2026-11-28"]);
    }

    #[test]
    fn a_day_is_the_hospitals_own_and_not_that_of_the_machine() {
        let lagos = Clock::new(chrono_tz::Africa::Lagos);
        assert_eq!(lagos.day(at("2026-11-27T23:30:00Z")).to_string(), "2026-11-28");
        assert_eq!(lagos.begins(lagos.day(at("2026-11-27T23:30:00Z"))), at("2026-11-27T23:00:00Z"));
    }

    #[test]
    fn a_day_without_a_midnight_begins_an_hour_later() {
        // Clocks in Beirut went from 0:00 to 1:00 on this day.
        let beirut = Clock::new(chrono_tz::Asia::Beirut);
        let day = NaiveDate::from_ymd_opt(2024, 3, 31).expect("a day");
        assert_eq!(beirut.day(beirut.begins(day)), day);
        assert_eq!(beirut.day(beirut.begins(day) - Duration::microseconds(1)).to_string(), "2024-03-30");
    }
}
