//! Text in the embedded Noto Sans: how wide it is, where it breaks, and which glyphs draw it.
//!
//! French needs no shaping, so a letter is a glyph and its advance. A letter that the font lacks is
//! drawn as U+FFFD: a name from elsewhere must not keep a report from being printed.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};
use std::borrow::Cow;

/// Stands for a letter that the font lacks.
const LACKING: char = '\u{FFFD}';

/// The two weights of the paper.
pub struct Faces {
    /// For reading.
    pub regular: Face,
    /// For headings and totals.
    pub bold: Face,
}

/// One of them, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For reading.
    Regular,
    /// For headings and totals.
    Bold,
}

/// A font, ready to measure and to draw.
pub struct Face {
    font: Font,
    letters: Charmap<'static>,
    advances: GlyphMetrics<'static>,
    units: f32,
}

impl Faces {
    /// The fonts that are compiled in.
    pub fn open() -> Result<Self, &'static str> {
        let face = |bytes| Face::open(bytes).ok_or("the embedded font cannot be read");
        Ok(Self { regular: face(notosans::REGULAR_TTF)?, bold: face(notosans::BOLD_TTF)? })
    }

    /// The font of that weight.
    pub fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

impl Face {
    fn open(bytes: &'static [u8]) -> Option<Self> {
        let font = Font::new(bytes.into(), 0)?;
        let tables = FontRef::new(bytes).ok()?;
        let advances = tables.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = font.units_per_em();
        Some(Self { font, letters: tables.charmap(), advances, units })
    }

    /// The font as the file embeds it.
    pub fn font(&self) -> Font {
        self.font.clone()
    }

    /// `words` in letters that the font has.
    pub fn drawable<'w>(&self, words: &'w str) -> Cow<'w, str> {
        if words.chars().all(|letter| self.has(letter)) {
            return Cow::Borrowed(words);
        }
        let known = |letter| match letter {
            letter if self.has(letter) => letter,
            '\u{2010}' | '\u{2011}' => '-',
            _ => LACKING,
        };
        Cow::Owned(words.chars().map(known).collect())
    }

    /// The width of `words` at `size`, in points.
    pub fn width(&self, words: &str, size: f32) -> f32 {
        words.chars().map(|letter| self.glyph(letter).1).sum::<f32>() * size
    }

    /// The glyphs of `words`, which are drawable.
    pub fn glyphs(&self, words: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| {
            let (id, advance) = self.glyph(letter);
            KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, at..at + letter.len_utf8(), None)
        };
        words.char_indices().map(glyph).collect()
    }

    /// `words` in at most `most` lines no wider than `width`. They break at spaces; a word wider than
    /// a line, after a hyphen or anywhere; what does not fit ends in an ellipsis.
    pub fn lines(&self, words: &str, size: f32, width: f32, most: usize) -> Vec<String> {
        let words = self.drawable(words);
        let mut rest = words.trim();
        let mut lines = Vec::new();
        while !rest.is_empty() {
            let fitting = self.fitting(rest, size, width);
            if fitting == rest.len() {
                lines.push(rest.to_owned());
                break;
            }
            if lines.len() + 1 >= most {
                let room = width - self.width("…", size);
                lines.push(format!("{}…", rest[..self.fitting(rest, size, room)].trim_end()));
                break;
            }
            let space = rest[..fitting].rfind(' ').filter(|at| *at > 0);
            let space = if rest[fitting..].starts_with(' ') { Some(fitting) } else { space };
            let hyphen = rest[..fitting].rfind('-').map(|at| at + 1);
            let at = space.or(hyphen).unwrap_or(fitting);
            lines.push(rest[..at].trim_end().to_owned());
            rest = rest[at..].trim_start();
        }
        lines
    }

    /// How many bytes of `words` fit the width; at least one letter, so that breaking always ends.
    fn fitting(&self, words: &str, size: f32, width: f32) -> usize {
        let mut used = 0.0;
        for (at, letter) in words.char_indices() {
            used += self.glyph(letter).1 * size;
            if used > width && at > 0 {
                return at;
            }
        }
        words.len()
    }

    fn has(&self, letter: char) -> bool {
        let is_private = matches!(u32::from(letter), 0xE000..=0xF8FF | 0xF_0000..);
        !is_private && self.letters.map(letter).is_some()
    }

    /// The glyph and its advance, for a size of one.
    fn glyph(&self, letter: char) -> (GlyphId, f32) {
        let id = self.letters.map(letter).unwrap_or_default();
        let advance = self.advances.advance_width(id).unwrap_or_default() / self.units;
        (GlyphId::new(id.to_u32()), advance)
    }
}
