#!/usr/bin/env bash
# Complete flows, side by side in one run with the Node service that the hospital's users designed.
#
# A flow: register a prescription, ask for mobile money, take the callback in, read the status. Both
# servers are up, both speak to the same provider stub, they are driven turn about. Load goes to
# loopback only. BENCH_HOME is the folder with the load driver and the peers (see benches/README.md).
set -euo pipefail
HERE_QUITTANCE=$(cd "$(dirname "$0")" && pwd)
BENCH_HOME=${BENCH_HOME:-$HERE_QUITTANCE/../../shared/bench}
RUNS=${RUNS:-5} CLIENTS=${CLIENTS:-1 16 64} FLOWS=${FLOWS:-3000} SEED_FLOWS=${SEED_FLOWS:-600}
[ -f "$BENCH_HOME/lib.sh" ] || { echo "no load driver in $BENCH_HOME: set BENCH_HOME" >&2; exit 2; }
# shellcheck source=/dev/null
. "$BENCH_HOME/lib.sh"

PORT=39321 SEED_PORT=39311 STUB=39312
OUT="$W/res/flows-$(date +%H%M%S).jsonl"
DATA=$(mktemp -d "$W/quittance.XXXXXX")
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
json() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

echo "building..."
build_driver
(cd "$HERE_QUITTANCE/.." && cargo build --release --quiet)
BIN=${CARGO_TARGET_DIR:-$HERE_QUITTANCE/../target}/release/quittance

"$DRV" provider --listen 127.0.0.1:$STUB & PIDS+=($!); wait_port $STUB

start_quittance() {
  SECRET=$(random)
  env TMONEY_API_URL="http://127.0.0.1:$STUB" TMONEY_MERCHANT_ID=CHU TMONEY_API_KEY="$(random)" \
    TMONEY_SECRET_KEY="$SECRET" QUITTANCE_LISTEN=127.0.0.1:$PORT QUITTANCE_LIMIT_GENERAL=0 \
    QUITTANCE_LIMIT_PAYMENTS=0 QUITTANCE_LIMIT_CALLBACKS=0 RUST_LOG=${BENCH_LOG:-warn} \
    "$BIN" --data "$DATA" demo --empty >"$W/logs/quittance.out" 2>&1 &
  QPID=$!; PIDS+=($QPID); wait_port $PORT
  until grep -q caisse1 "$W/logs/quittance.out"; do sleep 0.1; done
  sed "s/@SECRET@/$SECRET/" "$HERE_QUITTANCE/flows/adapter.json" >"$W/quittance-adapter.json"
  login() { # username -> token
    local body; body=$(python3 -c "import json;d=json.load(open('$DATA/demo.json'));print(json.dumps({k:v for l in d['logins'] if l['username']=='$1' for k,v in l.items() if k!='role'}))")
    curl -s "http://127.0.0.1:$PORT/api/auth/login" -H 'content-type: application/json' -d "$body" | json "['token']"; }
  post() { curl -s "http://127.0.0.1:$PORT$2" -H "authorization: Bearer $1" -H 'content-type: application/json' -d "$3" | json "['id']"; }
  local admin; admin=$(login admin); TOKEN=$(login caisse1)
  EXAM=$(post "$admin" /api/exams '{"code":"A","name":"A","category":"A","price":500}')
  OTHER=$(post "$admin" /api/exams '{"code":"B","name":"B","category":"A","price":1000}')
  PATIENT=$(post "$TOKEN" /api/patients '{"firstName":"A","lastName":"B"}')
}
quittance() { # clients, flows, label
  "$DRV" flows --adapter "$W/quittance-adapter.json" --base 127.0.0.1:$PORT --set token="$TOKEN" --set exam="$EXAM" \
    --set other="$OTHER" --set patient="$PATIENT" -c "$1" -n "$2" --warmup "${WARM:-300}" |
    sed "s/^{/{\"label\":\"$3\",/" >>"$OUT"; }

start_seed() {
  S="$W/seed-node"; mkdir -p "$S"; cp "$BENCH_HOME"/seed-node/* "$S/"
  [ -d "$S/node_modules" ] || (cd "$S" && npm install --no-fund --no-audit --silent)
  pg_start
  export CALLBACK_SECRET=bench-secret JWT_SECRET=bench-jwt PROVIDER_URL="http://127.0.0.1:$STUB" NODE_ENV=production TZ=UTC
  fresh_db seed_side
  local url=postgres://postgres@127.0.0.1:$PGPORT/seed_side
  (cd "$S" && DATABASE_URL=$url INDEXES=1 node service.js init); psql -q -d seed_side -f "$S/base.sql"
  SEED_TOKEN=$(cd "$S" && DATABASE_URL=$url node service.js token 00000000-0000-4000-8000-000000000001)
  (cd "$S" && DATABASE_URL=$url PORT=$SEED_PORT QR=0 POOL=20 LOG_FILE="$W/logs/seed-service.log" exec node service.js >"$W/logs/seed.out" 2>&1) &
  PIDS+=($!); wait_port $SEED_PORT
}
seed() { # clients, flows, label
  "$DRV" flows --adapter "$BENCH_HOME/adapters/seed.json" --base 127.0.0.1:$SEED_PORT --set token="$SEED_TOKEN" \
    -c "$1" -n "$2" --warmup "${WARM:-300}" | sed "s/^{/{\"label\":\"$3\",/" >>"$OUT"; }

start_quittance
[ -n "${ALONE:-}" ] || start_seed
now_line "clients: $CLIENTS; runs: $RUNS"
for c in $CLIENTS; do
  for run in $(seq "$RUNS"); do
    n=$FLOWS sn=$SEED_FLOWS; [ "$c" = 1 ] && n=$((FLOWS / 4)) sn=$((SEED_FLOWS / 4))
    [ -n "${ALONE:-}" ] || seed "$c" "$sn" "seed c=$c"
    quittance "$c" "$n" "quittance c=$c"
    echo "  $c clients, run $run of $RUNS"
  done
done
python3 "$HERE_QUITTANCE/flows/table.py" "$OUT"
grep VmRSS "/proc/$QPID/status" || true
