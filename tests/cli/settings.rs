//! Settings that can't be used: exit 2, what is wrong, and never a secret.

use crate::{
    lifecycle::refused,
    server::{bounded, random},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::process::Command;
use tempfile::TempDir;

/// What `quittance serve` says with these settings, which it must refuse.
fn says(toml: &str, env: &[(&str, &str)]) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("quittance.toml");
    std::fs::write(&file, toml).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    command.env_clear().envs(env.iter().copied()).env("QUITTANCE_LISTEN", "127.0.0.1:0");
    command.arg("--config").arg(&file).arg("--data").arg(folder.path().join("data")).arg("serve");
    let said = refused(&bounded(&mut command), 2);
    assert!(!folder.path().join("data").exists(), "nothing is made");
    said
}

#[test]
fn an_unknown_key_of_the_file_is_named() {
    for (toml, key) in [
        ("hopital = \"CHU\"", "hopital"),
        ("[tmoney]\napi_ulr = \"http://localhost\"", "api_ulr"),
        ("[limits]\ngeneral = 3", "general"),
    ] {
        let said = says(toml, &[]);
        assert!(said.contains(&format!("`{key}`")), "{said}");
    }
}

#[test]
fn a_weak_secret_is_refused_without_being_shown() {
    for secret in ["short-secret", "x"] {
        let said = says(
            "",
            &[
                ("TMONEY_API_URL", "http://localhost:9"),
                ("TMONEY_MERCHANT_ID", "CHU"),
                ("TMONEY_API_KEY", &random()),
                ("TMONEY_SECRET_KEY", secret),
            ],
        );
        assert!(said.contains("TMONEY_SECRET_KEY") && said.contains("16"), "{said}");
        assert!(!said.contains("short-secret"), "{said}");
    }
}

#[test]
fn half_a_wallet_is_refused_and_the_missing_half_named() {
    let (key, secret) = (random(), random());
    let all = [
        ("FLOOZ_API_URL", "http://localhost:9", "the API URL"),
        ("FLOOZ_MERCHANT_ID", "CHU", "the merchant id"),
        ("FLOOZ_API_KEY", &key, "the API key"),
        ("FLOOZ_SECRET_KEY", &secret, "the secret key"),
    ];
    for (missing, _, what) in all {
        let given: Vec<_> = all
            .iter()
            .filter(|(name, ..)| *name != missing)
            .map(|(name, value, _)| (*name, *value))
            .collect();
        let said = says("", &given);
        assert!(said.contains("FLOOZ") && said.contains(&format!("{what} is missing")), "{said}");
        assert!(!said.contains(&key) && !said.contains(&secret), "{said}");
    }
}

#[test]
fn half_a_wallet_in_the_file_is_refused_too() {
    for line in ["callback_scheme = \"x-signature\"", "previous_secret_key = \"0123456789abcdef0123\""] {
        let said = says(&format!("[tmoney]\n{line}\n"), &[]);
        assert!(said.contains("TMONEY") && said.contains("the API URL is missing"), "{said}");
    }
}

#[test]
fn a_secret_in_a_broken_file_is_not_shown() {
    let secret = random();
    for toml in [
        format!("[tmoney]\nsecret_key = \"{secret}"),
        format!("[tmoney]\nsecret_key = [\"{secret}\"]"),
        format!("[tmoney]\napi_key = {secret}"),
        format!("master_key = \"{secret}\"\nmaster_key = \"{secret}\""),
    ] {
        let said = says(&toml, &[]);
        assert!(!said.contains(&secret), "{said}");
    }
}

