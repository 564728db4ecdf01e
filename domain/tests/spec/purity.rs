//! The domain reaches for nothing outside itself: `decide` is synchronous and total, `evolve` believes.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What may not stand in the domain's source, and what to do instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("async", "decide is synchronous; await in the shell and pass what came as part of the command"),
    ("await", "decide is synchronous; await in the shell and pass what came as part of the command"),
    ("tokio", "waiting is the shell's work (src/react)"),
    ("SystemTime", "pass the moment or the day in the command"),
    ("Utc::now", "pass the moment or the day in the command"),
    ("Local::now", "pass the moment or the day in the command"),
    ("Instant", "pass the moment or the day in the command"),
    ("new_v4", "draw the id in the shell and pass it in the command"),
    ("now_v7", "draw the id in the shell and pass it in the command"),
    ("rand", "draw in the shell and pass what was drawn in the command"),
    ("getrandom", "draw in the shell and pass what was drawn in the command"),
    ("std::fs", "read files in the shell and pass their content"),
    ("std::net", "call providers in the shell (src/react) and hear their reports"),
    ("std::env", "read the configuration in the shell and pass the value"),
    ("std::thread", "a decision is one function call; run it where you like from the shell"),
    ("tracing", "return a fact or a refusal; the shell logs once, at the edge"),
    ("println", "return a fact or a refusal; the shell prints"),
    ("eprintln", "return a fact or a refusal; the shell prints"),
    ("f32", "use Money, or an integer with its unit in the name"),
    ("f64", "use Money, or an integer with its unit in the name"),
];

#[test]
fn the_domain_reaches_for_nothing_outside_itself() {
    let mut found = vec![];
    let domain = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = sources(&domain.join("src"));
    assert!(files.len() > 20, "the sources were not found: {files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let file = file.strip_prefix(domain).unwrap();
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in forbidden_in(line) {
                found.push(format!("{}:{}: `{word}`: {instead}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "the domain is pure:\n{}", found.join("\n"));
}

#[test]
fn a_forbidden_word_is_found_in_code_and_not_in_comments_or_longer_words() {
    let words = |line| forbidden_in(line).map(|(word, _)| *word).collect::<Vec<_>>();
    assert_eq!(words("    pub async fn decide() {"), ["async"]);
    assert_eq!(words("let at = chrono::Utc::now();"), ["Utc::now"]);
    assert_eq!(words("use std::time::{Instant, SystemTime};"), ["SystemTime", "Instant"]);
    assert_eq!(words("let share: f64 = 0.5; // async"), ["f64"]);
    assert_eq!(words("use std::fs;"), ["std::fs"]);
    assert!(words("/// Nothing random, no `async`, no Instant.").is_empty());
    assert!(words("let operand = brand(instants);").is_empty());
}

fn forbidden_in(line: &str) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let code = line.split("//").next().unwrap_or_default();
    FORBIDDEN.iter().filter(move |(word, _)| stands_in(code, word))
}

/// True where `word` stands alone, not as a part of a longer name.
fn stands_in(code: &str, word: &str) -> bool {
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(part_of_a_name) && !after.is_some_and(part_of_a_name)
    })
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}
