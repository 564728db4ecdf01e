# All read models made anew, of ledgers of about 10^5 and 10^6 events, and with BIG=1 of 10^7.
sizes="16000 160000"; [ -z "${BIG:-}" ] || sizes="$sizes 1600000"

for size in $sizes; do ledger "$size"; done
for run in $(seq "$RUNS"); do
  for size in $sizes; do
    ledger "$size"
    "$REBUILD_BENCH" "$LEDGER" | keep "rebuild $size"
    step "rebuild of $size payments, run $run of $RUNS"
  done
done
