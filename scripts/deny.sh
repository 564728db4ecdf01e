#!/bin/sh
# Licences, sources, duplicates and, where their database can be had, advisories: cargo-deny with deny.toml.
#
# Installing cargo-deny takes minutes, so nothing here does. Without it, licences and sources are held by
# `cargo test --test tidy licences`, from the same list.
set -eu
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "deny: cargo-deny is not installed; the test \`tidy\` checks licences and sources, nobody advisories"
    exit 0
fi
cargo deny --offline check licenses bans sources
if cargo deny fetch db; then
    cargo deny --offline check advisories
else
    echo "deny: the advisory database can't be fetched here; advisories are not checked"
fi
