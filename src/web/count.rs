//! A count of notes and coins in a form: a field for each denomination, named as in the API.

use super::form::Form;
use crate::{exports::text::figure, http::problem::Problem};
use domain::cash::{Count, Denomination};

/// A field of the count.
pub struct Piece {
    /// The field's name.
    pub name: String,
    /// `Billet de 10 000`, without its unit: the form says it once.
    pub label: String,
    /// Francs of one.
    pub francs: i64,
    /// What was typed.
    pub typed: String,
}

/// The fields, the largest piece first, with what was typed.
pub fn pieces(form: &Form) -> Vec<Piece> {
    let piece = |piece: Denomination| {
        let (kind, name, francs) =
            (if piece.is_note() { "Billet" } else { "Pièce" }, name(piece), piece.francs());
        let typed = form.text(&name).to_owned();
        Piece { label: format!("{kind} de {}", figure(francs)), francs, typed, name }
    };
    Denomination::ALL.into_iter().map(piece).collect()
}

/// What was counted; nothing if no field was filled in.
pub fn read(form: &Form) -> Result<Option<Count>, Problem> {
    let mut count = Count::default();
    for piece in Denomination::ALL {
        let name = name(piece);
        let typed = form.text(&name).trim();
        if typed.is_empty() {
            continue;
        }
        let quantity = typed.parse().map_err(|_| {
            let detail = "Une quantité de billets ou de pièces est un nombre entier, 0 ou plus. Rien n’a été enregistré.";
            Problem::invalid(&format!("/{name}"), detail)
        })?;
        count.0.insert(piece, quantity);
    }
    Ok(Some(count).filter(|count| !count.0.is_empty()))
}

/// `NOTE10000`: as the facts spell it.
fn name(piece: Denomination) -> String {
    let spelled = serde_json::to_value(piece).ok();
    spelled.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}
