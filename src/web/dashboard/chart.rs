//! Charts as SVG: shapes and words alone; colours come from the style sheet, figures stand beside each.

use crate::{exports::text::figure, reports::figures::Group};
use chrono::{Duration, NaiveDate};
use std::{collections::HashMap, f64::consts::TAU, fmt::Write as _};

/// Parts of a whole.
pub struct Donut {
    /// What it shows.
    pub title: &'static str,
    /// The largest first.
    pub parts: Vec<Part>,
}

/// One part.
pub struct Part {
    /// For people.
    pub label: String,
    /// With its unit.
    pub amount: String,
    /// In percents of the whole.
    pub percent: i64,
    /// The outline of its slice.
    pub path: String,
}

/// One length among others.
pub struct Bar {
    /// For people.
    pub label: String,
    /// With its unit.
    pub amount: String,
    /// Of 100.
    pub length: i64,
}

/// Days in a row, and the same number of days before.
pub struct Line {
    /// The outline of these days.
    pub now: String,
    /// The outline of those before.
    pub before: String,
    /// The sum of these days, with its unit.
    pub sum: String,
    /// The sum of those before.
    pub sum_before: String,
    /// Each day with what it brought: the figures behind the drawing.
    pub days: Vec<(String, String)>,
    /// The first and the last day.
    pub ends: (String, String),
    /// The highest value, with its unit.
    pub highest: String,
}

/// The drawing of a line: so wide, so high.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 160.0;

impl Donut {
    /// From labels and francs; what is not above 0 is left out.
    pub fn of(title: &'static str, parts: impl Iterator<Item = (String, i64)>) -> Self {
        let mut parts: Vec<_> = parts.filter(|(_, francs)| *francs > 0).collect();
        parts.sort_by_key(|(_, francs)| std::cmp::Reverse(*francs));
        let whole: i64 = parts.iter().map(|(_, francs)| francs).sum();
        let mut begun = 0;
        let parts = parts.into_iter().map(|(label, francs)| {
            let path = slice(share(begun, whole), share(begun + francs, whole));
            begun += francs;
            let percent = (francs * 100 + whole / 2) / whole.max(1);
            Part { label, amount: francs_of(francs), percent, path }
        });
        Self { title, parts: parts.collect() }
    }
}

impl Bar {
    /// Beside the longest, `most`.
    pub fn of(label: &str, francs: i64, most: i64) -> Self {
        let length = (francs * 100 / most.max(1)).max(1);
        Self { label: label.to_owned(), amount: francs_of(francs), length }
    }
}

impl Line {
    /// The `count` days up to `last`, from groups by day.
    pub fn of(groups: &[Group], last: NaiveDate, count: i64) -> Self {
        let by_day: HashMap<&str, i64> =
            groups.iter().map(|group| (group.key.as_str(), group.sum.amount)).collect();
        let up_to = |last: NaiveDate| -> Vec<(NaiveDate, i64)> {
            let days = (0..count).rev().map(|back| last - Duration::days(back));
            days.map(|day| (day, by_day.get(&*day.to_string()).copied().unwrap_or(0))).collect()
        };
        let (now, before) = (up_to(last), up_to(last - Duration::days(count)));
        let highest = now.iter().chain(&before).map(|(_, francs)| *francs).max().unwrap_or(0).max(1);
        let sum = |days: &[(NaiveDate, i64)]| francs_of(days.iter().map(|(_, francs)| francs).sum());
        let short = |day: &NaiveDate| day.format("%d/%m").to_string();
        Self {
            now: outline(&now, highest),
            before: outline(&before, highest),
            sum: sum(&now),
            sum_before: sum(&before),
            ends: (now.first().map(|(day, _)| short(day)).unwrap_or_default(), short(&last)),
            highest: francs_of(highest),
            days: now.iter().map(|(day, francs)| (short(day), francs_of(*francs))).collect(),
        }
    }
}

fn francs_of(francs: i64) -> String {
    format!("{}\u{202f}FCFA", figure(francs))
}

#[expect(clippy::cast_precision_loss, reason = "a drawing has no more than a thousand points")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A piece of a ring of radius 40 around (50, 50), from one share of the turn to another.
fn slice(from: f64, to: f64) -> String {
    // A whole turn has no two ends: a hair is left open.
    let to = to.min(from + 0.9999);
    let at = |share: f64, radius: f64| {
        let angle = share.mul_add(TAU, -TAU / 4.0);
        format!("{:.2} {:.2}", radius.mul_add(angle.cos(), 50.0), radius.mul_add(angle.sin(), 50.0))
    };
    let large = u8::from(to - from > 0.5);
    format!(
        "M{} A40 40 0 {large} 1 {} L{} A24 24 0 {large} 0 {} Z",
        at(from, 40.0),
        at(to, 40.0),
        at(to, 24.0),
        at(from, 24.0)
    )
}

#[expect(clippy::cast_precision_loss, reason = "sixty days")]
fn outline(days: &[(NaiveDate, i64)], highest: i64) -> String {
    let step = WIDTH / (days.len().max(2) - 1) as f64;
    let mut path = String::new();
    for (nth, (_, francs)) in days.iter().enumerate() {
        let (x, y) = (nth as f64 * step, share(*francs, highest).mul_add(-HEIGHT, HEIGHT));
        _ = write!(path, "{}{x:.1} {y:.1}", if nth == 0 { "M" } else { " L" });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_donut_shows_parts_that_are_there_the_largest_first() {
        let parts = [("A".to_owned(), 250), ("B".to_owned(), 0), ("C".to_owned(), 750)];
        let donut = Donut::of("t", parts.into_iter());
        let told: Vec<_> = donut.parts.iter().map(|part| (part.label.as_str(), part.percent)).collect();
        assert_eq!(told, [("C", 75), ("A", 25)]);
        assert!(Donut::of("t", std::iter::empty()).parts.is_empty());
    }

    #[test]
    fn a_line_has_a_point_for_each_day_and_its_highest_at_the_top() {
        let last = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap_or_default();
        let day = |key: &str, amount| Group {
            key: key.to_owned(),
            name: String::new(),
            sum: crate::reports::figures::Sum { amount, ..Default::default() },
        };
        let line = Line::of(&[day("2026-11-27", 500), day("2026-10-28", 100)], last, 30);
        assert_eq!(line.now.matches(['M', 'L']).count(), 30);
        assert!(line.now.ends_with("600.0 0.0"), "{}", line.now);
        assert_eq!((line.sum.as_str(), line.sum_before.as_str()), ("500\u{202f}FCFA", "100\u{202f}FCFA"));
    }
}
