//! What documents name must exist, and what exists must be documented.

use crate::repository::{files, root, sources};

/// Paths in back quotes or links that begin with a folder of ours.
fn paths(text: &str) -> Vec<&str> {
    let folders =
        ["src/", "domain/", "projections/", "migrations/", "tests/", "docs/", "web/", "benches/", "scripts/"];
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, '`' | '(' | ')' | '[' | ']' | '"' | ',' | ';' | ':' | '#' | '|')
    };
    let words = text.split(ends).map(|word| word.trim_end_matches(['.', '/']));
    let ours = |word: &&str| folders.iter().any(|folder| word.starts_with(folder));
    // A pattern or a placeholder names no single file.
    words.filter(ours).filter(|word| !word.contains(['*', '{', '<', '…', '$', '?', '='])).collect()
}

#[test]
fn every_path_in_a_document_exists() {
    for file in files() {
        let document =
            file.path == "README.md" || file.path.starts_with("docs/") && file.path.ends_with(".md");
        for path in paths(&file.text).into_iter().filter(|_| document) {
            assert!(root().join(path).exists(), "{} names {path}, which is not there", file.path);
        }
    }
    assert_eq!(paths("see `src/http.rs`, [a](docs/API.md) and src/*."), ["src/http.rs", "docs/API.md"]);
}

/// The tests that docs/FAULTS.md names: a file below `tests/`, then functions of it.
fn shown(text: &str) -> Vec<(String, &str)> {
    let (mut file, mut tests) = (String::new(), vec![]);
    for word in text.split('`').skip(1).step_by(2) {
        let is_name = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        match word.strip_suffix(".rs") {
            Some(path) if !path.starts_with("src/") => {
                file = format!("tests/{}", word.trim_start_matches("tests/"));
            }
            None if word.matches('_').count() > 2 && is_name(word) => tests.push((file.clone(), word)),
            Some(_) | None => {}
        }
    }
    tests
}

#[test]
fn every_fault_is_shown_by_a_test_that_is_there() {
    let text = std::fs::read_to_string(root().join("docs/FAULTS.md")).unwrap();
    let tests = shown(&text);
    assert!(tests.len() > 50, "{} tests named", tests.len());
    for (file, test) in tests {
        let source = std::fs::read_to_string(root().join(&file)).unwrap();
        assert!(
            source.contains(&format!("fn {test}(")),
            "docs/FAULTS.md names {test}, which is not in {file}"
        );
    }
}

/// A filter that names no test runs none, and says that all is well.
#[test]
fn every_test_that_the_makefile_picks_is_there() {
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let picked: Vec<(String, String)> = makefile
        .lines()
        .filter(|line| line.contains("$(CARGO)"))
        .filter_map(|line| line.split_once(" --test "))
        .filter_map(|(_, rest)| {
            let mut words = rest.split(' ');
            let (binary, filter) = (words.next()?, words.next().filter(|word| !word.starts_with('-'))?);
            Some((format!("tests/{binary}/"), format!("fn {filter}(")))
        })
        .collect();
    assert!(picked.len() >= 2, "{picked:?}");
    for (folder, function) in picked {
        let there =
            sources().iter().any(|file| file.path.starts_with(&folder) && file.text.contains(&function));
        assert!(there, "the Makefile picks {function} in {folder}, which is not there");
    }
}

/// The first word of every problem: `Problem::new(status, "code", ..)` and its like.
fn codes() -> Vec<String> {
    let mut codes = vec![];
    for file in sources()
        .into_iter()
        .filter(|file| ["src/http/", "src/web"].iter().any(|top| file.path.starts_with(top)))
    {
        for line in file.text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let code_line = line.starts_with('"') && line.ends_with("\",")
                || ["Problem::new(", "Self::new(", "unavailable(", ".code = ", "=> (", "(422,", "(502,"]
                    .iter()
                    .any(|mark| line.contains(mark));
            let words = line.split('"').skip(1).step_by(2).filter(|_| code_line);
            codes.extend(words.filter(|word| is_code(word)).map(str::to_owned));
        }
    }
    codes.sort();
    codes.dedup();
    codes
}

fn is_code(word: &str) -> bool {
    word.contains('_') && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[test]
fn every_code_of_a_problem_is_explained() {
    let codes = codes();
    for known in ["invalid_field", "already_paid", "wrong_credentials", "payer_not_found", "body_too_large"] {
        assert!(codes.contains(&known.to_owned()), "{known} was not found in src/http: {codes:?}");
    }
    // The page comes with the documents; from then on it must be complete.
    let Some(page) = files().into_iter().find(|file| file.path == "docs/API.md") else { return };
    let missing: Vec<_> = codes.iter().filter(|code| !page.text.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "docs/API.md does not explain {missing:?}");
}
