//! What stands before the long list: whose report it is, its figures, its small tables.

use super::font::{Face, Faces, Weight};
use super::page::{Block, Flow, Ink, Mark};
use super::table;
use crate::exports::{Cell, Document, text};

/// The most figures side by side.
const FACTS_OF_A_LINE: usize = 4;
/// Tables of so many columns stand two by two.
const NARROW: usize = 3;
/// Between two tables side by side.
const GAP: f32 = 22.0;
const AFTER_A_TABLE: f32 = 14.0;

/// Puts all of it.
pub fn write(flow: &mut Flow, document: &Document, faces: &Faces) {
    let line = flow.format.line();
    flow.put(heading(document, faces, line), 0.0);
    for facts in document.facts.chunks(FACTS_OF_A_LINE) {
        let among = document.facts.len().min(FACTS_OF_A_LINE);
        flow.put(fact_line(facts, among, faces, line), 0.0);
        flow.skip(6.0);
    }
    flow.skip(8.0);
    write_summaries(flow, document, faces);
}

/// The hospital, the report and its days, over a rule.
fn heading(document: &Document, faces: &Faces, line: f32) -> Block {
    let mut block = Block::air(0.0);
    let lines = [
        (&document.house, 17.0, Weight::Bold, Ink::Blue, 23.0),
        (&document.title, 12.5, Weight::Bold, Ink::Black, 17.0),
        (&document.period, 10.0, Weight::Regular, Ink::Grey, 14.0),
    ];
    for (words, size, weight, ink, leading) in lines {
        for words in faces.of(weight).lines(&text::plain(words), size, line, 2) {
            block.height += leading;
            block.marks.push(Mark::Words { x: 0.0, y: block.height - 7.0, size, weight, ink, words });
        }
    }
    block.rule(block.height + 2.0, line, 1.4, Ink::Blue);
    block.height += 16.0;
    block
}

/// Figures side by side on a ground: each a small label over its value.
fn fact_line(facts: &[(String, Cell)], among: usize, faces: &Faces, line: f32) -> Block {
    let mut block = Block::air(0.0);
    let mut x = 10.0;
    let share = line / f32::from(u8::try_from(among.max(1)).unwrap_or(u8::MAX));
    let mut lowest = 0.0_f32;
    for (label, value) in facts {
        let room = share - 18.0;
        let mut y = 13.0;
        for words in faces.regular.lines(&text::plain(label), 7.2, room, 2) {
            let (weight, ink) = (Weight::Regular, Ink::Grey);
            block.marks.push(Mark::Words { x, y, size: 7.2, weight, ink, words });
            y += 9.0;
        }
        let (lines, size) = value_lines(value, &faces.bold, room);
        for words in lines {
            let (weight, ink) = (Weight::Bold, Ink::Black);
            block.marks.push(Mark::Words { x, y: y + 5.0, size, weight, ink, words });
            y += size * 1.25;
        }
        lowest = lowest.max(y);
        x += share;
    }
    block.height = lowest + 3.0;
    let ground = Mark::Area { x: 0.0, y: 0.0, width: line, height: block.height, ink: Ink::Tint };
    block.marks.insert(0, ground);
    block
}

/// A value is large if it fits; words break then, and figures shrink.
fn value_lines(value: &Cell, face: &Face, room: f32) -> (Vec<String>, f32) {
    const LARGE: f32 = 11.5;
    const SMALL: f32 = 8.5;
    let words = text::alone(value);
    let width = face.width(&face.drawable(&words), LARGE);
    if width <= room {
        (vec![face.drawable(&words).into_owned()], LARGE)
    } else if matches!(value, Cell::Text(_)) {
        (face.lines(&words, SMALL, room, 3), SMALL)
    } else {
        (vec![face.drawable(&words).into_owned()], LARGE * room / width)
    }
}

/// Narrow tables stand two by two where a page has room for both; the others follow row by row.
fn write_summaries(flow: &mut Flow, document: &Document, faces: &Faces) {
    let line = flow.format.line();
    let half = (line - GAP) / 2.0;
    let mut tables = document.summaries.iter().peekable();
    while let Some(table) = tables.next() {
        let is_narrow = table.columns.len() <= NARROW;
        let left = table::blocks(table, faces, if is_narrow { half } else { line });
        let beside = tables.next_if(|next| is_narrow && next.columns.len() <= NARROW);
        let right = beside.map(|next| table::blocks(next, faces, half)).unwrap_or_default();
        let height = height_of(&left).max(height_of(&right));
        flow.keep(height);
        if flow.has_room(height) {
            flow.put_beside(left, right, half + GAP);
        } else {
            put_long(flow, left);
            if !right.is_empty() {
                flow.skip(AFTER_A_TABLE);
                put_long(flow, right);
            }
        }
        flow.skip(AFTER_A_TABLE);
    }
}

/// A table longer than a page: its headings stand again on each.
fn put_long(flow: &mut Flow, blocks: Vec<Block>) {
    let headings = blocks.get(1).cloned().unwrap_or_default();
    for (index, block) in blocks.into_iter().enumerate() {
        if index > 1 && !flow.has_room(block.height) {
            flow.turn();
            flow.put(headings.clone(), 0.0);
        }
        flow.put(block, 0.0);
    }
}

fn height_of(blocks: &[Block]) -> f32 {
    blocks.iter().map(|block| block.height).sum()
}
