//! Marks become a file: PDF/A-3b, so that it can be read in thirty years, with the signed data inside.
//!
//! The fonts are embedded (only the letters in use), colours are sRGB, and the file says in XMP what it
//! is. Whatever the standard forbids comes back from the library as an error.

use super::font::Faces;
use super::page::{Format, Ink, Mark};
use crate::exports::{Attachment, Document, Made, text};
use chrono::{Datelike as _, Timelike as _};
use krilla::SerializeSettings;
use krilla::color::rgb;
use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::Archival;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

/// The name of the program, as the file names its maker.
const MAKER: &str = "Quittance";

/// The file, or what the standard has against it.
pub fn draw(
    pages: &[Vec<Mark>],
    format: Format,
    document: &Document,
    faces: &Faces,
) -> Result<Vec<u8>, String> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .map_err(|error| format!("{error:?}"))?;
    let settings = SerializeSettings { configuration, enable_tagging: false, ..SerializeSettings::default() };
    let mut file = krilla::Document::new_with(settings);
    file.set_metadata(metadata(document));
    for marks in pages {
        let size = PageSettings::from_wh(format.width, format.height).ok_or("a page without size")?;
        let mut page = file.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            draw_mark(&mut surface, mark, faces);
        }
        surface.finish();
        page.finish();
    }
    if let Some(attachment) = &document.attachment {
        file.embed_file(embedded(attachment, document)).ok_or("a file embedded twice")?;
    }
    file.finish().map_err(|error| format!("{error:?}"))
}

fn draw_mark(surface: &mut Surface<'_>, mark: &Mark, faces: &Faces) {
    match mark {
        Mark::Words { x, y, size, weight, ink, words } => {
            let face = faces.of(*weight);
            surface.set_fill(Some(fill(*ink)));
            surface.draw_glyphs(
                Point::from_xy(*x, *y),
                &face.glyphs(words),
                face.font(),
                words,
                *size,
                false,
            );
        }
        Mark::Area { x, y, width, height, ink } => {
            let mut path = PathBuilder::new();
            if let Some(area) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(area);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*ink)));
                surface.draw_path(&path);
            }
        }
    }
}

fn fill(ink: Ink) -> Fill {
    let colour = match ink {
        Ink::Black => rgb::Color::new(0x14, 0x18, 0x1C),
        Ink::Blue => rgb::Color::new(0x18, 0x36, 0x5C),
        Ink::Grey => rgb::Color::new(0x5A, 0x64, 0x70),
        Ink::Pale => rgb::Color::new(0xC9, 0xD0, 0xD8),
        Ink::Tint => rgb::Color::new(0xEE, 0xF2, 0xF7),
    };
    Fill { paint: colour.into(), ..Fill::default() }
}

fn metadata(document: &Document) -> Metadata {
    let [house, title, period] =
        [&document.house, &document.title, &document.period].map(|words| short(words));
    Metadata::new()
        .title(format!("{title}, {period}"))
        .authors(vec![house.clone()])
        .document_id(format!("{house}\n{title}\n{period}"))
        .description(format!("{house}, registre à la position {}", document.proof.position))
        .creator(MAKER.to_owned())
        .producer(MAKER.to_owned())
        .language("fr".to_owned())
        .creation_date(date(&document.made))
}

/// Names in the properties of a file are for lists: long ones are cut.
fn short(words: &str) -> String {
    text::plain(words).chars().take(200).collect()
}

fn date(made: &Made) -> DateTime {
    let at = made.at;
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let minutes = at.offset().local_minus_utc() / 60;
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(i8::try_from(minutes / 60).unwrap_or(0))
        .utc_offset_minute(small(minutes.unsigned_abs() % 60))
}

fn embedded(attachment: &Attachment, document: &Document) -> EmbeddedFile {
    let mime = MimeType::new(&attachment.mime).or_else(|| MimeType::new("application/octet-stream"));
    EmbeddedFile {
        // Old readers take the name byte by byte, so it is plain ASCII.
        path: short(&attachment.name).replace(|letter: char| !letter.is_ascii(), "_"),
        mime_type: mime,
        description: Some("Données signées du rapport".to_owned()),
        association_kind: AssociationKind::Data,
        data: attachment.bytes.clone().into(),
        modification_date: Some(date(&document.made)),
        compress: None,
        location: None,
    }
}
