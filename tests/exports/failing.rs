//! Nothing is swallowed: rows that break off, an output that is full, a caller who has had enough.

use crate::sample::{document, payment, payments};
use quittance::exports::{Cell, Document, Error, Rows, Watch, csv, pdf, xlsx};
use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the database is gone")]
struct Gone;

type Write = fn(&Document, &mut Rows<'_, Gone>, &Watch<'_>) -> Result<(), Error<Gone>>;

const WRITERS: [(&str, Write); 3] = [
    ("csv", |document, rows, watch| csv::write(document, rows, watch, io::sink())),
    ("xlsx", |document, rows, watch| {
        let directory = tempfile::tempdir()?;
        let outcome = xlsx::write(document, rows, watch, directory.path(), io::sink());
        assert_eq!(std::fs::read_dir(directory.path())?.count(), 0, "temporary files were left");
        outcome
    }),
    ("pdf", |document, rows, watch| pdf::write(document, rows, watch).map(drop)),
];

const ON: fn(u64) -> ControlFlow<()> = |_| ControlFlow::Continue(());

fn rows(count: u64) -> impl Iterator<Item = Result<Vec<Cell>, Gone>> {
    (1..=count).map(|number| Ok(payment(number)))
}

#[test]
fn rows_that_break_off_end_the_export() {
    for (name, write) in WRITERS {
        let outcome = write(&document(9), &mut rows(7).chain([Err(Gone)]), &ON);
        assert!(matches!(outcome, Err(Error::Rows(Gone))), "{name}: {outcome:?}");
    }
}

#[test]
fn a_row_that_misses_a_cell_ends_the_export() {
    for (name, write) in WRITERS {
        let outcome = write(&document(9), &mut rows(2).chain([Ok(vec![Cell::Empty])]), &ON);
        let is_misfit = matches!(outcome, Err(Error::Misfit { row: 3, found: 1, expected: 7 }));
        assert!(is_misfit, "{name}: {outcome:?}");
    }
}

#[test]
fn the_caller_hears_how_far_it_is_and_may_stop() {
    for (name, write) in WRITERS {
        let heard = RefCell::new(Vec::new());
        let watch = |row| {
            heard.borrow_mut().push(row);
            if row < 1_500 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let mut rows = rows(5_000);
        let outcome = write(&document(9), &mut rows, &watch);
        assert!(matches!(outcome, Err(Error::Stopped(1_500))), "{name}: {outcome:?}");
        assert_eq!(*heard.borrow(), [500, 1_000, 1_500], "{name}");
        assert_eq!(rows.count(), 3_500, "{name} took rows that it does not need");
    }
}

#[test]
fn an_output_that_is_full_ends_the_export() {
    for room in [0, 2, 100, 4_000] {
        let outcome = csv::write(&document(500), &mut payments(500), &ON, Narrow(room));
        assert!(matches!(outcome, Err(Error::Output(_))), "csv, {room}: {outcome:?}");
        let directory = tempfile::tempdir().expect("a directory");
        let outcome = xlsx::write(&document(500), &mut payments(500), &ON, directory.path(), Narrow(room));
        assert!(matches!(outcome, Err(Error::Output(_))), "xlsx, {room}: {outcome:?}");
    }
}

#[test]
fn a_directory_that_is_not_there_ends_the_export() {
    let outcome = xlsx::write(&document(1), &mut payments(1), &ON, "/nowhere/at/all".as_ref(), io::sink());
    assert!(matches!(outcome, Err(Error::Output(_))), "{outcome:?}");
}

/// Takes so many bytes, and then is full.
struct Narrow(usize);

impl io::Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
