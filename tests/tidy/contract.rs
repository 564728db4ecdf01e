//! The contract holds a shape for each name: two shapes of one name, and one of them is told wrong.

use crate::repository::sources;
use std::collections::BTreeMap;

/// Names in the contract of the shapes that a source declares: the type's own, or that of `schema(as = ..)`.
fn shapes(text: &str) -> Vec<&str> {
    let mut shapes = vec![];
    let (mut derived, mut named) = (false, None);
    for line in text.lines().map(str::trim) {
        derived |= line.starts_with("#[derive(") && line.contains("ToSchema");
        if let Some(name) = line.strip_prefix("#[schema(as = ") {
            named = Some(name.trim_end_matches(")]"));
        }
        let declared = ["pub struct ", "pub enum "].iter().find_map(|word| line.strip_prefix(word));
        let Some(declared) = declared else { continue };
        let own = declared.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if std::mem::take(&mut derived) {
            shapes.push(named.take().unwrap_or(own));
        }
        named = None;
    }
    shapes
}

#[test]
fn every_shape_of_the_contract_has_a_name_of_its_own() {
    let sources = sources();
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in sources.iter().filter(|file| !file.path.contains("tests/")) {
        for name in shapes(&file.text) {
            names.entry(name).or_default().push(&file.path);
        }
    }
    assert!(names.len() > 50, "{} shapes were found", names.len());
    for (name, paths) in names {
        assert_eq!(
            paths.len(),
            1,
            "{paths:?} declare {name}: give one of them another name with #[schema(as = ..)]"
        );
    }
}

#[test]
fn the_search_reads_names_as_the_contract_does() {
    let text = "#[derive(Serialize, utoipa::ToSchema)]\n#[schema(as = Other)]\npub struct One {\n}\n\
                #[derive(utoipa::ToSchema)]\npub enum Two<T> {\n}\n#[derive(Debug)]\npub struct Three;\n";
    assert_eq!(shapes(text), ["Other", "Two"]);
}
