# Reports as files: totals alone, 100,000 payments as JSON and Excel beside the Node service, 10,000 as PDF; and what
# each does to 4 clients' callbacks meanwhile. Every measurement has a server of its own, so that memory is its own.
PAYMENTS=${PAYMENTS:-100000} PAPER=${PAPER:-10000} FLOWS_ALONE=${FLOWS_ALONE:-2000}

stub_up
ledger "$PAPER"; paper_ledger=$LEDGER
ledger "$PAYMENTS"; long_ledger=$LEDGER
peer_up peer peer_exports "$PAYMENTS" 2026-01-15
one() { # label, ledger, what
  quittance_up quittance "$2" 39321; projected quittance
  # The log's head is walked once after a start; a server that runs for a while has done it.
  fetch quittance totals 5 "warm-up"; walked quittance
  local rest; rest=$(resting quittance)
  "$DRV" fetch --adapter "$W/quittance.json" --base 127.0.0.1:39321 --set token="${ACCOUNTANT_OF[quittance]}" \
    --what "$3" -n 1 --pid "${PID_OF[quittance]}" |
    python3 -c "import json,sys; run=json.load(sys.stdin); run['server_peak_delta_mib']=run['server_peak_mib']-$rest; print(json.dumps(run))" |
    keep "$1"
  down quittance
}
meanwhile() { # what, ledger; what the clients pay goes into a copy
  local copy; copy=$(mktemp -d "$W/quittance.XXXXXX"); cp -r "$2/." "$copy"
  quittance_up quittance "$copy" 39321; projected quittance; drive quittance 4 300 "warm-up"
  drive quittance 4 "$FLOWS_ALONE" "exports alone $1" 0
  drive quittance 4 "$FLOWS_ALONE" "exports meanwhile $1" 0 & local driving=$!
  while kill -0 $driving 2>/dev/null; do fetch quittance "$1" 1 "again $1"; done
  wait $driving; down quittance; rm -rf "$copy"
}
for run in $(seq "$RUNS"); do
  fetch peer report 1 "exports peer report"; fetch peer excel 1 "exports peer excel"
  quittance_up quittance "$paper_ledger" 39321; projected quittance
  fetch quittance totals 5 "exports totals of 10000"; down quittance
  quittance_up quittance "$long_ledger" 39321; projected quittance
  fetch quittance totals 5 "exports totals"; down quittance
  one "exports report" "$long_ledger" report
  one "exports excel" "$long_ledger" excel
  one "exports pdf" "$paper_ledger" pdf
  meanwhile excel "$long_ledger"; meanwhile pdf "$paper_ledger"; meanwhile totals "$long_ledger"
  step "exports, run $run of $RUNS"
done
all_down
