# Complete flows, turn about with the Node service: register, ask for mobile money, callback, status.
CLIENTS=${CLIENTS:-1 16 64} FLOWS=${FLOWS:-3000} PEER_FLOWS=${PEER_FLOWS:-600}

stub_up
data=$(mktemp -d "$W/quittance.XXXXXX")
quittance_up quittance "$data" 39321
peer_up peer peer_flows
for clients in $CLIENTS; do
  for run in $(seq "$RUNS"); do
    ours=$FLOWS theirs=$PEER_FLOWS
    [ "$clients" != 1 ] || ours=$((FLOWS / 4)) theirs=$((PEER_FLOWS / 4))
    drive peer "$clients" "$theirs" "flows peer $clients"
    drive quittance "$clients" "$ours" "flows quittance $clients"
    step "flows of $clients clients, run $run of $RUNS"
  done
done
all_down
rm -rf "$data"
