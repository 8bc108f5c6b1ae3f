#!/usr/bin/env bash
# Goodput and latency with one of ten endpoints ten times slower: Parley's balancers, grpc-java's and Armeria's, by turns in one
# process in front of the same ten servers.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

# balancers CORE MAIN ARGS...: the command that runs a class of benchmarks/peers/balancers, in COMMAND
balancers() {
    COMMAND=(taskset -c "$1" "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$PEERS" "dev.parley.benchmarks.balance.$2" "${@:3}")
}

ROUNDS=3
SECONDS_EACH=4
begin "$@"
PEERS=benchmarks/peers/balancers/target/balancers.jar:$(printf '%s:' benchmarks/peers/balancers/target/lib/*.jar)
mkdir -p "$RESULTS"
quiet_before=$(idle_check)
balancers $SERVER_CORE UnequalServers
launch servers "${COMMAND[@]}"
ports=$(awk '$1 == "ports" { print $2 }' "$WORK/servers.log")
balancers $LOAD_CORE Balance "$ports" "$ROUNDS" "$SECONDS_EACH"
"${COMMAND[@]}" >"$WORK/table" &
PIDS+=($!)
wait $! || die 'the load failed (see above)'
{
    printf '# Balancers, one of ten endpoints ten times slower\n\n'
    cat "$WORK/table"
    printf '\n'
    machine
    printf '%s\n' "- servers on core $SERVER_CORE, load on core $LOAD_CORE; before the start they were busy $quiet_before" \
        "- nothing is ejected or tried again: balancers only; JVM: ${JVM[*]}" "- took $SECONDS s in all"
} | report balance
