# Sourced by run.sh: what the measurements share. Figures go to $OUT, one JSON object a line, and table.py reads them.
set -euo pipefail
BENCHES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BENCH_HOME=${BENCH_HOME:-$BENCHES/../../shared/bench}
[ -f "$BENCH_HOME/lib.sh" ] || { echo "no load driver in $BENCH_HOME: set BENCH_HOME" >&2; exit 2; }
# The folder for everything made at run time ($W), a private PostgreSQL, ports, processes that end with this one.
# shellcheck source=/dev/null
. "$BENCH_HOME/lib.sh"
export BENCH_WORK=$W
RUNS=${RUNS:-5}
OUT=${RESULTS:-$W/res/bench-$(date +%m%d-%H%M%S).jsonl}
STUB=39312 PEER_PORT=39311

# Keeps the JSON lines of standard input under a label.
keep() { sed -n "s/^{/{\"label\":\"$1\",/p" >>"$OUT"; }
step() { echo "  $*" >&2; }
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
json() { python3 -c "import json,sys; print(json.load(sys.stdin)$1)"; }

build() {
  echo "building..." >&2
  build_driver
  local target=${CARGO_TARGET_DIR:-$BENCHES/../target}
  (cd "$BENCHES/.." && cargo build --release --quiet)
  BIN=$target/release/quittance
  # Run as they are: cargo would look for changes before each.
  eval "$(cd "$BENCHES/.." && cargo bench --quiet --no-run --bench store --bench rebuild --bench fill --message-format=json |
    python3 -c "
import json, sys
for line in sys.stdin:
    made = json.loads(line)
    if made.get('executable') and 'bench' in made['target']['kind']:
        print(f\"{made['target']['name'].upper()}_BENCH='{made['executable']}'\")")"
}

# --- Servers: each has a name, under which its port, process and adapter are known. ---
declare -A PORT_OF PID_OF ACCOUNTANT_OF ADMIN_OF

# The stub of a provider that both servers ask.
stub_up() { "$DRV" provider --listen 127.0.0.1:$STUB & PIDS+=($!); wait_port $STUB; }

# An adapter for the driver: NAME TEMPLATE KEY=VALUE...
adapter() { python3 - "$W/$1.json" "$2" "${@:3}" <<'P'
import json, sys
out, template, *pairs = sys.argv[1:]
values = dict(pair.split("=", 1) for pair in pairs)
made = json.load(open(template, encoding="utf-8"))
made["vars"].update(values)
for signed in (step["sign"] for step in made["steps"] if "sign" in step):
    signed["secret"] = values.get("secret", signed["secret"])
json.dump(made, open(out, "w", encoding="utf-8"))
P
}

# Quittance: NAME FOLDER PORT. The limits by identity are lifted, for the peer has none.
quittance_up() {
  local name=$1 data=$2 port=$3 secret; secret=$(random)
  rm -f "$W/logs/$name.out"
  env TMONEY_API_URL="http://127.0.0.1:$STUB" TMONEY_MERCHANT_ID=CHU TMONEY_API_KEY="$(random)" \
    TMONEY_SECRET_KEY="$secret" QUITTANCE_LISTEN=127.0.0.1:"$port" QUITTANCE_LIMIT_GENERAL=0 \
    QUITTANCE_LIMIT_PAYMENTS=0 QUITTANCE_LIMIT_CALLBACKS=0 RUST_LOG="${BENCH_LOG:-warn}" \
    "$BIN" --data "$data" demo --empty >"$W/logs/$name.out" 2>&1 &
  PORT_OF[$name]=$port PID_OF[$name]=$!; PIDS+=($!)
  until grep -qs caisse1 "$W/logs/$name.out"; do
    kill -0 "${PID_OF[$name]}" || { cat "$W/logs/$name.out" >&2; return 1; }
    sleep 0.1
  done
  ADMIN_OF[$name]=$(login "$port" "$data" admin) ACCOUNTANT_OF[$name]=$(login "$port" "$data" compta)
  local token exam other patient code; token=$(login "$port" "$data" caisse1) code=$(random | head -c 8)
  exam=$(post "$port" "${ADMIN_OF[$name]}" exams "{\"code\":\"A$code\",\"name\":\"A\",\"category\":\"A\",\"price\":500}")
  other=$(post "$port" "${ADMIN_OF[$name]}" exams "{\"code\":\"B$code\",\"name\":\"B\",\"category\":\"A\",\"price\":1000}")
  patient=$(post "$port" "$token" patients '{"firstName":"A","lastName":"B"}')
  adapter "$name" "$BENCHES/adapter.json" secret="$secret" token="$token" exam="$exam" other="$other" \
    patient="$patient" date="$(date -u +%F)"
}
login() { # port, folder, username -> token
  python3 -c "import json,sys; print(json.dumps(next({k: v for k, v in login.items() if k != 'role'}
    for login in json.load(open(sys.argv[1]))['logins'] if login['username'] == sys.argv[2])))" "$2/demo.json" "$3" |
    curl -sf "http://127.0.0.1:$1/api/auth/login" -H 'content-type: application/json' -d @- | json "['token']"
}
post() { # port, token, collection, body -> id
  curl -sf "http://127.0.0.1:$1/api/$3" -H "authorization: Bearer $2" -H 'content-type: application/json' -d "$4" | json "['id']"
}

