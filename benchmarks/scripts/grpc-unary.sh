#!/usr/bin/env bash
# gRPC unary echo: our server beside grpc-java's, with the handler on the event loop and on a virtual thread.
# GRPC_TIMEOUT=15S in the environment gives each request a deadline.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CONNECTIONS=8 STREAMS=32
readonly CHECKED=5000

HEADERS=(-H 'content-type: application/grpc' -H 'te: trailers')
if [[ -n ${GRPC_TIMEOUT:-} ]]; then
    HEADERS+=(-H "grpc-timeout: $GRPC_TIMEOUT")
    NOTES+=("each request with grpc-timeout: $GRPC_TIMEOUT")
fi

# echo_at NAME OPTIONS...
echo_at() {
    h2load_at "$1" -c $CONNECTIONS -m $STREAMS -d "$WORK/frame" "${HEADERS[@]}" "${@:2}" \
        "http://127.0.0.1:${PORT[$1]}/parley.benchmarks.v1.EchoService/Echo"
}

load() {
    echo_at "$1" --warm-up-time=1 -D "$2"
    h2load_rate
}

# An HTTP status says nothing in gRPC, so: the right answers to a real client, and every answer to the load has a body.
check() {
    local name got want
    main_class $LOAD_CORE EchoCheck "$WORK/frame" "${PORT[@]}"
    run 60 "$WORK/check" "${COMMAND[@]}" || { cat "$WORK/check" >&2; die "a server answers wrongly"; }
    want=$((CHECKED * $(wc -c <"$WORK/frame")))
    for name in "${NAMES[@]}"; do
        echo_at "$name" -n $CHECKED
        got=$(sed -n 's/^traffic: .*(\([0-9]*\)) data$/\1/p' "$WORK/h2load")
        [[ $got == "$want" ]] || die "$name: $CHECKED answers have $got bytes instead of $want"
    done
}

need h2load nghttp2-client
begin "$@"
NAMES=(parley-loop grpc-direct parley-virtual grpc-virtual)
for name in "${NAMES[@]}"; do
    start "$name" EchoServer "$name"
done
check
measure_all load
check
NOTES+=("h2load, $CONNECTIONS connections with $STREAMS streams each, $(wc -c <"$WORK/frame") bytes of body each way"
    "checked before and after: grpc-java's client gets the right answers, $CHECKED answers under load are whole")
{
    printf '# gRPC unary echo\n\n'
    ratio_head
    ratio 'Parley / grpc-java, event loop (directExecutor)' parley-loop grpc-direct 0.9 1.0
    ratio 'Parley / grpc-java, virtual thread a call' parley-virtual grpc-virtual 1.2 1.5
    printf '\n'
    figures 'calls/s'
    notes
} | report grpc-unary
