//! The long list of a report, pulled once and never collected; and what can go wrong on the way.
//!
//! A list may be longer than memory, so each writer takes a row, writes it, and forgets it. Every
//! [`STEP`] rows the caller hears how far it is and may stop the export: half a file is then left
//! behind, for the caller to throw away.

use super::{Cell, Document};
use std::{io, ops::ControlFlow};

/// The rows of a report's long list, each with a cell for each column.
pub type Rows<'a, E> = dyn Iterator<Item = Result<Vec<Cell>, E>> + 'a;

/// Hears how many rows were read; [`ControlFlow::Break`] stops the export.
pub type Watch<'a> = dyn Fn(u64) -> ControlFlow<()> + 'a;

/// The number of rows between two words to the watch.
pub const STEP: u64 = 500;

/// Why there is no file, or only half a file.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// The rows broke off.
    #[error("the rows of the report could not be read")]
    Rows(#[source] E),
    /// The watch said so.
    #[error("the export was stopped after {0} rows")]
    Stopped(u64),
    /// A row does not fit the columns of the report.
    #[error("row {row} of the report has {found} cells for {expected} columns")]
    Misfit {
        /// Which, counted from one.
        row: u64,
        /// Its cells.
        found: usize,
        /// The columns.
        expected: usize,
    },
    /// The file, or a temporary file, could not be written.
    #[error("the export could not be written")]
    Output(#[from] io::Error),
    /// The document asks for what a spreadsheet cannot be.
    #[error("the spreadsheet could not be made: {0}")]
    Sheet(String),
    /// The document asks for what an archive document cannot be.
    #[error("the paper could not be made: {0}")]
    Paper(String),
}

/// Takes rows one by one, checks their shape and tells the watch.
pub struct Pull<'r, 'i, E> {
    rows: &'r mut Rows<'i, E>,
    watch: &'r Watch<'r>,
    columns: usize,
    read: u64,
}

impl<'r, 'i, E> Pull<'r, 'i, E> {
    /// Ready to take the rows of `document`.
    pub fn new(document: &Document, rows: &'r mut Rows<'i, E>, watch: &'r Watch<'r>) -> Self {
        Self { rows, watch, columns: document.columns.len(), read: 0 }
    }

    /// The next row, or none at the end. A report without a list has no rows.
    pub fn row(&mut self) -> Result<Option<Vec<Cell>>, Error<E>> {
        if self.columns == 0 {
            return Ok(None);
        }
        let Some(row) = self.rows.next() else { return Ok(None) };
        let row = row.map_err(Error::Rows)?;
        self.read += 1;
        if row.len() != self.columns {
            return Err(Error::Misfit { row: self.read, found: row.len(), expected: self.columns });
        }
        if self.read.is_multiple_of(STEP) && (self.watch)(self.read).is_break() {
            return Err(Error::Stopped(self.read));
        }
        Ok(Some(row))
    }
}
