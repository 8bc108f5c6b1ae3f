# Sourced after side-by-side.bash by what measures brokers: one JVM starts the servers and loads them.
# shellcheck shell=bash

# broker_bench NAME TITLE NOTE...: runs the measurement of that name
broker_bench() {
    local name=$1 title=$2 peers
    shift 2
    peers=benchmarks/peers/brokers/target/brokers.jar:$(printf '%s:' benchmarks/peers/brokers/target/lib/*.jar)
    mkdir -p "$RESULTS"
    local -a kafka=(testing-servers/target/kafka-broker/*/) size=()
    ! $QUICK || size=(-Dparley.bench.backlog=20000)
    quiet_before=$(idle_check)
    "$JAVA_HOME/bin/java" "${JVM[@]}" -Xmx1g ${size[@]+"${size[@]}"} -Dparley.kafka.broker="${kafka[-1]%/}" -cp "$peers" \
        dev.parley.benchmarks.brokers.BrokerBench "$name" "$ROUNDS" "$SECONDS_EACH" >"$WORK/table" &
    PIDS+=($!)
    wait $! || die 'the load failed (see above)'
    {
        printf '# %s\n\n' "$title"
        cat "$WORK/table"
        machine
        printf -- '- %s\n' "$@" "load and servers share both cores, which were busy $quiet_before before the start; messages of 256 bytes" \
            "$ROUNDS rounds by turns of $SECONDS_EACH s behind one that does not count; JVM: ${JVM[*]} -Xmx1g" "took $SECONDS s in all"
    } | report "$name"
}
