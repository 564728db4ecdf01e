//! A report for other programs: `;` between cells, UTF-8 with its mark, CRLF, plain integers, ISO days.
//!
//! A file is one table: the long list with its TOTAL. A report without a list gives its small tables
//! instead, one after another, each under its title and with a blank line before the next.
//!
//! A spreadsheet that opens the file would run a text that looks like a formula; such a text gets an
//! apostrophe in front (OWASP, "CSV injection"). Figures below zero are numbers and keep their plain minus.

use super::rows::{Error, Pull, Rows, Watch};
use super::text;
use super::{Cell, Column, Document, Table};
use std::{borrow::Cow, io};

/// Tells a spreadsheet that the file is UTF-8; without it é and ’ are read as two letters.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes the report to `out`, which is flushed but not closed.
pub fn write<E>(
    document: &Document,
    rows: &mut Rows<'_, E>,
    watch: &Watch<'_>,
    mut out: impl io::Write,
) -> Result<(), Error<E>> {
    out.write_all(MARK)?;
    if document.columns.is_empty() {
        for (index, table) in document.summaries.iter().enumerate() {
            if index > 0 {
                out.write_all(b"\r\n")?;
            }
            write_table(table, &mut out)?;
        }
        out.flush()?;
        return Ok(());
    }
    let mut lines = line_writer(&mut out);
    write_headings(&mut lines, &document.columns)?;
    let mut pull = Pull::new(document, rows, watch);
    while let Some(row) = pull.row()? {
        write_row(&mut lines, &row)?;
    }
    if !document.totals.is_empty() {
        write_row(&mut lines, &document.totals)?;
    }
    lines.flush()?;
    Ok(())
}

/// `words` such that no spreadsheet takes them for a formula.
pub fn guarded(words: &str) -> Cow<'_, str> {
    let words = text::plain(words);
    let hidden =
        |letter: char| letter.is_whitespace() || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}');
    if words.trim_start_matches(hidden).starts_with(is_formula_sign) {
        Cow::Owned(format!("'{words}"))
    } else {
        words
    }
}

/// The signs that open a formula, and their full-width twins, which some spreadsheets fold.
fn is_formula_sign(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}')
}

fn write_table(table: &Table, out: &mut impl io::Write) -> io::Result<()> {
    let mut lines = line_writer(out);
    write_row(&mut lines, &[Cell::text(table.title.as_str())])?;
    write_headings(&mut lines, &table.columns)?;
    for row in table.rows.iter().chain(&table.totals) {
        write_row(&mut lines, row)?;
    }
    lines.flush()
}

fn line_writer<W: io::Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        // The title of a small table is one cell; the rows under it have more.
        .flexible(true)
        .from_writer(out)
}

fn write_headings<W: io::Write>(lines: &mut csv::Writer<W>, columns: &[Column]) -> io::Result<()> {
    for column in columns {
        lines.write_field(&*guarded(&column.title)).map_err(io::Error::from)?;
    }
    lines.write_record(None::<&[u8]>).map_err(io::Error::from)
}

fn write_row<W: io::Write>(lines: &mut csv::Writer<W>, row: &[Cell]) -> io::Result<()> {
    for cell in row {
        lines.write_field(&*written(cell)).map_err(io::Error::from)?;
    }
    lines.write_record(None::<&[u8]>).map_err(io::Error::from)
}

/// Figures without thousands and ISO days: what a program reads without asking where it runs.
fn written(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(words) => guarded(words),
        Cell::Money(number) | Cell::Count(number) => Cow::Owned(number.to_string()),
        Cell::Day(day) => Cow::Owned(day.format("%Y-%m-%d").to_string()),
        Cell::Moment(at) => Cow::Owned(at.format("%Y-%m-%dT%H:%M:%S").to_string()),
    }
}
