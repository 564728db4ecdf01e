//! A report as paper: A4, to be signed and kept, with its signed data inside (PDF/A-3b).
//!
//! 1. `font` measures and breaks text in the embedded Noto Sans;
//! 2. `page` collects marks on pages, none of them drawn yet, since "page 1 / 12" needs the 12;
//! 3. `table` makes the rows of a table, each a block that is never cut;
//! 4. `opening` and `ending` are what stands before and after the long list;
//! 5. `frame` adds what stands on each page: its head and its foot;
//! 6. `archive` draws all of it and makes the file.
//!
//! The rows of the list stay as marks until the end: some 1.2 KB each. A cap on their number is the
//! caller's matter.

mod archive;
mod ending;
mod font;
mod frame;
mod opening;
mod page;
mod table;

use super::Document;
use super::rows::{Error, Pull, Rows, Watch};
use font::Faces;
use page::{Flow, Format};
use table::Grid;

/// Beyond this many characters in a row, the page is turned.
const WIDEST_UPRIGHT: u32 = 150;

/// The paper, as the bytes of a file. The same report makes the same bytes.
pub fn write<E>(document: &Document, rows: &mut Rows<'_, E>, watch: &Watch<'_>) -> Result<Vec<u8>, Error<E>> {
    let faces = Faces::open().map_err(|reason| Error::Paper(reason.to_owned()))?;
    let mut flow = Flow::new(format_of(document));
    opening::write(&mut flow, document, &faces);
    write_list(&mut flow, document, &faces, &mut Pull::new(document, rows, watch))?;
    ending::write(&mut flow, document, &faces);
    let format = flow.format;
    let mut pages = flow.into_pages();
    frame::add(&mut pages, format, document, &faces);
    archive::draw(&pages, format, document, &faces).map_err(Error::Paper)
}

fn format_of(document: &Document) -> Format {
    let characters: u32 = document.columns.iter().map(|column| u32::from(column.width)).sum();
    if characters > WIDEST_UPRIGHT { Format::LYING } else { Format::UPRIGHT }
}

/// The long list: its headings stand again on each page, and TOTAL under its last row.
fn write_list<E>(
    flow: &mut Flow,
    document: &Document,
    faces: &Faces,
    pull: &mut Pull<'_, '_, E>,
) -> Result<(), Error<E>> {
    if document.columns.is_empty() {
        return Ok(());
    }
    let grid = Grid::new(&document.columns, faces, flow.format.line());
    let title = grid.title(&document.list);
    let headings = grid.headings();
    flow.keep(title.height + headings.height * 3.0);
    flow.put(title, 0.0);
    flow.put(headings.clone(), 0.0);
    while let Some(row) = pull.row()? {
        put_row(flow, grid.row(&row), &headings);
    }
    if !document.totals.is_empty() {
        put_row(flow, grid.total(&document.totals), &headings);
    }
    flow.skip(14.0);
    Ok(())
}

/// Puts a row, on a new page under headings of its own if this page is full.
fn put_row(flow: &mut Flow, row: page::Block, headings: &page::Block) {
    if !flow.has_room(row.height) {
        flow.turn();
        flow.put(headings.clone(), 0.0);
    }
    flow.put(row, 0.0);
}
