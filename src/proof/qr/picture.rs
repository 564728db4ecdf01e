//! Pictures of QR codes as bits, and what all codes of one version have in common.
//!
//! Between two codes of one version only the content differs: finders, timing, format and the mask itself
//! stay. So those are drawn once, by `qrcode`, and a code is its content over them.

use qrcode::{
    Color, EcLevel, Version,
    canvas::{Canvas, MaskPattern, Module},
};
use std::sync::OnceLock;

/// Light modules before a line, and at least as many after it: a line is kept in 128 bits.
pub(super) const MARGIN: usize = 4;

/// The largest code that is drawn: 117 modules wide, and 997 bytes at level M.
pub(super) const LARGEST: i16 = 25;

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// Dark modules, once by row and once by column; the first module of a line is bit [`MARGIN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub rows: Vec<u128>,
    pub columns: Vec<u128>,
}

impl Picture {
    fn light(width: usize) -> Self {
        Self { rows: vec![0; width], columns: vec![0; width] }
    }

    /// From modules row by row.
    pub fn of(modules: &[Color], width: usize) -> Self {
        let mut picture = Self::light(width);
        for (at, _) in modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            picture.darken(at % width, at / width);
        }
        picture
    }

    pub const fn width(&self) -> usize {
        self.rows.len()
    }

    fn darken(&mut self, x: usize, y: usize) {
        self.rows[y] |= 1 << (x + MARGIN);
        self.columns[x] |= 1 << (y + MARGIN);
    }

    /// A mask, and what is dark under it turned to its opposite.
    fn under(&self, content: &Self) -> Self {
        let turn =
            |mask: &[u128], dark: &[u128]| mask.iter().zip(dark).map(|(mask, dark)| mask ^ dark).collect();
        Self { rows: turn(&self.rows, &content.rows), columns: turn(&self.columns, &content.columns) }
    }
}

/// What all codes of one version at level M have in common.
pub(super) struct Template {
    /// Where the bits of the content lie, first to last.
    places: Vec<(usize, usize)>,
    /// All that is dark without any content, under each mask.
    masked: Vec<Picture>,
}

impl Template {
    /// Of this version; none above [`LARGEST`].
    pub fn of(version: Version) -> Option<&'static Self> {
        static KNOWN: [OnceLock<Template>; LARGEST as usize] = [const { OnceLock::new() }; LARGEST as usize];
        let Version::Normal(number) = version else { return None };
        let place = usize::try_from(number - 1).ok()?;
        KNOWN.get(place).map(|known| known.get_or_init(|| Self::make(version)))
    }

    fn make(version: Version) -> Self {
        let width = version.width();
        let mut canvas = Canvas::new(version, EcLevel::M);
        canvas.draw_all_functional_patterns();
        let places = places(width).filter(|(x, y)| canvas.get(*x, *y) == Module::Empty);
        let places = places.map(|(x, y)| (usize::from(x.unsigned_abs()), usize::from(y.unsigned_abs())));
        let masked = |mask: &MaskPattern| {
            let mut canvas = canvas.clone();
            canvas.apply_mask(*mask);
            Picture::of(&canvas.into_colors(), usize::from(width.unsigned_abs()))
        };
        Self { places: places.collect(), masked: MASKS.iter().map(masked).collect() }
    }

    /// The pictures of these code words, one for each mask. What they leave over is light before the mask.
    pub fn pictures(&self, words: impl Iterator<Item = u8>) -> impl Iterator<Item = Picture> {
        let width = self.masked[0].width();
        let mut content = Picture::light(width);
        let bits = words.flat_map(|word| (0..8).rev().map(move |bit| word >> bit & 1 == 1));
        for (_, (x, y)) in bits.zip(&self.places).filter(|(dark, _)| *dark) {
            content.darken(*x, *y);
        }
        self.masked.iter().map(move |masked| masked.under(&content))
    }
}

/// Every module in the order in which content is laid: up and down in strips two modules wide, from the
/// right; the column of the timing pattern is no part of a strip.
fn places(width: i16) -> impl Iterator<Item = (i16, i16)> {
    let strips = (8..width).rev().step_by(2).chain([5, 3, 1]);
    strips.zip([true, false].into_iter().cycle()).flat_map(move |(right, up)| {
        let rows = (0..width).map(move |row| if up { width - 1 - row } else { row });
        rows.flat_map(move |y| [(right, y), (right - 1, y)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use qrcode::{bits, ec};

    #[test]
    fn every_version_under_every_mask_is_as_the_crate_draws_it() {
        for number in 1..=LARGEST {
            let version = Version::Normal(number);
            let mut content = bits::Bits::new(version);
            content.push_byte_data(&[0x5a, 0xc3, number as u8]).expect("it fits");
            content.push_terminator(EcLevel::M).expect("it fits");
            let (data, correction) =
                ec::construct_codewords(&content.into_bytes(), version, EcLevel::M).expect("code words");
            let template = Template::of(version).expect("a template");
            let pictures = template.pictures(data.iter().chain(&correction).copied());
            for (picture, mask) in pictures.zip(MASKS) {
                let mut canvas = Canvas::new(version, EcLevel::M);
                canvas.draw_all_functional_patterns();
                canvas.draw_data(&data, &correction);
                canvas.apply_mask(mask);
                let width = usize::from(version.width().unsigned_abs());
                assert_eq!(picture, Picture::of(&canvas.into_colors(), width), "{number} under {mask:?}");
            }
        }
    }
}