# The Node service: NAME DATABASE, filled by psql with "$BENCH_HOME/seed-node/fill.sql" where a number and a day are given.
# With an index and a pool of 20, without its QR: in its favour.
peer_up() {
  local name=$1 database=$2 dir="$W/seed-node" token; PORT_OF[$name]=$PEER_PORT
  local url=postgres://postgres@127.0.0.1:$PGPORT/$database
  mkdir -p "$dir"; cp "$BENCH_HOME"/seed-node/* "$dir/"
  [ -d "$dir/node_modules" ] || (cd "$dir" && npm install --no-fund --no-audit --silent)
  export CALLBACK_SECRET=bench-secret JWT_SECRET=bench-jwt PROVIDER_URL="http://127.0.0.1:$STUB" NODE_ENV=production TZ=UTC
  pg_start; fresh_db "$database"
  (cd "$dir" && DATABASE_URL=$url INDEXES=1 node service.js init); psql -q -d "$database" -f "$dir/base.sql"
  if [ $# -gt 2 ]; then
    psql -q -d "$database" -v n="$3" -v day="$4" -v qr="" -f "$dir/fill.sql"
    psql -q -d "$database" -c "vacuum analyze" -c checkpoint
  fi
  token=$(cd "$dir" && DATABASE_URL=$url node service.js token 00000000-0000-4000-8000-000000000001)
  (cd "$dir" && DATABASE_URL=$url PORT=$PEER_PORT QR=0 POOL=20 LOG_FILE="$W/logs/seed-service.log" \
    exec node --max-old-space-size=12000 service.js >"$W/logs/seed.out" 2>&1) &
  PID_OF[$name]=$!; PIDS+=($!); wait_port $PEER_PORT
  ACCOUNTANT_OF[$name]=$token
  adapter "$name" "$BENCH_HOME/adapters/seed.json" token="$token" ${4:+date="$4"}
}

# Waits until a server has walked its log for a head: it does nothing any more.
walked() {
  local before=-1 now
  until now=$(awk '{print $14 + $15}' "/proc/${PID_OF[$1]}/stat"); [ "$now" = "$before" ]; do before=$now; sleep 2; done
}
# The resting memory of a server in MiB; its peak is counted from now on.
resting() { echo 5 >"/proc/${PID_OF[$1]}/clear_refs"; awk '/VmRSS/ {print int($2 / 1024)}' "/proc/${PID_OF[$1]}/status"; }

# Ends a server in order.
down() { kill "${PID_OF[$1]}"; wait "${PID_OF[$1]}" || true; }
all_down() { stop_all; pg_stop; wait || true; }

# Complete flows: NAME CLIENTS FLOWS LABEL [WARM-UP].
drive() {
  "$DRV" flows --adapter "$W/$1.json" --base 127.0.0.1:"${PORT_OF[$1]}" -c "$2" -n "$3" --warmup "${5:-300}" | keep "$4"
}
# The daily report, read by the accountant: NAME TIMES LABEL.
report() { fetch "$1" report "$2" "$3"; }
# Any of the adapter's GETs, by the accountant: NAME WHAT TIMES LABEL.
fetch() {
  "$DRV" fetch --adapter "$W/$1.json" --base 127.0.0.1:"${PORT_OF[$1]}" --set token="${ACCOUNTANT_OF[$1]}" \
    --what "$2" -n "$3" --pid "${PID_OF[$1]}" | keep "$4"
}

# --- Ledgers: a hospital's history of so many payments, all of today. ---
# Sets LEDGER to the folder; one that is there already is taken as it is.
ledger() {
  LEDGER="$W/ledgers/$(date -u +%F)-$1"
  [ -d "$LEDGER" ] && return
  local part="$LEDGER.part"; mkdir -p "$W/ledgers"
  # Nobody reads another day's, and a part was cut off.
  find "$W/ledgers" -mindepth 1 -maxdepth 1 ! -name "$(date -u +%F)-*[0-9]" -exec rm -rf {} +; mkdir "$part"
  step "a ledger of $1 payments"
  # The demo's users first, who can sign in.
  quittance_up filling "$part" 39329; down filling
  "$FILL_BENCH" "$part" "$1" >&2
  mv "$part" "$LEDGER"
}
# Waits until a server's read models are where its ledger ends.
projected() {
  until curl -sf "http://127.0.0.1:${PORT_OF[$1]}/api/health/metrics" -H "authorization: Bearer ${ADMIN_OF[$1]}" |
    python3 -c "import json,sys; at=json.load(sys.stdin)['ledger']; sys.exit(at['projected'] < at['position'])"; do sleep 1; done
}
