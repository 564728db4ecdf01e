//! Answers: which patient is this? Reads patient events; owns table patients.
//!
//! The one read model that holds names in clear: others join it, so that erasing changes one row.

use crate::{Change, Identities, Misread, Projector, Query, Row, Seen};
use domain::{Event, PatientId, patient};
use serde::Serialize;
use uuid::Uuid;

/// What stands where a name stood.
pub const ERASED: &str = "effacé";

/// The projector.
pub struct Patients;

/// One patient.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// His id.
    pub id: Uuid,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `+228...`
    pub phone: Option<String>,
    /// True once the person was forgotten.
    pub erased: bool,
}

impl Projector for Patients {
    fn name(&self) -> &'static str {
        "patients"
    }
    fn version(&self) -> i64 {
        1
    }
    fn tables(&self) -> &'static [&'static str] {
        &["patients"]
    }
    fn schema(&self) -> &'static str {
        include_str!("../../migrations/views/patients.sql")
    }
    fn names_patients(&self) -> bool {
        true
    }
    fn project(&self, seen: &Seen<'_>, people: &dyn Identities) -> Vec<Change> {
        let Event::Patient(event) = seen.event else { return vec![] };
        match event {
            patient::Event::Registered(new) => vec![known(seen, people.identity(&new.identity))],
            patient::Event::Erased(_) => vec![Change::new(
                "update patients set first_name = $1, last_name = $1, birth_date = null, phone = null,
                 search = '', erased = 1 where id = $2",
                [ERASED.into(), seen.id().into()],
            )],
        }
    }
}

/// A key that is gone already reads as erased, so that a rebuild ends where the live model stands.
fn known(seen: &Seen<'_>, who: Option<patient::Identity>) -> Change {
    let erased = i64::from(who.is_none());
    let who = who.unwrap_or_else(|| patient::Identity {
        first_name: ERASED.into(),
        last_name: ERASED.into(),
        birth_date: None,
        phone: None,
    });
    let search = if erased == 1 { String::new() } else { folded(&[&who.last_name, &who.first_name]) };
    Change::new(
        "insert into patients (id, first_name, last_name, birth_date, phone, search, erased, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            seen.id().into(),
            who.first_name.into(),
            who.last_name.into(),
            who.birth_date.into(),
            who.phone.into(),
            search.into(),
            erased.into(),
            seen.position.into(),
        ],
    )
}

/// Lower case without the accents of French, so that `Amelie` finds `Amélie`.
pub(crate) fn folded(parts: &[&str]) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        '%' | '_' | '\\' => ' ',
        other => other,
    };
    parts.join(" ").to_lowercase().chars().map(plain).collect()
}

fn read(row: &mut Row) -> Result<Patient, Misread> {
    Ok(Patient {
        id: row.id()?,
        first_name: row.text()?,
        last_name: row.text()?,
        birth_date: row.maybe_text()?,
        phone: row.maybe_text()?,
        erased: row.int()? == 1,
    })
}

/// One patient.
pub fn by_id(id: PatientId) -> Query<Patient> {
    let sql = "select id, first_name, last_name, birth_date, phone, erased from patients where id = $1";
    Query { sql, args: vec![id.into()], read }
}

/// Everybody who was erased.
pub fn erased() -> Query<PatientId> {
    let sql = "select id from patients where erased = 1 order by position";
    Query { sql, args: vec![], read: |row| row.id().map(PatientId) }
}

/// The latest fifty whose names contain `words`; all for no words.
pub fn search(words: &str) -> Query<Patient> {
    let sql = "select id, first_name, last_name, birth_date, phone, erased from patients
               where search like $1 order by position desc limit 50";
    Query { sql, args: vec![format!("%{}%", folded(&[words.trim()])).into()], read }
}
