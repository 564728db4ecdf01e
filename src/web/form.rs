//! A form: its fields as they were typed, and the key that makes sending it twice one command.
//!
//! The server draws the key and puts it into the form (`<input type="hidden" name="key">`). It takes the place of
//! `Idempotency-Key`: the same form sent again is answered as the first time. After a refusal the page shows the form
//! again with what was typed; the key is new where nothing happened, and the same where nobody knows.

use crate::http::{
    body::{self, LIMIT},
    problem::Problem,
};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
};
use domain::Money;
use std::{collections::BTreeMap, future::Future, pin::Pin};
use uuid::Uuid;

/// What stands in a form, or shall stand there.
#[derive(Clone, Debug)]
pub struct Form {
    key: String,
    fields: BTreeMap<String, String>,
    refusal: Option<Problem>,
}

impl Form {
    /// An empty form with a key of its own.
    pub fn fresh() -> Self {
        Self { key: Uuid::now_v7().to_string(), fields: BTreeMap::new(), refusal: None }
    }

    /// The same with a field filled in beforehand.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.fields.insert(name.to_owned(), text.into());
        self
    }

    /// The key of its command.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A field as it was typed; empty if it isn't there.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// A field that holds an amount, as people write one: `12 500` or `12500 F`.
    pub fn money(&self, name: &str) -> Result<Money, Problem> {
        let wrong = || {
            let mut problem = Problem::invalid(
                &format!("/{name}"),
                "Un montant est un nombre entier de FCFA, comme 12 500, sans virgule. Rien n’a été enregistré ; corrigez-le.",
            );
            problem.code = "invalid_amount";
            problem
        };
        let typed = self.text(name).trim().trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let francs = digits.parse::<i64>().ok().filter(|_| plain).ok_or_else(wrong)?;
        Money::new(francs).map_err(|_| wrong())
    }

    /// The same for a field that may stay empty.
    pub fn maybe_money(&self, name: &str) -> Result<Option<Money>, Problem> {
        if self.text(name).trim().is_empty() { Ok(None) } else { self.money(name).map(Some) }
    }

    /// All fields but the key, in one order: equal content has equal bytes.
    pub fn canonical(&self) -> Vec<u8> {
        // A map of texts: nothing of it can fail to become JSON.
        serde_json::to_vec(&self.fields).unwrap_or_default()
    }

    /// The form as it is shown again after a refusal.
    #[must_use]
    pub fn refused(mut self, problem: Problem) -> Self {
        let nobody_knows = problem.status.is_server_error();
        if !nobody_knows {
            self.key = Uuid::now_v7().to_string();
        }
        self.refusal = Some(match problem.code {
            "idempotency_key_reused" => reused(problem),
            _ => problem,
        });
        self
    }

    /// Why it was refused.
    pub fn refusal(&self) -> Option<&Problem> {
        self.refusal.as_ref()
    }

    /// Whether the refusal is about this field.
    pub fn is_wrong(&self, name: &str) -> bool {
        let pointer = self.refusal.as_ref().and_then(|problem| problem.pointer.as_deref());
        pointer.is_some_and(|pointer| pointer.strip_prefix('/') == Some(name))
    }

    /// The status of the page that shows it.
    pub fn status(&self) -> StatusCode {
        self.refusal.as_ref().map_or(StatusCode::OK, |problem| problem.status)
    }
}

/// People know nothing of keys: this form was sent before with other values, by going back and typing anew.
fn reused(problem: Problem) -> Problem {
    let detail = "Ce formulaire avait déjà été envoyé avec d’autres valeurs, et c’est ce premier envoi qui compte. Rien de \
                  plus n’a été enregistré ; regardez le dossier avant de recommencer.";
    Problem { detail: detail.to_owned(), ..problem }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let bytes = body::raw(request, payload, LIMIT);
        Box::pin(async move {
            let bytes = bytes.await?;
            let fields: Option<BTreeMap<_, _>> =
                serde_urlencoded::from_bytes(&bytes).ok().filter(|_| is_form);
            let mut fields: BTreeMap<String, String> = fields.ok_or_else(unreadable)?;
            Ok(Self { key: fields.remove("key").unwrap_or_default(), fields, refusal: None })
        })
    }
}

fn unreadable() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "form_unreadable",
        "Ce formulaire est arrivé incomplet. Rien n’a été enregistré ; rechargez la page et recommencez.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it_and_never_guessed() {
        let read = |typed: &str| Form::fresh().with("amount", typed).money("amount").map(Money::francs).ok();
        for typed in ["12500", "12 500", " 12\u{202f}500\u{202f}FCFA ", "12\u{a0}500 F", "012500"] {
            assert_eq!(read(typed), Some(12_500), "{typed}");
        }
        for typed in
            ["", " ", "12,5", "12.5", "-5", "+5", "1e3", "0x10", "F", "12 F 5", "１２", "1000000000001"]
        {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_key_is_new_where_nothing_happened_and_the_same_where_nobody_knows() {
        let form = Form::fresh().with("tendered", "2000");
        let refused = |status| {
            form.clone().refused(Problem::new(
                StatusCode::from_u16(status).expect("a status"),
                "told",
                "Dit.",
            ))
        };
        for status in [403, 404, 409, 422, 429] {
            let again = refused(status);
            assert_ne!(again.key(), form.key(), "{status}");
            assert_eq!((again.text("tendered"), again.status().as_u16()), ("2000", status));
        }
        for status in [500, 502, 503] {
            let again = refused(status);
            assert_eq!((again.key(), again.canonical()), (form.key(), form.canonical()), "{status}");
        }
    }
}
