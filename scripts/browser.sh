#!/bin/sh
# A browser and what drives it, for the end-to-end tests: Debian's Chromium, and the packages of `e2e`, exactly as its lock
# file names them.
set -eu
cd "$(dirname "$0")/.."

for program in node npm; do
    command -v "$program" >/dev/null 2>&1 || { echo "browser: install Node.js 20 or newer" >&2; exit 1; }
done
if ! [ -x /usr/bin/chromium ]; then
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "browser: install Chromium as /usr/bin/chromium" >&2
        exit 1
    fi
    echo "browser: not installed; installing it with apt-get"
    $as_root apt-get update
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
fi
npm ci --prefix e2e --no-audit --no-fund
