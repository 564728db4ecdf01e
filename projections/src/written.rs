//! Times, days and ids as text, digit by digit: a rebuild writes some ten of them for each event.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Timelike, Utc};
use uuid::Uuid;

/// RFC 3339 with microseconds.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    let (Ok(year), micros) = (u32::try_from(at.year()), at.nanosecond() / 1_000) else {
        return at.to_rfc3339_opts(SecondsFormat::Micros, true);
    };
    // A leap second, or a year of five digits: once in a lifetime, so the library may do it.
    if year > 9_999 || micros > 999_999 {
        return at.to_rfc3339_opts(SecondsFormat::Micros, true);
    }
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    date(&mut text, year, at.month(), at.day());
    digits(&mut text[11..13], at.hour());
    digits(&mut text[14..16], at.minute());
    digits(&mut text[17..19], at.second());
    digits(&mut text[20..26], micros);
    ascii(&text)
}

/// `YYYY-MM-DD`.
pub(crate) fn day(day: NaiveDate) -> String {
    match u32::try_from(day.year()) {
        Ok(year @ 0..=9_999) => {
            let mut text = *b"0000-00-00";
            date(&mut text, year, day.month(), day.day());
            ascii(&text)
        }
        _ => day.to_string(),
    }
}

/// An id with its dashes.
pub(crate) fn id(id: Uuid) -> String {
    id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned()
}

fn date(text: &mut [u8], year: u32, month: u32, day: u32) {
    digits(&mut text[0..4], year);
    digits(&mut text[5..7], month);
    digits(&mut text[8..10], day);
}

fn digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        // Below ten: it fits.
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn ascii(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_the_library_writes() {
        for micros in [
            0,
            1,
            951_782_399_999_999,
            951_868_800_000_000,
            1_795_571_538_018_112,
            -1,
            253_402_300_800_000_000,
        ] {
            let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
            assert_eq!(time(at), at.to_rfc3339_opts(SecondsFormat::Micros, true));
            assert_eq!(day(at.date_naive()), at.date_naive().to_string());
        }
        let leap: DateTime<Utc> = "2016-12-31T23:59:60.5Z".parse().unwrap_or_default();
        assert_eq!(time(leap), leap.to_rfc3339_opts(SecondsFormat::Micros, true));
        let some = Uuid::from_u128(0x0199_0a0b_0c0d_7e0f_8a0b_0c0d_0e0f_1011);
        assert_eq!(id(some), some.to_string());
    }
}
