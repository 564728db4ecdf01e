//! The choice among the eight masks of a QR code: the one whose picture troubles a reader least
//! (ISO 18004, 7.8.3).
//!
//! `qrcode` makes this choice module by module: 1.3 of the 1.4 ms that a receipt's code took. Here a
//! line is one number and a rule a few shifts.

use super::picture::{MARGIN, Picture};

/// The picture that is easiest to read.
pub(super) fn best(candidates: impl Iterator<Item = Picture>) -> Option<Picture> {
    candidates.min_by_key(penalty)
}

/// How hard the picture is to read: four rules, in points.
fn penalty(picture: &Picture) -> u32 {
    let width = picture.width();
    let lines = picture.rows.iter().chain(&picture.columns);
    let lines: u32 = lines.map(|line| runs(*line, width) + finders(*line)).sum();
    lines + blocks(&picture.rows, width) + imbalance(&picture.rows, width)
}

/// Where module and successor have one colour, for all but the last module.
const fn same_as_next(line: u128, width: usize) -> u128 {
    let inside = ((1 << (width - 1)) - 1) << MARGIN;
    !(line ^ (line >> 1)) & inside
}

/// Five modules of one colour cost 3, each further one 1. A run of n modules holds n - 4 beginnings
/// of five, so n - 2 is their number and 2.
const fn runs(line: u128, width: usize) -> u32 {
    let same = same_as_next(line, width);
    let fives = same & (same >> 1) & (same >> 2) & (same >> 3);
    let first = fives & !(fives << 1);
    fives.count_ones() + 2 * first.count_ones()
}

/// What looks like a finder, 1011101, beside four light modules costs 40.
const fn finders(line: u128) -> u32 {
    let core = line & !(line >> 1) & (line >> 2) & (line >> 3) & (line >> 4) & !(line >> 5) & (line >> 6);
    let before = !((line << 1) | (line << 2) | (line << 3) | (line << 4));
    let after = !((line >> 7) | (line >> 8) | (line >> 9) | (line >> 10));
    40 * (core & (before | after)).count_ones()
}

/// A block of two by two modules in one colour costs 3.
fn blocks(rows: &[u128], width: usize) -> u32 {
    let block = |pair: &[u128]| {
        let alike = !(pair[0] ^ pair[1]);
        3 * (same_as_next(pair[0], width) & same_as_next(pair[1], width) & alike).count_ones()
    };
    rows.windows(2).map(block).sum()
}

/// Each full five percent away from half dark, half light cost 10.
fn imbalance(rows: &[u128], width: usize) -> u32 {
    let dark: usize = rows.iter().map(|row| row.count_ones() as usize).sum();
    let all = width * width;
    let twentieths = (2 * dark).abs_diff(all) * 10 / all;
    10 * u32::try_from(twentieths).unwrap_or(u32::MAX / 10)
}

#[cfg(test)]
mod tests {

    use super::*;
    use proptest::prelude::*;
    use qrcode::Color;

    /// The same rules as one reads them in the standard, module by module.
    fn by_the_book(modules: &[Color], width: usize) -> usize {
        let dark = |x: usize, y: usize| modules[y * width + x] == Color::Dark;
        let mut points = 0;
        for at in 0..width {
            let row: Vec<bool> = (0..width).map(|x| dark(x, at)).collect();
            let column: Vec<bool> = (0..width).map(|y| dark(at, y)).collect();
            for line in [row, column] {
                let lengths = line.chunk_by(|one, next| one == next).map(<[bool]>::len);
                points += lengths.filter(|length| *length >= 5).map(|length| length - 2).sum::<usize>();
                let wide = [vec![false; 4], line, vec![false; 4]].concat();
                for part in wide.windows(15) {
                    let light = |part: &[bool]| part.iter().all(|dark| !dark);
                    let finder = part[4..11] == [true, false, true, true, true, false, true];
                    points += if finder && (light(&part[..4]) || light(&part[11..])) { 40 } else { 0 };
                }
            }
        }
        for (x, y) in (1..width).flat_map(|x| (1..width).map(move |y| (x, y))) {
            let block = [dark(x - 1, y - 1), dark(x, y - 1), dark(x - 1, y), dark(x, y)];
            points += if block.iter().all(|dark| *dark == block[0]) { 3 } else { 0 };
        }
        let all = modules.iter().filter(|color| **color == Color::Dark).count();
        points + (100 * all).abs_diff(50 * width * width) / (5 * width * width) * 10
    }

    proptest! {
        #[test]
        fn shifts_count_what_the_standard_says(
            width in prop_oneof![Just(21_usize), Just(57), Just(117)], seed: u64, often in 1_u64..10,
        ) {
            // Dark runs of many lengths, from a small generator: a picture is too large to be drawn bit by bit.
            let (mut state, mut color) = (seed | 1, Color::Dark);
            let modules: Vec<Color> = (0..width * width).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (state >> 60) < often { color = !color }
                color
            }).collect();
            prop_assert_eq!(penalty(&Picture::of(&modules, width)) as usize, by_the_book(&modules, width));
        }
    }
}
