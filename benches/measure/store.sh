# The event stores alone: ours, the peers' and an INSERT by hand, turn about.
N1=${N1:-4000} N64=${N64:-40000} N256=${N256:-80000} PEERS=${PEERS:-umadb raw} FOLLOWERS=3

store() { "$STORE_BENCH" "$@" | keep "$1 $2${4:+ followed}"; }
# The peers' own script, which starts each and measures it with 1 and 64 writers.
peers() {
  RUNS=1 bash "$BENCH_HOME/run-peers.sh" "$@" |
    while read -r line; do
      [[ $line =~ ^\{\"store\":\"([^\"]+)\",\"writers\":([0-9]+), ]] || continue
      echo "$line" | keep "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
    done
}
export N1 N64
for run in $(seq "$RUNS"); do
  for engine in embedded postgres insert; do
    store $engine 1 "$N1"; store $engine 64 "$N64"
    case $engine in insert) store insert 256 "$N64" ;; *) store $engine 256 "$N256" ;; esac
  done
  for engine in embedded postgres; do store $engine 64 "$N64" $FOLLOWERS; done
  # shellcheck disable=SC2086
  peers $PEERS
  step "stores, run $run of $RUNS"
done
