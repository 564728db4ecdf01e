//! How a value is written: words kept on one line, figures and days as they are read in French.

use super::{CURRENCY, Cell, Kind};
use chrono::{NaiveDate, NaiveDateTime};
use std::borrow::Cow;

/// The narrow no-break space: between thousands, and before `;:!?`.
pub const THIN: char = '\u{202F}';

/// The words on one line: a run of tabs and line breaks becomes one space, and what no file can carry
/// (control characters, noncharacters) is left out.
pub fn plain(words: &str) -> Cow<'_, str> {
    if !words.chars().any(|letter| is_break(letter) || is_barred(letter)) {
        return Cow::Borrowed(words);
    }
    let mut line = String::with_capacity(words.len());
    let mut broken = false;
    for letter in words.chars() {
        if is_break(letter) {
            if !broken {
                line.push(' ');
            }
            broken = true;
        } else if !is_barred(letter) {
            line.push(letter);
            broken = false;
        }
    }
    Cow::Owned(line)
}

/// A whole number with its thousands apart.
pub fn figure(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    if number < 0 {
        text.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// A day: 26/11/2026.
pub fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// A moment of a day: 14:05.
pub fn time(moment: NaiveDateTime) -> String {
    moment.format("%H:%M").to_string()
}

/// A moment with its day: 26/11/2026 à 14:05.
pub fn moment(moment: NaiveDateTime) -> String {
    moment.format("%d/%m/%Y à %H:%M").to_string()
}

/// A cell of a column of that kind, as it stands on paper.
pub fn shown(cell: &Cell, kind: Kind) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(words) => plain(words),
        Cell::Money(number) | Cell::Count(number) => Cow::Owned(figure(*number)),
        Cell::Day(date) => Cow::Owned(day(*date)),
        Cell::Moment(at) if kind == Kind::Time => Cow::Owned(time(*at)),
        Cell::Moment(at) => Cow::Owned(at.format("%d/%m/%Y %H:%M").to_string()),
    }
}

/// A value that stands alone, so money names its currency.
pub fn alone(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Money(number) => Cow::Owned(format!("{}\u{A0}{CURRENCY}", figure(*number))),
        Cell::Moment(at) => Cow::Owned(moment(*at)),
        Cell::Empty | Cell::Text(_) | Cell::Count(_) | Cell::Day(_) => shown(cell, Kind::Text),
    }
}

/// Tabs, and all that Unicode calls the end of a line.
fn is_break(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Neither XML nor a PDF string has a place for these.
fn is_barred(letter: char) -> bool {
    letter.is_control() || letter == '\u{FEFF}' || u32::from(letter) & 0xFFFE == 0xFFFE
}
