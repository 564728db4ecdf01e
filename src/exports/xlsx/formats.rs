//! How cells of a spreadsheet look: made once, used by every cell.

use crate::exports::{CURRENCY, Cell, Kind};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

/// The dark blue of headings, on sheets and in charts.
pub const INK: u32 = 0x18_36_5C;
const TINT: u32 = 0xE8_EE_F5;
const LINE: u32 = 0xBF_C7_D1;
const GREY: u32 = 0x5A_64_70;

/// All looks there are.
pub struct Formats {
    /// The name of the hospital.
    pub house: Format,
    /// The name of the report.
    pub title: Format,
    /// The days it is about.
    pub period: Format,
    /// The line above a small table.
    pub section: Format,
    /// The label of a figure that stands alone.
    pub label: Format,
    /// Small print.
    pub note: Format,
    /// The headings of columns of words, and of figures.
    pub heading: [Format; 2],
    plain: Looks,
    total: Looks,
    alone: Looks,
}

/// Where a cell stands.
#[derive(Clone, Copy)]
pub enum Place {
    /// In a table.
    Row,
    /// In the last line of a table.
    Total,
    /// Beside a label.
    Alone,
}

struct Looks {
    text: Format,
    money: Format,
    count: Format,
    day: Format,
    time: Format,
    moment: Format,
}

impl Formats {
    /// The looks of every sheet.
    pub fn new() -> Self {
        let bold = Format::new().set_bold();
        let heading = bold
            .clone()
            .set_font_color(INK)
            .set_background_color(TINT)
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(INK)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let total = bold.clone().set_border_top(FormatBorder::Thin).set_border_top_color(INK);
        let row = Format::new().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(LINE);
        Self {
            house: bold.clone().set_font_size(16).set_font_color(INK),
            title: bold.clone().set_font_size(13),
            period: Format::new().set_font_size(11).set_font_color(GREY),
            section: bold.clone().set_font_size(12).set_font_color(INK),
            label: Format::new().set_font_color(GREY),
            note: Format::new().set_font_size(9).set_font_color(GREY),
            heading: [heading.clone(), heading.set_align(FormatAlign::Right).set_indent(1)],
            plain: Looks::in_table(&row),
            total: Looks::in_table(&total),
            alone: Looks::alone(&bold.set_align(FormatAlign::Left)),
        }
    }

    /// How `cell` looks there, in a column of that kind.
    pub fn of(&self, place: Place, cell: &Cell, kind: Kind) -> &Format {
        let looks = match place {
            Place::Row => &self.plain,
            Place::Total => &self.total,
            Place::Alone => &self.alone,
        };
        match cell {
            Cell::Empty | Cell::Text(_) => &looks.text,
            Cell::Money(_) => &looks.money,
            Cell::Count(_) => &looks.count,
            Cell::Day(_) => &looks.day,
            Cell::Moment(_) if kind == Kind::Time => &looks.time,
            Cell::Moment(_) => &looks.moment,
        }
    }
}

/// Excel writes `,` in a format and shows the reader's own separator; so `dd/mm/yyyy` too.
impl Looks {
    /// Figures keep clear of the words in the next column.
    fn in_table(base: &Format) -> Self {
        let figure = base.clone().set_align(FormatAlign::Right).set_indent(1).set_num_format("#,##0");
        Self {
            money: figure.clone(),
            count: figure,
            ..Self::alone(&base.clone().set_align(FormatAlign::Left))
        }
    }

    /// All begin at the left; money names its currency.
    fn alone(base: &Format) -> Self {
        let numbered = |format: &str| base.clone().set_num_format(format);
        Self {
            text: base.clone(),
            money: numbered(&format!("#,##0\\ \"{CURRENCY}\"")),
            count: numbered("#,##0"),
            day: numbered("dd/mm/yyyy"),
            time: numbered("hh:mm:ss"),
            moment: numbered("dd/mm/yyyy hh:mm:ss"),
        }
    }
}
