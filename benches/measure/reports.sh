# The daily report of 100,000 payments: how long it takes, and what it does to 4 clients' callbacks while it is
# read again and again. Turn about with the Node service.
FLOWS_ALONE=${FLOWS_ALONE:-2000} PEER_FLOWS_ALONE=${PEER_FLOWS_ALONE:-400} PAYMENTS=${PAYMENTS:-100000}

stub_up
ledger "$PAYMENTS"
quittance_up quittance "$LEDGER" 39321; projected quittance
peer_up peer peer_reports "$PAYMENTS" 2026-01-15
mixed() { # name, flows
  drive "$1" 4 "$2" "alone $1" 0
  drive "$1" 4 "$2" "meanwhile $1" 0 & local driving=$!
  while kill -0 $driving 2>/dev/null; do report "$1" 1 "report meanwhile $1"; done
  wait $driving
}
drive quittance 4 300 "warm-up"; drive peer 4 300 "warm-up"
for run in $(seq "$RUNS"); do
  report peer 1 "report peer"; mixed peer "$PEER_FLOWS_ALONE"
  report quittance 1 "report quittance"; mixed quittance "$FLOWS_ALONE"
  step "reports, run $run of $RUNS"
done
all_down