#[test]
fn values_of_the_wrong_form_are_named() {
    for (name, value) in [
        ("QUITTANCE_ZONE", "Africa/Nowhere"),
        ("QUITTANCE_SERIES", "r 1"),
        ("QUITTANCE_TILL_ALONE", "-1"),
        ("QUITTANCE_TILL_ALONE", "1000.5"),
        ("QUITTANCE_TILL_ALONE", "beaucoup"),
        ("QUITTANCE_WATCH_PACE", "0"),
        ("QUITTANCE_PROVIDER_TIMEOUT_MS", "soon"),
        ("QUITTANCE_LIMIT_GENERAL", "-1"),
    ] {
        let said = says("", &[(name, value)]).to_lowercase();
        let short = name.trim_start_matches("QUITTANCE_").to_lowercase();
        assert!(said.contains(&short), "{name}: {said}");
    }
}

#[test]
fn a_master_key_that_is_none_is_refused_without_being_shown() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    let key = random();
    command.env_clear().env("QUITTANCE_MASTER_KEY", &key).env("QUITTANCE_LISTEN", "127.0.0.1:0");
    let said = refused(&bounded(command.arg("--data").arg(folder.path()).arg("serve")), 1);
    assert!(said.contains("master key") && !said.contains(&key), "{said}");
}

#[test]
fn a_database_that_can_not_be_used_is_refused_without_telling_its_address() {
    let key = [("QUITTANCE_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")];
    let said = says("database_url = \"postgres://x:geheim-1@localhost/x\"", &[]);
    assert!(said.contains("QUITTANCE_MASTER_KEY"), "{said}");
    let other = says("database_url = \"mysql://x:geheim-1@localhost/x\"", &key);
    assert!(other.contains("DATABASE_URL") && other.contains("postgres://"), "{other}");
    let unfit = says("database_url = 3", &key);
    for said in [said, other, unfit] {
        assert!(!said.contains("geheim-1"), "{said}");
    }
}

#[test]
fn a_database_that_is_not_there_ends_the_start_and_is_named_without_its_password() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    command
        .env_clear()
        .env("QUITTANCE_LISTEN", "127.0.0.1:0")
        .env("QUITTANCE_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
        // Nobody listens at port 1.
        .env("DATABASE_URL", "postgres://x:geheim-1@127.0.0.1:1/x")
        .arg("--data")
        .arg(folder.path().join("data"))
        .arg("serve");
    let said = refused(&bounded(&mut command), 1);
    assert!(said.contains("database") || said.contains("onnect"), "{said}");
    assert!(!said.contains("geheim-1"), "{said}");
}

/// Nothing listens at this address.
const AWAY: &str = "postgres://quittance@127.0.0.1:9/quittance";

#[test]
fn backup_and_restore_of_files_are_refused_where_the_ledger_lies_in_postgresql() {
    let folder = TempDir::new().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    for command in ["backup", "restore"] {
        let key = BASE64_STANDARD.encode(random().as_bytes().first_chunk::<32>().unwrap());
        let mut quittance = Command::new(env!("CARGO_BIN_EXE_quittance"));
        quittance.env_clear().env("DATABASE_URL", AWAY).env("QUITTANCE_MASTER_KEY", key);
        let said = refused(&bounded(quittance.arg("--data").arg(&data).arg(command).arg(&other)), 1);
        assert!(said.contains("DATABASE_URL") && said.contains("pg_dump"), "{said}");
        assert!(!data.exists() && !other.exists(), "nothing is made");
    }
}

/// It has lost its settings; a ledger of its own would take money that nobody looks for there.
#[test]
fn a_folder_of_a_server_on_postgresql_is_not_begun_as_a_ledger_of_files() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("ledger.seen"), "{}").unwrap();
    let mut quittance = Command::new(env!("CARGO_BIN_EXE_quittance"));
    quittance.env_clear().env("QUITTANCE_LISTEN", "127.0.0.1:0").arg("--data").arg(data.path()).arg("serve");
    let said = refused(&bounded(&mut quittance), 1);
    assert!(said.contains("ledger.seen") && said.contains("DATABASE_URL"), "{said}");
    assert!(!data.path().join("ledger.db").exists(), "nothing is made");
}
