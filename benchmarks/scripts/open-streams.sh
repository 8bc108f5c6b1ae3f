#!/usr/bin/env bash
# What an open and idle stream costs in memory, one message answered on each: our server, its handlers on virtual threads,
# beside grpc-java's. Both are warm before: a waiting thread's frames are smaller once they are compiled.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/memory.bash
source "${BASH_SOURCE[0]%/*}/lib/memory.bash"

readonly FIRST=500 # opened before the first look, so that what is loaded once does not count
STREAMS=10000

# measure_one NAME: a fresh server and a fresh client
measure_one() {
    local name=$1 server client rss
    start "$name" EchoServer "$name"
    server=$PID
    main_class $LOAD_CORE StreamCheck "$WORK" 3 "${PORT[$name]}"
    run 60 "$WORK/check" "${COMMAND[@]}" || { cat "$WORK/check" >&2; die "$name answers wrongly"; }
    h2load_at "$name" -c 8 -m 32 -d "$WORK/messages" -H 'content-type: application/grpc' -H 'te: trailers' -D "$WARM_UP" \
        "http://127.0.0.1:${PORT[$name]}/parley.benchmarks.v1.StreamService/Chat"
    start_client client StreamClient open "${PORT[$name]}"
    client=$PID
    open_more client $FIRST
    held "$name"
    rss=$(resident "$server") held=$HELD
    open_more client "$STREAMS"
    held "$name"
    # what the kernel holds for a socket is not in it
    SAMPLES[$name]+=" $((($(resident "$server") - rss) / STREAMS))"
    SAMPLES[$name held]+=" $(((HELD - held) / STREAMS))"
    [[ ! -s $WORK/client.err ]] || { cat "$WORK/client.err" >&2; die "streams to $name did not stay open"; }
    say "  $name:${SAMPLES[$name]} bytes resident,${SAMPLES[$name held]} held"
    stop "$client"
    stop "$server"
}

need h2load nghttp2-client
ROUNDS=3 WARM_UP=6
# small at first, and given back after a collection, so that what is resident is what is needed
JVM=(-XX:+UseSerialGC -Xms16m -Xmx1g)
begin "$@"
$QUICK && STREAMS=2000
NAMES=(parley-virtual grpc-virtual grpc-direct)
quiet_before=$(idle_check)
for ((round = 1; round <= ROUNDS; round++)); do
    say "round $round of $ROUNDS"
    for name in "${NAMES[@]}"; do measure_one "$name"; done
done
{
    printf '# Open streams\n\n'
    ratio_head
    for peer in grpc-virtual grpc-direct; do
        ratio "Parley / $peer, resident" parley-virtual "$peer" - -
        ratio "Parley / $peer, held" 'parley-virtual held' "$peer held" - -
    done
    printf '\n| | resident, bytes each, median | min..max | heap and direct after GC, bytes each | min..max |\n'
    printf '| --- | --- | --- | --- | --- |\n'
    for name in "${NAMES[@]}"; do
        # shellcheck disable=SC2086 # lists of numbers
        printf '| %s | %s | %s |\n' "$name" "$(stats %.0f ${SAMPLES[$name]})" "$(stats %.0f ${SAMPLES[$name held]})"
    done
    printf '\n'
    machine
    printf '%s\n' "- $ROUNDS rounds of $STREAMS bidirectional streams after $FIRST, 100 on each connection of grpc-java's client, one message of 100 bytes answered on each; a fresh server and a fresh client each" \
        "- each server warmed up by $WARM_UP s of calls of three messages: h2load, 8 connections with 32 streams" \
        "- the sockets' memory in the kernel is not in it; JVM: ${JVM[*]}" "- took $SECONDS s in all"
} | report open-streams
