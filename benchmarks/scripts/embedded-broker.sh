#!/usr/bin/env bash
# Confirmed publications into the embedded broker (SQLite, synced) beside RabbitMQ's quorum queues, on the same disk.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

ROUNDS=3
SECONDS_EACH=5
begin "$@"
PEERS=benchmarks/peers/brokers/target/brokers.jar:$(printf '%s:' benchmarks/peers/brokers/target/lib/*.jar)
mkdir -p "$RESULTS"
quiet_before=$(idle_check)
kafka=(testing-servers/target/kafka-broker/*/)
"$JAVA_HOME/bin/java" "${JVM[@]}" -Xmx1g -Dparley.kafka.broker="${kafka[-1]%/}" -cp "$PEERS" \
    dev.parley.benchmarks.brokers.BrokerBench embedded "$ROUNDS" "$SECONDS_EACH" >"$WORK/table" &
PIDS+=($!)
wait $! || die 'the load failed (see above)'
{
    printf '# %s\n\n' 'Confirmed publications into the embedded broker (SQLite, synced) beside RabbitMQ's quorum queues, on the same disk.'
    cat "$WORK/table"
    machine
    printf '%s\n' "- load and servers share both cores, which were busy $quiet_before before the start; messages of 256 bytes" \
        "- $ROUNDS rounds by turns of $SECONDS_EACH s behind one that does not count; JVM: ${JVM[*]}" "- took $SECONDS s in all"
} | report embedded-broker
