//! The first sheet: what the report is, its figures, its small tables with their charts, its proof.

use super::cells::{put, put_headings, put_words};
use super::formats::{Formats, INK, Place};
use crate::exports::{Cell, Chart, Document, Kind, Table, text};
use rust_xlsxwriter::{Chart as Drawing, ChartDataLabel, ChartType, Worksheet, XlsxError};

/// The name of the sheet.
pub const NAME: &str = "Synthèse";

/// The default height of a chart, in rows, and one of air.
const ROWS_OF_A_CHART: u32 = 16;

/// Fills the sheet.
pub fn write(sheet: &mut Worksheet, document: &Document, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(NAME)?.set_screen_gridlines(false);
    set_print(sheet, document).set_portrait();
    set_widths(sheet, document)?;
    put_words(sheet, (0, 0), &document.house, &formats.house)?;
    put_words(sheet, (1, 0), &document.title, &formats.title)?;
    put_words(sheet, (2, 0), &document.period, &formats.period)?;
    let mut row = 4;
    for (label, value) in &document.facts {
        put_words(sheet, (row, 0), label, &formats.label)?;
        put(sheet, (row, 1), value, (Place::Alone, Kind::Text), formats)?;
        row += 1;
    }
    let mut free = 4;
    for table in &document.summaries {
        row += 1;
        let chart_row = row.max(free);
        let first = row + 2;
        row = put_table(sheet, row, table, formats)?;
        if let Some(drawing) = drawing(table, first) {
            sheet.insert_chart_with_offset(chart_row, chart_column(document), &drawing, 24, 0)?;
            free = chart_row + ROWS_OF_A_CHART;
        }
    }
    put_proof(sheet, free.max(row + 1), document, formats)
}

/// How every sheet comes out of a printer: A4, as wide as the page, named and numbered at its foot.
pub fn set_print<'s>(sheet: &'s mut Worksheet, document: &Document) -> &'s mut Worksheet {
    // `&` begins a code in a footer; doubled, it is an `&`. A footer holds 255 letters.
    let name = format!("{} · {} · {}", document.house, document.title, document.period);
    let name: String = text::plain(&name).chars().take(100).collect::<String>().replace('&', "&&");
    sheet
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.3)
        .set_footer(format!("&L&8{name}&R&8Page &P / &N"))
}

fn set_widths(sheet: &mut Worksheet, document: &Document) -> Result<(), XlsxError> {
    let labels = document.facts.iter().map(|(label, _)| label.as_str());
    let names = document.summaries.iter().flat_map(|table| &table.rows).filter_map(|row| match row.first() {
        Some(Cell::Text(name)) => Some(name.as_str()),
        _ => None,
    });
    let longest = labels.chain(names).map(|words| words.chars().count()).max().unwrap_or(0);
    sheet.set_column_width(0, u16::try_from((longest + 2).clamp(30, 60)).unwrap_or(60))?;
    for column in 1..chart_column(document) {
        sheet.set_column_width(column, 21)?;
    }
    Ok(())
}

/// The first column to the right of all tables.
fn chart_column(document: &Document) -> u16 {
    let widest = document.summaries.iter().map(|table| table.columns.len()).max().unwrap_or(0);
    u16::try_from(widest.clamp(2, 200)).unwrap_or(2)
}

/// The table from `row` on; answers with the row after it.
fn put_table(sheet: &mut Worksheet, row: u32, table: &Table, formats: &Formats) -> Result<u32, XlsxError> {
    put_words(sheet, (row, 0), &table.title, &formats.section)?;
    put_headings(sheet, row + 1, &table.columns, formats)?;
    let mut row = row + 2;
    let rows = table.rows.iter().map(|cells| (Place::Row, cells));
    for (place, cells) in rows.chain(table.totals.iter().map(|cells| (Place::Total, cells))) {
        for (index, (cell, column)) in (0..).zip(cells.iter().zip(&table.columns)) {
            put(sheet, (row, index), cell, (place, column.kind), formats)?;
        }
        row += 1;
    }
    Ok(row)
}

/// The chart of a table whose first row is `first`. A table without rows or figures has none.
fn drawing(table: &Table, first: u32) -> Option<Drawing> {
    let kind = table.chart?;
    let last_of = |kind| table.columns.iter().rposition(|column| column.kind == kind);
    let figures = last_of(Kind::Money).or_else(|| last_of(Kind::Count))?;
    let column = u16::try_from(figures).ok()?;
    let last = first + u32::try_from(table.rows.len()).ok()?.checked_sub(1)?;
    let mut drawing = Drawing::new(match kind {
        Chart::Pie => ChartType::Pie,
        Chart::Bar => ChartType::Bar,
        Chart::Column => ChartType::Column,
    });
    let series = drawing
        .add_series()
        .set_categories((NAME, first, 0, last, 0))
        .set_values((NAME, first, column, last, column))
        .set_name(&*text::plain(&table.columns[figures].title));
    match kind {
        Chart::Pie => _ = series.set_data_label(ChartDataLabel::new().show_percentage()),
        Chart::Bar => _ = series.set_data_label(ChartDataLabel::new().show_value().set_num_format("#,##0")),
        Chart::Column => (),
    }
    if kind != Chart::Pie {
        series.set_format(
            rust_xlsxwriter::ChartFormat::new()
                .set_solid_fill(rust_xlsxwriter::ChartSolidFill::new().set_color(INK)),
        );
        drawing.legend().set_hidden();
    }
    match kind {
        Chart::Pie => (),
        Chart::Column => _ = drawing.y_axis().set_num_format("#,##0"),
        Chart::Bar => {
            // Lying bars begin at the bottom unless told so; a table begins at the top.
            drawing.y_axis().set_reverse();
            // Figures stand at the bars, then: their axis would be above.
            drawing.x_axis().set_hidden(true).set_major_gridlines(false);
        }
    }
    drawing.title().set_name(&*text::plain(&table.title));
    Some(drawing)
}

fn put_proof(
    sheet: &mut Worksheet,
    row: u32,
    document: &Document,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let made = text::moment(document.made.at.naive_local());
    put_words(sheet, (row, 0), &format!("Établi le {made} par {}", document.made.by), &formats.note)?;
    let position = text::figure(i64::try_from(document.proof.position).unwrap_or(i64::MAX));
    put_words(sheet, (row + 1, 0), &format!("Position du registre\u{202F}: {position}"), &formats.note)?;
    if document.proof.head.is_empty() {
        return Ok(());
    }
    put_words(sheet, (row + 2, 0), "Tête signée du registre\u{202F}:", &formats.note)?;
    for (line, words) in (row + 3..).zip(&document.proof.head) {
        put_words(sheet, (line, 0), words, &formats.note)?;
    }
    Ok(())
}
