//! How sources must look: short files, shallow folders, honest names, nothing left to do.

use crate::repository::{files, sources};

const LONGEST: usize = 400;
const LONGEST_TEST: usize = 600;

/// Words in two halves, so that this file does not find itself.
fn word(one: &str, other: &str) -> String {
    format!("{one}{other}")
}

#[test]
fn files_are_short() {
    for file in sources() {
        let limit = if file.path.contains("tests/") { LONGEST_TEST } else { LONGEST };
        let lines = file.text.lines().count();
        assert!(lines <= limit, "{} has {lines} lines of {limit}: split it by noun", file.path);
    }
}

#[test]
fn folders_are_shallow_and_files_are_named_after_what_they_hold() {
    for file in sources() {
        if let Some((_, below)) = file.path.rsplit_once("src/") {
            let depth = below.matches('/').count();
            assert!(depth <= 2, "{}: at most two folders below src; move it up", file.path);
        }
        let name = file.path.rsplit('/').next().unwrap();
        assert_ne!(name, "mod.rs", "{}: call it after its folder, beside it", file.path);
        let vague = ["util", "helper", "manager", "service", "common", "misc"];
        let vague = vague.iter().find(|vague| name.starts_with(**vague));
        assert!(vague.is_none(), "{}: name it after its noun", file.path);
    }
}

#[test]
fn nothing_is_left_to_do_or_left_out() {
    let marks = [
        word("#[ign", "ore"),
        word("tod", "o!("),
        word("unimpl", "emented!("),
        word("db", "g!("),
        word("should_", "panic"),
    ];
    for file in sources() {
        for mark in &marks {
            assert!(!file.text.contains(mark), "{} has {mark}: finish it, or delete it", file.path);
        }
    }
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let places = [
        word("/wo", "rk/"),
        word("/ro", "ot/"),
        word("/ho", "me/"),
        word(".libr", "ary"),
        word("/tmp/", "bash"),
    ];
    for file in files() {
        for place in &places {
            assert!(!file.text.contains(place), "{} has {place}: make the path relative", file.path);
        }
    }
}

#[test]
fn every_migration_is_used() {
    let sources = sources();
    let mut migrations = 0;
    for file in files().iter().filter(|file| file.path.ends_with(".sql")) {
        let used = sources.iter().any(|source| source.text.contains(&format!("{}\")", file.path)));
        assert!(used, "{}: include it where it is run, or delete it", file.path);
        migrations += 1;
    }
    assert!(migrations > 5);
}

#[test]
fn functions_are_short_by_clippys_count() {
    let clippy = files().into_iter().find(|file| file.path == "clippy.toml").unwrap();
    assert!(clippy.text.contains("too-many-lines-threshold = 60"), "clippy.toml: 60 lines a function");
}

/// The engines number arguments by their first use: another order would bind the wrong one, and say nothing.
#[test]
fn placeholders_of_read_models_stand_in_the_order_of_their_first_use() {
    let mut found = 0;
    for file in sources().iter().filter(|file| file.path.contains("projections/src/")) {
        for text in file.text.split('"').skip(1).step_by(2).filter(|text| text.contains("$1")) {
            let numbers = text.split('$').skip(1).filter_map(|rest| {
                rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<u32>().ok())
            });
            let mut last = 0;
            for number in numbers {
                assert!(number <= last + 1, "{}: ${number} stands before ${} in {text}", file.path, last + 1);
                last = last.max(number);
            }
            found += 1;
        }
    }
    assert!(found > 30, "{found} statements were read");
}
