#!/bin/sh
# Licences, duplicates and sources of all dependencies against deny.toml.
#
# With cargo-deny it is cargo-deny that checks. Without it (installing it takes minutes) the licences
# and sources that `cargo metadata` tells are checked against the same list.
set -eu
cd "$(dirname "$0")/.."

if cargo deny --version >/dev/null 2>&1; then
    echo "deny: cargo-deny checks licences, bans and sources"
    exec cargo deny --offline check licenses bans sources
fi
if ! command -v python3 >/dev/null 2>&1; then
    echo "deny: neither cargo-deny nor python3 is here: nothing was checked" >&2
    exit 1
fi
echo "deny: cargo-deny is not installed; licences and sources are checked from cargo metadata"
metadata=$(mktemp)
trap 'rm -f "$metadata"' EXIT
cargo metadata --format-version 1 --locked >"$metadata"
check() {
    python3 - "$metadata" <<'PYTHON'
import json, re, sys, tomllib

with open("deny.toml", "rb") as file:
    rules = tomllib.load(file)
with open(sys.argv[1]) as file:
    packages = json.load(file)["packages"]
allowed = set(rules["licenses"]["allow"])
registries = {f"registry+{url}" for url in rules["sources"]["allow-registry"]}


def fits(expression):
    """SPDX: OR needs one side, AND both; a slash is the old spelling of OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def any_of():
        fit = all_of()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            right = all_of()
            fit = fit or right
        return fit

    def all_of():
        fit = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            right = one()
            fit = fit and right
        return fit

    def one():
        token = tokens.pop(0)
        if token == "(":
            fit = any_of()
            tokens.pop(0)
            return fit
        if len(tokens) > 1 and tokens[0] == "WITH":
            tokens.pop(0)
            exception = tokens.pop(0)
            return f"{token} WITH {exception}" in allowed
        return token in allowed

    return any_of()


assert fits("MIT OR GPL-3.0") and not fits("GPL-3.0 AND MIT") and fits("(MIT/Apache-2.0) AND ISC")
refused, versions = [], {}
for package in packages:
    name, version, licence = package["name"], package["version"], package["license"]
    versions.setdefault(name, []).append(version)
    if not licence or not fits(licence):
        refused.append(f"{name} {version}: licence {licence or 'unknown'} is not allowed")
    if package["source"] and package["source"] not in registries:
        refused.append(f"{name} {version}: source {package['source']} is not allowed")
for name, found in sorted(versions.items()):
    if len(found) > 1:
        print(f"deny: warning: {name} stands there as {', '.join(sorted(found))}")
for line in refused:
    print(f"deny: error: {line}", file=sys.stderr)
print(f"deny: {len(packages)} packages, {len(refused)} refused")
sys.exit(1 if refused else 0)
PYTHON
}
check
