//! domain ◄ projections ◄ src: who may know whom.

use crate::repository::{root, sources};

/// What reads clocks, draws, waits or speaks: the shell's alone.
const SHELL_ONLY: &[&str] = &[
    "actix",
    "async",
    "futures",
    "getrandom",
    "governor",
    "indicatif",
    "moka",
    "parking_lot",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "sqlx",
    "tokio",
    "tracing",
];

/// The names under `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(manifest)).unwrap();
    let (_, rest) = text.split_once("\n[dependencies]\n").unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    let names =
        lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(['=', '.', ' ']));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_domain_knows_nobody_and_the_projections_only_the_domain() {
    let domain = dependencies("domain/Cargo.toml");
    let projections = dependencies("projections/Cargo.toml");
    assert!(domain.contains(&"serde".to_owned()) && projections.contains(&"domain".to_owned()));
    for upper in ["projections", "quittance"] {
        assert!(!domain.contains(&upper.to_owned()), "domain/Cargo.toml: move what needs {upper} up to it");
        let up = upper == "quittance" && projections.contains(&upper.to_owned());
        assert!(!up, "projections/Cargo.toml: move what needs {upper} up to src/");
    }
    for (manifest, names) in [("domain", &domain), ("projections", &projections)] {
        for name in names {
            let shell = SHELL_ONLY.iter().find(|word| name.starts_with(**word));
            assert!(shell.is_none(), "{manifest}/Cargo.toml has {name}: do that in src/, pass the result in");
        }
    }
}

#[test]
fn no_source_below_the_shell_names_what_only_the_shell_may() {
    for file in sources() {
        let below = file.path.starts_with("domain/src/") || file.path.starts_with("projections/src/");
        let words = [
            "tokio::",
            "actix_web",
            "rusqlite::",
            "reqwest::",
            "tracing::",
            "async fn",
            "std::fs",
            "std::net",
        ];
        for word in words.iter().filter(|_| below) {
            assert!(!file.text.contains(word), "{} has {word}: it belongs in src/", file.path);
        }
    }
}

#[test]
fn what_has_no_http_in_it_does_not_name_http() {
    for file in sources() {
        let lower = ["src/store", "src/vault", "src/proof", "src/execute", "src/views", "src/follow.rs"];
        if lower.iter().any(|prefix| file.path.starts_with(prefix)) {
            let named = file.text.contains("crate::http") || file.text.contains("actix_web");
            assert!(!named, "{} names HTTP: turn errors into answers in src/http/problem.rs", file.path);
        }
    }
}
