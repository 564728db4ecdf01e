#!/bin/sh
# PostgreSQL's programs, for the tests: they start servers of their own from them. Installs them where they
# are missing, if that is possible here. A server of the system's own is not wanted, so none is made.
set -eu

if command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then
    exit 0
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "postgresql: install PostgreSQL 14 or newer (pg_ctl, initdb, pg_dump); the tests start their own servers" >&2
    exit 1
fi
echo "postgresql: not installed; installing it with apt-get"
$as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes postgresql
