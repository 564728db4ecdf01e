#!/usr/bin/env bash
# Measures what docs/PERFORMANCE.md claims, each figure beside a peer or a limit in the same run, and prints the table.
#
#   benches/run.sh [store|rebuild|flows|reports|exports|growth ...]    all of them if none is named
#   benches/run.sh table FILE                                  the table of figures that were kept
#
# Load goes to loopback only and ends by itself. See benches/README.md for variables, and for what BENCH_HOME must hold.
HERE_RUN=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = table ]; then exec python3 "$HERE_RUN/table.py" "$2"; fi
# shellcheck source=benches/lib.sh
. "$HERE_RUN/lib.sh"

build
now_line "runs: $RUNS"
for what in ${*:-store rebuild flows reports exports growth}; do
  [ -f "$BENCHES/measure/$what.sh" ] || { echo "$what is none of: store rebuild flows reports exports growth" >&2; exit 2; }
  # shellcheck source=/dev/null
  . "$BENCHES/measure/$what.sh"
done
echo "figures kept in $OUT" >&2
python3 "$BENCHES/table.py" "$OUT"
