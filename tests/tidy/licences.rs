//! Licences and sources of everything that is linked, against the list in `deny.toml`.

use crate::repository::root;
use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};
use std::process::Command;

/// The lists of `deny.toml` under a dotted name.
fn allowed(table: &str, list: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let rules: toml::Table = text.parse().unwrap();
    let list = rules[table][list].as_array().unwrap();
    list.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn fits(licence: &str, allowed: &[String]) -> bool {
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else { return false };
    let name = |wanted: &LicenseReq| match &wanted.license {
        LicenseItem::Spdx { id, .. } => match &wanted.addition {
            Some(addition) => format!("{} WITH {addition}", id.name),
            None => id.name.to_owned(),
        },
        LicenseItem::Other { .. } => wanted.to_string(),
    };
    expression.evaluate(|wanted| allowed.contains(&name(wanted)))
}

#[test]
fn an_expression_is_read_as_it_is_meant() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    assert!(fits("MIT OR GPL-3.0", &allowed) && fits("MIT/Apache-2.0", &allowed));
    assert!(fits("Apache-2.0 WITH LLVM-exception", &allowed));
    for refused in ["GPL-3.0 AND MIT", "Apache-2.0", "GPL-3.0-or-later", "whatever", ""] {
        assert!(!fits(refused, &allowed), "{refused} must not pass");
    }
}

#[test]
fn everything_linked_has_an_allowed_licence_and_source() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let (licences, registries) = (allowed("licenses", "allow"), allowed("sources", "allow-registry"));
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{} packages are too few to be all", packages.len());
    for package in packages {
        let name = format!("{} {}", package["name"], package["version"]);
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(
            fits(licence, &licences),
            "{name}: {licence} is not allowed; take another crate, or deny.toml"
        );
        let Some(source) = package["source"].as_str() else { continue };
        let known = registries.iter().any(|registry| source == format!("registry+{registry}"));
        assert!(known, "{name} comes from {source}: take it from the registry");
    }
}
