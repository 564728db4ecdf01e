#!/bin/sh
# The programs that the tests read spreadsheets and papers with: poppler, openpyxl, pikepdf. Installs them where they
# are missing, if that is possible here.
set -eu

if command -v pdftotext >/dev/null 2>&1 && /usr/bin/python3 -c "import openpyxl, pikepdf" >/dev/null 2>&1; then
    exit 0
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "readers: install poppler's pdftotext, and openpyxl and pikepdf for /usr/bin/python3" >&2
    exit 1
fi
echo "readers: not installed; installing them with apt-get"
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    poppler-utils python3-openpyxl python3-pikepdf
