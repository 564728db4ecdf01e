# What grows with the ledger: flows, the status' p99 and the server's memory with 10^4, 10^5 and 10^6 payments, turn
# about, all servers up; then `quittance verify` of each.
SIZES=${SIZES:-10000 100000 1000000} FLOWS_GROWN=${FLOWS_GROWN:-2000}

stub_up
port=39331
for size in $SIZES; do
  ledger "$size"
  quittance_up "grown$size" "$LEDGER" $port; projected "grown$size"; port=$((port + 1))
done
for run in $(seq "$RUNS"); do
  for size in $SIZES; do
    drive "grown$size" 64 "$FLOWS_GROWN" "grown $size" 100
    python3 -c "import re,sys
status = open(f'/proc/{sys.argv[1]}/status').read()
mib = lambda key: int(re.search(key + r':\s+(\d+)', status)[1]) / 1024
print('{\"rss_mib\":%.1f,\"peak_mib\":%.1f}' % (mib('VmRSS'), mib('VmHWM')))" "${PID_OF[grown$size]}" | keep "memory $size"
    step "flows on $size payments, run $run of $RUNS"
  done
done
for size in $SIZES; do down "grown$size"; done
for run in $(seq "$RUNS"); do
  for size in $SIZES; do
    ledger "$size"
    begun=$(date +%s.%N)
    position=$("$BIN" --data "$LEDGER" verify | tee "$W/logs/verify.out" | sed -n 's/^Registre en ordre.* \([0-9]*\)\.$/\1/p')
    grep -q '^Écrans égaux' "$W/logs/verify.out"
    python3 -c "import sys,time; print('{\"events\":%s,\"events_per_s\":%.0f}' % (sys.argv[1], int(sys.argv[1]) / (time.time() - float(sys.argv[2]))))" \
      "$position" "$begun" | keep "verify $size"
    step "verify of $size payments, run $run of $RUNS"
  done
done
all_down
