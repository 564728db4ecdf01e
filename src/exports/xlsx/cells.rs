//! One value into one cell, within what a spreadsheet can hold.

use super::formats::{Formats, Place};
use crate::exports::{Cell, Column, Kind, text};
use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};
use std::borrow::Cow;

/// The longest text of a cell, counted as Excel counts: in UTF-16.
const LONGEST: usize = 32_767;

/// A spreadsheet keeps fifteen digits; beyond, a figure is written as words rather than rounded.
const LARGEST: u64 = 999_999_999_999_999;

/// Puts `cell` there. Words stay words, whatever they begin with.
pub fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    (place, kind): (Place, Kind),
    formats: &Formats,
) -> Result<(), XlsxError> {
    let format = formats.of(place, cell, kind);
    match cell {
        Cell::Empty => _ = sheet.write_blank(row, column, format)?,
        Cell::Text(words) => put_words(sheet, (row, column), words, format)?,
        Cell::Money(number) | Cell::Count(number) => match exact(*number) {
            Some(figure) => _ = sheet.write_number_with_format(row, column, figure, format)?,
            None => put_words(sheet, (row, column), &text::figure(*number), format)?,
        },
        Cell::Day(day) if is_sheet_day(*day) => {
            sheet.write_date_with_format(row, column, day, format)?;
        }
        Cell::Moment(at) if is_sheet_day(at.date()) => {
            sheet.write_datetime_with_format(row, column, at, format)?;
        }
        Cell::Day(_) | Cell::Moment(_) => {
            put_words(sheet, (row, column), &text::shown(cell, Kind::Moment), format)?;
        }
    }
    Ok(())
}

/// Puts words there, on one line and cut to what a cell holds.
pub fn put_words(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    words: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, column, fitted(words), format)?;
    Ok(())
}

/// The headings of a table.
pub fn put_headings(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column],
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (index, column) in (0..).zip(columns) {
        let format = &formats.heading[usize::from(column.kind.is_figure())];
        put_words(sheet, (row, index), &column.title, format)?;
    }
    Ok(())
}

/// The figure as a spreadsheet's number, if it is held exactly.
#[expect(clippy::cast_precision_loss, reason = "fifteen digits fit")]
fn exact(figure: i64) -> Option<f64> {
    (figure.unsigned_abs() <= LARGEST).then_some(figure as f64)
}

/// The days of a spreadsheet begin in 1900, and its years have four digits.
fn is_sheet_day(day: NaiveDate) -> bool {
    (1900..=9999).contains(&day.year())
}

fn fitted(words: &str) -> Cow<'_, str> {
    let mut words = text::plain(words);
    let mut room = LONGEST;
    let cut = words.char_indices().find_map(|(at, letter)| match room.checked_sub(letter.len_utf16()) {
        Some(left) => {
            room = left;
            None
        }
        None => Some(at),
    });
    if let Some(at) = cut {
        words.to_mut().truncate(at);
    }
    words
}
