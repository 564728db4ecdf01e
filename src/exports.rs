//! What people take away: a report as CSV, as a spreadsheet, or as paper. Report in, bytes out.
//!
//! 1. [`Document`] is a report as people read it, whatever the format; its long list comes beside it,
//!    as [`Rows`];
//! 2. [`rows`] pulls that list once, row by row, and lets the caller watch and stop;
//! 3. [`csv::write`] is for other programs, and for the oldest spreadsheet in the house;
//! 4. [`xlsx::write`] is for counting on: real numbers, real days, a TOTAL that adds up by itself;
//! 5. [`pdf::write`] is for signing and for the archive, with the signed data inside.
//!
//! Nothing here reads a clock, draws an id or asks a database: all of it stands in the document.
//! So what a file says can be told from the position it names.

pub mod csv;
pub mod pdf;
pub mod rows;
pub mod text;
pub mod xlsx;

pub use rows::{Error, Rows, Watch};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

/// The currency of every [`Cell::Money`], as it is written after a figure that stands alone.
pub const CURRENCY: &str = "FCFA";

/// A report as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Whose report: the name of the hospital.
    pub house: String,
    /// What it is: "Rapport financier journalier".
    pub title: String,
    /// What it is about, in words: "26 novembre 2026".
    pub period: String,
    /// The figures to read first: a label and its value.
    pub facts: Vec<(String, Cell)>,
    /// Small tables: totals by method, by provider, by cashier.
    pub summaries: Vec<Table>,
    /// What the long list is called, on its sheet and above it on paper: "Paiements".
    pub list: String,
    /// The columns of the long list. None: the report has no list, and the rows are not asked for.
    pub columns: Vec<Column>,
    /// The last line of the list, a cell for each column, its label included. Empty: no such line.
    pub totals: Vec<Cell>,
    /// Who signs the paper, each over a line: "Le caissier principal". Paper only.
    pub signatures: Vec<String>,
    /// What the report can be checked against.
    pub proof: Proof,
    /// When and by whom it was made.
    pub made: Made,
    /// The signed data, carried inside the paper. Paper only.
    pub attachment: Option<Attachment>,
}

/// A small table, held in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The line above it.
    pub title: String,
    /// At least one; the first is what a chart names its parts by.
    pub columns: Vec<Column>,
    /// A cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Its last line, if it has one.
    pub totals: Option<Vec<Cell>>,
    /// How a spreadsheet draws it, if at all.
    pub chart: Option<Chart>,
}

/// How a spreadsheet draws a table: the last column of money, or else of counts, by the first column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Parts of a whole.
    Pie,
    /// Lying bars, for names that are long.
    Bar,
    /// Standing bars, for days and hours.
    Column,
}

/// A column of a table or of the long list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading, with the unit if it has one: "Montant (FCFA)".
    pub title: String,
    /// What stands in it.
    pub kind: Kind,
    /// Its width in characters on a sheet; on paper, its share of the line.
    pub width: u16,
}

/// What stands in a column; says on which side it is aligned, and how moments are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole francs.
    Money,
    /// A number of things.
    Count,
    /// A calendar day.
    Day,
    /// The hour of a moment; the day is known from elsewhere.
    Time,
    /// A moment, with its day.
    Moment,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing to say.
    Empty,
    /// Words.
    Text(String),
    /// Whole francs; below zero for what was given back.
    Money(i64),
    /// A number of things.
    Count(i64),
    /// A calendar day.
    Day(NaiveDate),
    /// A moment in the hospital's own time.
    Moment(NaiveDateTime),
}

/// What the report can be checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The position of the ledger that the report reflects.
    pub position: u64,
    /// The root of the signed head, as it is printed at the foot of each page. May be empty.
    pub root: String,
    /// The signed head, line by line; empty when nothing is signed yet.
    pub head: Vec<String>,
}

/// When and by whom a report was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The moment, at the hospital's offset.
    pub at: DateTime<FixedOffset>,
    /// The name or the code of the person.
    pub by: String,
}

/// A file inside the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name.
    pub name: String,
    /// Its media type: "application/json".
    pub mime: String,
    /// Its content, carried as it is.
    pub bytes: Vec<u8>,
}

impl Column {
    /// A column.
    pub fn new(title: impl Into<String>, kind: Kind, width: u16) -> Self {
        Self { title: title.into(), kind, width }
    }
}

impl Kind {
    /// Figures stand at the right of their column, one under the other.
    pub fn is_figure(self) -> bool {
        matches!(self, Self::Money | Self::Count)
    }
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// The number in a cell of money or of a count.
    pub fn figure(&self) -> Option<i64> {
        match self {
            Self::Money(figure) | Self::Count(figure) => Some(*figure),
            Self::Empty | Self::Text(_) | Self::Day(_) | Self::Moment(_) => None,
        }
    }
}
