//! Names for people, one for each id: two persons, or two exams, of one name stay two (fault 56 of the seed).

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The name of each id; where others have it too, with what tells it apart: a username, a code.
pub fn told_apart<'a>(
    named: impl Iterator<Item = (Uuid, &'a str, &'a str)> + Clone,
) -> BTreeMap<Uuid, String> {
    let mut ids: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for (id, name, _) in named.clone() {
        ids.entry(name).or_default().insert(id);
    }
    let told = |(id, name, by): (Uuid, &str, &str)| match ids.get(name) {
        Some(ids) if ids.len() > 1 => (id, format!("{name} ({by})")),
        _ => (id, name.to_owned()),
    };
    named.map(told).collect()
}
