//! A report as a spreadsheet: real numbers, real days, and totals that add up by themselves.
//!
//! 1. The first sheet, `summary`, holds the figures and the small tables, with charts;
//! 2. the second, `list`, holds the long list, and goes on in further sheets where Excel's rows end;
//! 3. `formats` is how both look; `cells` puts one value into one cell.
//!
//! Rows of the list go straight to a temporary file without a name, so memory stays flat, and nothing
//! is left in the directory even after a crash.

mod cells;
mod formats;
mod list;
mod summary;

use super::rows::{Error, Pull, Rows, Watch};
use super::{Document, text};
use formats::Formats;
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Writes the report to `out`. Rows wait in `tempdir`, which should be on a disk, not in memory.
pub fn write<E>(
    document: &Document,
    rows: &mut Rows<'_, E>,
    watch: &Watch<'_>,
    tempdir: &Path,
    out: impl Write + Send,
) -> Result<(), Error<E>> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    guarded(|| {
        workbook.set_tempdir(tempdir)?.set_properties(&properties(document));
        summary::write(workbook.add_worksheet(), document, &formats)
    })?;
    if !document.columns.is_empty() {
        list::write(&mut workbook, document, &formats, &mut Pull::new(document, rows, watch))?;
    }
    let mut out = Once { out, failed: false };
    guarded(|| workbook.save_to_writer(&mut out))?;
    Ok(())
}

/// An output that fails once. The writing library answers with that failure, and then tries to end
/// its archive all the same, to complain on standard error: what it still writes goes nowhere.
struct Once<W> {
    out: W,
    failed: bool,
}

impl<W: Write> Once<W> {
    fn unless_failed<T>(&mut self, quiet: T, write: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.failed {
            return Ok(quiet);
        }
        let outcome = write(&mut self.out);
        self.failed = outcome.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        outcome
    }
}

impl<W: Write> Write for Once<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_failed(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), W::flush)
    }
}

/// The writing library panics when its temporary file cannot be written, as on a full disk. To the
/// caller that is one more failure of output, and must not take the thread along.
fn guarded<T>(write: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, XlsxError> {
    catch_unwind(AssertUnwindSafe(write))
        .unwrap_or_else(|_| Err(io::Error::other("a temporary file could not be written").into()))
}

fn properties(document: &Document) -> DocProperties {
    DocProperties::new()
        .set_title(text::plain(&document.title))
        .set_subject(text::plain(&document.period))
        .set_company(text::plain(&document.house))
        .set_author(text::plain(&document.made.by))
        .set_creation_datetime(&document.made.at.to_utc())
}

impl<E> From<XlsxError> for Error<E> {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => Self::Output(error),
            XlsxError::ZipError(error) => Self::Output(io::Error::other(error)),
            other => Self::Sheet(other.to_string()),
        }
    }
}
