//! The sheets of the long list: headings that stay in sight, a filter, and TOTAL two lines below.

use super::cells::{put, put_headings};
use super::formats::{Formats, Place};
use super::{guarded, summary};
use crate::exports::rows::{Error, Pull};
use crate::exports::{Cell, Column, Document, Kind};
use rust_xlsxwriter::{Formula, IgnoreError, Workbook, Worksheet, XlsxError, utility};

/// Excel's 1,048,576 rows, less the headings, the blank line and TOTAL.
const ROWS_OF_A_SHEET: u32 = 1_048_573;

/// The rows that are on sheets, and what their figures add up to.
struct Written {
    /// The name and the last row of each sheet; the first row of each is row 1, under the headings.
    sheets: Vec<(String, u32)>,
    sums: Vec<i128>,
}

/// Adds as many sheets as the rows need, and at least one.
pub fn write<E>(
    workbook: &mut Workbook,
    document: &Document,
    formats: &Formats,
    pull: &mut Pull<'_, '_, E>,
) -> Result<(), Error<E>> {
    let mut written = Written { sheets: Vec::new(), sums: vec![0; document.columns.len()] };
    let mut next = pull.row()?;
    loop {
        let name = sheet_name(&document.list, written.sheets.len());
        let sheet = guarded(|| workbook.add_worksheet_with_constant_memory())?;
        guarded(|| open(sheet, &name, document, formats))?;
        let mut last = 0;
        while last < ROWS_OF_A_SHEET
            && let Some(row) = next
        {
            last += 1;
            guarded(|| put_row(sheet, last, &row, (Place::Row, &document.columns), formats))?;
            written.add(&row);
            next = pull.row()?;
        }
        written.sheets.push((name, last));
        guarded(|| close(sheet, last, document))?;
        if next.is_none() {
            guarded(|| put_totals(sheet, last + 2, document, formats, &written))?;
            return Ok(());
        }
    }
}

impl Written {
    fn add(&mut self, row: &[Cell]) {
        for (sum, cell) in self.sums.iter_mut().zip(row) {
            *sum += i128::from(cell.figure().unwrap_or(0));
        }
    }

    /// `=SUM(...)` over all rows of a column.
    fn formula(&self, column: u16) -> String {
        let letter = utility::column_number_to_name(column);
        let here = self.sheets.len() - 1;
        let ranges = self.sheets.iter().enumerate().map(|(index, (name, last))| {
            let sheet =
                if index == here { String::new() } else { format!("'{}'!", name.replace('\'', "''")) };
            format!("{sheet}{letter}2:{letter}{}", last + 1)
        });
        format!("=SUM({})", ranges.collect::<Vec<_>>().join(","))
    }
}

fn open(sheet: &mut Worksheet, name: &str, document: &Document, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?.set_row_height(0, 30)?;
    for (index, column) in (0..).zip(&document.columns) {
        sheet.set_column_width(index, f64::from(column.width.clamp(narrowest(column.kind), 100)))?;
    }
    summary::set_print(sheet, document).set_landscape().set_repeat_rows(0, 0)?;
    put_headings(sheet, 0, &document.columns, formats)
}

/// A spreadsheet shows `###` for a figure or a day wider than its column.
fn narrowest(kind: Kind) -> u16 {
    match kind {
        Kind::Text => 4,
        Kind::Count | Kind::Time => 10,
        Kind::Day => 12,
        Kind::Money => 15,
        Kind::Moment => 20,
    }
}

/// What can only be said when the last row is known.
fn close(sheet: &mut Worksheet, last: u32, document: &Document) -> Result<(), XlsxError> {
    let right = u16::try_from(document.columns.len() - 1).map_err(|_| XlsxError::RowColumnLimitError)?;
    sheet.autofilter(0, 0, last, right)?;
    // Numbers of payments are words, and must not be offered for conversion.
    sheet.ignore_error_range(0, 0, last, right, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn put_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    (place, columns): (Place, &[Column]),
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (index, (cell, column)) in (0..).zip(cells.iter().zip(columns)) {
        put(sheet, (row, index), cell, (place, column.kind), formats)?;
    }
    Ok(())
}

/// TOTAL adds up by formula wherever the sum of the rows is what the report says. Where it is not (a
/// column of balances, say), the report's own figure stands.
fn put_totals(
    sheet: &mut Worksheet,
    row: u32,
    document: &Document,
    formats: &Formats,
    written: &Written,
) -> Result<(), XlsxError> {
    put_row(sheet, row, &document.totals, (Place::Total, &document.columns), formats)?;
    for (index, (cell, column)) in (0..).zip(document.totals.iter().zip(&document.columns)) {
        let Some(total) = cell.figure() else { continue };
        let is_sum = written.sums.get(usize::from(index)) == Some(&i128::from(total));
        if is_sum && written.sheets.iter().all(|(_, last)| *last > 0) {
            let formula = Formula::new(written.formula(index)).set_result(total.to_string());
            let format = formats.of(Place::Total, cell, column.kind);
            sheet.write_formula_with_format(row, index, formula, format)?;
        }
    }
    Ok(())
}

/// A name that Excel takes: no `[]:*?/\`, no apostrophe at its ends, 31 letters, and its own.
fn sheet_name(list: &str, before: usize) -> String {
    let suffix = if before == 0 { String::new() } else { format!(" ({})", before + 1) };
    let mut name = String::new();
    let mut room = 31 - suffix.len();
    for letter in list.chars().map(|letter| if "[]:*?/\\'".contains(letter) { ' ' } else { letter }) {
        match room.checked_sub(letter.len_utf16()) {
            Some(left) if !letter.is_control() => room = left,
            Some(_) => continue,
            None => break,
        }
        name.push(letter);
    }
    let name = name.trim();
    let taken = name.to_lowercase() == summary::NAME.to_lowercase();
    let name = if name.is_empty() || taken { "Liste" } else { name };
    format!("{name}{suffix}")
}
