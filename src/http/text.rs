//! Texts from outside: trimmed, bounded, without control characters; and what is wrong with a phone number.

use super::problem::Problem;
use crate::clock::Clock;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::phone::NotAMobile;

/// A name of a person, a desk, an exam or its category: 1 to 100 characters. `pointer` is the field
/// that a refusal names, here and below.
pub fn name(pointer: &str, text: &str) -> Result<String, Problem> {
    bounded(pointer, text, 100)
}

/// A text of 1 to `most` characters.
pub fn bounded(pointer: &str, text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > most || text.chars().any(char::is_control) {
        let detail = format!("Ce champ doit compter de 1 à {most} caractères, sans saut de ligne.");
        return Err(Problem::invalid(pointer, detail));
    }
    Ok(text.to_owned())
}

/// The words of a search; none is all. More than a name is long is no search.
pub fn words(pointer: &str, text: Option<&str>) -> Result<String, Problem> {
    match text.map(str::trim) {
        None | Some("") => Ok(String::new()),
        Some(text) => bounded(pointer, text, 100),
    }
}

/// A code of the catalogue or a username: letters, digits, dots, dashes.
pub fn code(pointer: &str, text: &str) -> Result<String, Problem> {
    let text = bounded(pointer, text, 40)?;
    if text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        return Ok(text);
    }
    Err(Problem::invalid(pointer, "Ce champ n’accepte que lettres, chiffres, points et tirets."))
}

/// A day that must be named: `YYYY-MM-DD`, or a moment of it as the seed's client sends it.
pub fn day(pointer: &str, text: Option<&str>, clock: Clock) -> Result<NaiveDate, Problem> {
    let text =
        text.ok_or_else(|| Problem::invalid(pointer, "Cette date manque ; elle s’écrit AAAA-MM-JJ."))?;
    let moment = || {
        let at = text.parse::<DateTime<Utc>>().ok().filter(|at| in_use(at.year()))?;
        Some(clock.day(at))
    };
    // The parser takes `26-01-01` for the year 26, a day on which nothing was ever done.
    let day = text.parse().ok().filter(|_| text.len() == "2026-01-01".len()).or_else(moment);
    let day = day.filter(|day: &NaiveDate| in_use(day.year()));
    day.ok_or_else(|| Problem::invalid(pointer, "La date s’écrit AAAA-MM-JJ."))
}

/// A day that was read already, refused where nobody lives.
pub fn lived(pointer: &str, day: NaiveDate) -> Result<NaiveDate, Problem> {
    let words = "L’année de cette date n’est pas plausible. Vérifiez-la ; la date s’écrit AAAA-MM-JJ.";
    if in_use(day.year()) { Ok(day) } else { Err(Problem::invalid(pointer, words)) }
}

/// At the ends of the calendar a moment has no day in another zone, and a day no morrow.
fn in_use(year: i32) -> bool {
    (1900..2200).contains(&year)
}

/// Why a phone number can't pay.
pub fn phone(pointer: &str, why: NotAMobile) -> Problem {
    let (code, detail) = match why {
        NotAMobile::Malformed => {
            ("invalid_phone", "Ce n’est pas un numéro du Togo : +228 suivi de huit chiffres.")
        }
        NotAMobile::Fixed => {
            ("fixed_line", "C’est une ligne fixe : elle ne peut pas payer. Demandez un numéro mobile.")
        }
        NotAMobile::Unassigned => {
            ("unassigned_phone", "Aucun opérateur n’utilise ce préfixe. Vérifiez le numéro.")
        }
    };
    let mut problem = Problem::invalid(pointer, detail);
    problem.code = code;
    problem
}
