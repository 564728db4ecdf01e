//! Every command explains itself.

use crate::{books::quittance, lifecycle::text};

#[test]
fn every_command_names_its_options() {
    let empty = tempfile::TempDir::new().unwrap();
    for (command, options) in [
        (
            &[][..],
            &[
                "serve",
                "demo",
                "simulate-provider",
                "verify",
                "head",
                "backup",
                "restore",
                "copy",
                "replay",
                "explain",
                "receipt",
            ][..],
        ),
        (&["serve"], &["--config", "--data"]),
        (&["demo"], &["--simulator", "--pace", "--empty"]),
        (&["simulate-provider"], &["--listen", "--pace", "never-answers", "fifty-at-once"]),
        (&["verify"], &["--against", "--ledger-only"]),
        (&["explain"], &["--from", "--to", "--total", "method:CASH"]),
        (&["head"], &["--out"]),
        (&["backup"], &["<TO_DIR>", "--with-master-key"]),
        (&["restore"], &["<FROM_DIR>", "--head", "--partial"]),
        (&["copy", "status"], &["<DIR>"]),
        (&["replay"], &["<ID>", "--position", "--at", "--json"]),
        (&["receipt", "check"], &["<CODE>", "--key"]),
    ] {
        let output = quittance(empty.path(), &[command, &["--help"]].concat());
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", text(&output.stderr));
        for option in options {
            assert!(said.contains(option), "{command:?} does not name {option}:\n{said}");
        }
    }
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "help makes no files");
}

#[test]
fn the_environment_is_part_of_the_help() {
    let empty = tempfile::TempDir::new().unwrap();
    let said = text(&quittance(empty.path(), &["--help"]).stdout);
    for (name, _) in quittance::settings::VARIABLES {
        assert!(said.contains(name), "{name}");
    }
}

#[test]
fn an_unknown_command_or_option_is_refused() {
    let empty = tempfile::TempDir::new().unwrap();
    for args in [&["collect"][..], &["verify", "--quickly"], &["replay"], &[]] {
        assert_eq!(quittance(empty.path(), args).status.code(), Some(2), "{args:?}");
    }
}
