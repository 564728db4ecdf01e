//! A table on paper: words left and broken into lines, figures right and never cut.

use super::font::{Face, Faces, Weight};
use super::page::{Block, Ink, Mark};
use crate::exports::{Cell, Column, Table, text};
use std::borrow::Cow;

const SIZE: f32 = 7.6;
const LEADING: f32 = 10.0;
/// From the top of a line to its base line.
const ASCENT: f32 = 7.6;
/// Between a cell's edge and its words, across.
const GUTTER: f32 = 4.0;
/// Between figures, which end at the right, and the words that begin in the next column.
const CLEAR: f32 = 6.0;
/// Above and below the words of a row.
const AIR: f32 = 3.4;
/// A code without spaces shrinks that far before it is broken.
const SMALLEST: f32 = 6.0;
/// The most lines of a cell; the rest of the words are in the CSV and in the spreadsheet.
const MOST_LINES: usize = 3;

/// The columns of a table, laid over a line.
pub struct Grid<'d> {
    columns: &'d [Column],
    faces: &'d Faces,
    /// The left edge and the width of each.
    slots: Vec<(f32, f32)>,
    width: f32,
}

/// How a row looks.
#[derive(Clone, Copy)]
struct Look {
    weight: Weight,
    ink: Ink,
}

/// What stands in a cell.
struct Piece<'c> {
    words: Cow<'c, str>,
    /// A figure or a date, which is never cut or broken: it would be another figure.
    whole: bool,
}

impl<'d> Grid<'d> {
    /// Shares `width` out by the widths of the columns.
    pub fn new(columns: &'d [Column], faces: &'d Faces, width: f32) -> Self {
        let all: f32 = columns.iter().map(|column| f32::from(column.width.max(1))).sum();
        let mut x = 0.0;
        let slot = |column: &Column| {
            let share = width * f32::from(column.width.max(1)) / all;
            let slot = (x, share);
            x += share;
            slot
        };
        Self { columns, faces, slots: columns.iter().map(slot).collect(), width }
    }

    /// The line above the table.
    pub fn title(&self, words: &str) -> Block {
        let mut block = Block::air(19.0);
        let bold = &self.faces.bold;
        for words in bold.lines(&text::plain(words), 10.5, self.width, 1) {
            block.marks.push(Mark::Words {
                x: 0.0,
                y: 11.0,
                size: 10.5,
                weight: Weight::Bold,
                ink: Ink::Blue,
                words,
            });
        }
        block
    }

    /// The headings of the columns, on their ground.
    pub fn headings(&self) -> Block {
        let heading = |column: &'d Column| Piece { words: text::plain(&column.title), whole: false };
        let look = Look { weight: Weight::Bold, ink: Ink::Blue };
        let mut block = self.block(self.columns.iter().map(heading), look);
        let ground = Mark::Area { x: 0.0, y: 0.0, width: self.width, height: block.height, ink: Ink::Tint };
        block.marks.insert(0, ground);
        block.rule(block.height - 0.8, self.width, 0.8, Ink::Blue);
        block
    }

    /// A row, with a hairline under it.
    pub fn row(&self, cells: &[Cell]) -> Block {
        let look = Look { weight: Weight::Regular, ink: Ink::Black };
        let mut block = self.block(self.pieces(cells), look);
        block.rule(block.height - 0.35, self.width, 0.35, Ink::Pale);
        block
    }

    /// The last row, between two rules.
    pub fn total(&self, cells: &[Cell]) -> Block {
        let look = Look { weight: Weight::Bold, ink: Ink::Black };
        let mut block = self.block(self.pieces(cells), look);
        block.rule(0.0, self.width, 0.8, Ink::Blue);
        block.rule(block.height - 0.8, self.width, 0.8, Ink::Blue);
        block
    }

    fn pieces<'c>(&'c self, cells: &'c [Cell]) -> impl Iterator<Item = Piece<'c>> {
        cells.iter().zip(self.columns).map(|(cell, column)| Piece {
            words: text::shown(cell, column.kind),
            whole: !matches!(cell, Cell::Text(_)),
        })
    }

    fn block<'c>(&self, pieces: impl Iterator<Item = Piece<'c>>, look: Look) -> Block {
        let mut marks = Vec::with_capacity(self.columns.len() + 2);
        let mut most = 1;
        for ((piece, column), (left, width)) in pieces.zip(self.columns).zip(&self.slots) {
            let is_last = left + width >= self.width - 1.0;
            let clear = if column.kind.is_figure() && !is_last { CLEAR } else { 0.0 };
            let room = (width - 2.0 * GUTTER - clear).max(1.0);
            let face = self.faces.of(look.weight);
            let (lines, size) = fit(&piece, face, room);
            let mut y = AIR + ASCENT;
            most = most.max(lines.len());
            for words in lines {
                let right = if column.kind.is_figure() { room - face.width(&words, size) } else { 0.0 };
                let x = left + GUTTER + right;
                marks.push(Mark::Words { x, y, size, weight: look.weight, ink: look.ink, words });
                y += LEADING;
            }
        }
        let lines = u16::try_from(most).unwrap_or(u16::MAX);
        Block { marks, height: f32::from(lines) * LEADING + 2.0 * AIR }
    }
}

/// The lines of a cell and their size: words break; figures shrink, and so do codes as far as they can.
fn fit(piece: &Piece<'_>, face: &Face, room: f32) -> (Vec<String>, f32) {
    let words = face.drawable(&piece.words);
    let size = SIZE * (room / face.width(&words, SIZE).max(1.0)).min(1.0);
    if piece.whole || (size >= SMALLEST && !words.contains(' ')) {
        (vec![words.into_owned()], size)
    } else {
        (face.lines(&words, SIZE, room, MOST_LINES), SIZE)
    }
}

/// A small table as blocks, its title first.
pub fn blocks(table: &Table, faces: &Faces, width: f32) -> Vec<Block> {
    let grid = Grid::new(&table.columns, faces, width);
    let mut blocks = vec![grid.title(&table.title), grid.headings()];
    blocks.extend(table.rows.iter().map(|row| grid.row(row)));
    blocks.extend(table.totals.iter().map(|row| grid.total(row)));
    blocks
}
