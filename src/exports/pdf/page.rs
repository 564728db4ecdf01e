//! Pages as marks: blocks are put one under the other, and turn the page where it is full.
//!
//! All lengths are points, from the top left corner of the page.

use super::font::Weight;

/// What is printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Black,
    /// Headings and their rules.
    Blue,
    /// Labels and small print.
    Grey,
    /// Hairlines between rows.
    Pale,
    /// The ground of headings.
    Tint,
}

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// Words, drawable, with the left end of their base line.
    Words { x: f32, y: f32, size: f32, weight: Weight, ink: Ink, words: String },
    /// A filled area: a rule, if it is flat.
    Area { x: f32, y: f32, width: f32, height: f32, ink: Ink },
}

/// Marks that belong together, from a corner of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// What is in it.
    pub marks: Vec<Mark>,
    /// How far down it reaches.
    pub height: f32,
}

/// The paper and its margins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// Of the paper.
    pub width: f32,
    /// Of the paper.
    pub height: f32,
}

/// Where the next block goes.
pub struct Flow {
    /// The paper.
    pub format: Format,
    pages: Vec<Vec<Mark>>,
    page: Vec<Mark>,
    y: f32,
}

impl Format {
    /// A4 upright.
    pub const UPRIGHT: Self = Self { width: 595.276, height: 841.89 };
    /// A4 turned.
    pub const LYING: Self = Self { width: 841.89, height: 595.276 };
    /// Left and right.
    pub const SIDE: f32 = 42.0;
    /// Above the text.
    pub const TOP: f32 = 54.0;
    /// Below the text.
    pub const BOTTOM: f32 = 58.0;

    /// The width of the text.
    pub fn line(self) -> f32 {
        self.width - 2.0 * Self::SIDE
    }

    /// Where the text ends.
    pub fn end(self) -> f32 {
        self.height - Self::BOTTOM
    }
}

impl Flow {
    /// At the top of the first page.
    pub fn new(format: Format) -> Self {
        Self { format, pages: Vec::new(), page: Vec::new(), y: Format::TOP }
    }

    /// Whether a block of that height stands on this page.
    pub fn has_room(&self, height: f32) -> bool {
        self.y + height <= self.format.end()
    }

    /// Whether nothing stands on this page yet.
    pub fn is_at_top(&self) -> bool {
        self.y <= Format::TOP
    }

    /// Turns the page unless it has room for `height`. What is higher than a page begins where it is.
    pub fn keep(&mut self, height: f32) {
        if !self.has_room(height) && height <= self.format.end() - Format::TOP {
            self.turn();
        }
    }

    /// Puts a block, `x` from the left margin, on the next page if need be.
    pub fn put(&mut self, block: Block, x: f32) {
        if !self.has_room(block.height) && !self.is_at_top() {
            self.turn();
        }
        self.put_at(block, x, self.y);
    }

    /// Puts two columns of blocks side by side, as high as the higher.
    pub fn put_beside(&mut self, left: Vec<Block>, right: Vec<Block>, x: f32) {
        let top = self.y;
        let mut lowest = top;
        for (blocks, x) in [(left, 0.0), (right, x)] {
            self.y = top;
            for block in blocks {
                self.put_at(block, x, self.y);
            }
            lowest = lowest.max(self.y);
        }
        self.y = lowest;
    }

    /// Leaves some air, but none at the top of a page.
    pub fn skip(&mut self, height: f32) {
        if !self.is_at_top() {
            self.y += height;
        }
    }

    /// Ends the page.
    pub fn turn(&mut self) {
        self.pages.push(std::mem::take(&mut self.page));
        self.y = Format::TOP;
    }

    /// All pages; the last one too, if there is anything on it, and at least one.
    pub fn into_pages(mut self) -> Vec<Vec<Mark>> {
        if !self.page.is_empty() || self.pages.is_empty() {
            self.turn();
        }
        self.pages
    }

    /// Puts a block there, and goes on under it.
    fn put_at(&mut self, block: Block, x: f32, y: f32) {
        self.y = y + block.height;
        self.page.extend(block.marks.into_iter().map(|mark| mark.moved(Format::SIDE + x, y)));
    }
}

impl Block {
    /// Nothing, that high.
    pub fn air(height: f32) -> Self {
        Self { marks: Vec::new(), height }
    }

    /// Adds a rule of that width at `y`.
    pub fn rule(&mut self, y: f32, width: f32, thickness: f32, ink: Ink) {
        self.marks.push(Mark::Area { x: 0.0, y, width, height: thickness, ink });
    }
}

impl Mark {
    fn moved(mut self, right: f32, down: f32) -> Self {
        let (Self::Words { x, y, .. } | Self::Area { x, y, .. }) = &mut self;
        *x += right;
        *y += down;
        self
    }
}
