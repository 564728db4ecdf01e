//! What stands on each page: whose page it is, which, made by whom, and what it can be checked against.

use super::font::{Faces, Weight};
use super::page::{Format, Ink, Mark};
use crate::exports::{Document, text};

const SIZE: f32 = 7.0;

/// Adds the head and the foot of every page.
pub fn add(pages: &mut [Vec<Mark>], format: Format, document: &Document, faces: &Faces) {
    let all = pages.len();
    let running = format!("{} · {} · {}", document.house, document.title, document.period);
    let made = text::moment(document.made.at.naive_local());
    let made = format!("Établi le {made} par {}", document.made.by);
    let position = text::figure(i64::try_from(document.proof.position).unwrap_or(i64::MAX));
    let proof = if document.proof.root.is_empty() {
        format!("Registre à la position {position}")
    } else {
        format!("Registre à la position {position} · racine {}", document.proof.root)
    };
    let base = format.end() + 21.0;
    for (index, page) in pages.iter_mut().enumerate() {
        let mut add = |words: &str, y, room| page.extend(line(words, y, room, faces));
        if index > 0 {
            add(&running, 36.0, format.line());
        }
        add(&made, base, format.line() - 70.0);
        add(&proof, base + 10.0, format.line());
        let number = format!("Page {} / {all}", index + 1);
        let x = format.width - Format::SIDE - faces.regular.width(&number, SIZE);
        let (weight, ink) = (Weight::Regular, Ink::Grey);
        page.push(Mark::Words { x, y: base, size: SIZE, weight, ink, words: number });
        let rules = [42.0, format.end() + 11.0];
        for y in rules.into_iter().skip(usize::from(index == 0)) {
            let (x, width) = (Format::SIDE, format.line());
            page.push(Mark::Area { x, y, width, height: 0.35, ink: Ink::Grey });
        }
    }
}

/// One line of small print at the left margin, cut if it must be.
fn line(words: &str, y: f32, room: f32, faces: &Faces) -> Option<Mark> {
    let words = faces.regular.lines(&text::plain(words), SIZE, room, 1).pop()?;
    Some(Mark::Words { x: Format::SIDE, y, size: SIZE, weight: Weight::Regular, ink: Ink::Grey, words })
}
