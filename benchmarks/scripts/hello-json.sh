#!/usr/bin/env bash
# GET /hello with a JSON answer from a virtual thread, HTTP/1.1: our server beside Helidon's.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CONNECTIONS=64
readonly WANTED='{"message":"hello"} application/json 200'

load() {
    run $(($2 + 30)) "$WORK/wrk" taskset -c $LOAD_CORE wrk -t 1 -c $CONNECTIONS -d "$2s" \
        "http://127.0.0.1:${PORT[$1]}/hello" && ! grep -qE 'Non-2xx|Socket errors' "$WORK/wrk" ||
        { cat "$WORK/wrk" >&2; die "$1: wrk failed"; }
    VALUE=$(awk '$1 == "Requests/sec:" { print $2 }' "$WORK/wrk")
}

check() {
    local name got
    for name in "${NAMES[@]}"; do
        got=$(curl -sS --http1.1 -m 10 -w ' %{content_type} %{http_code}' "http://127.0.0.1:${PORT[$name]}/hello")
        [[ $got == "$WANTED" ]] || die "$name answers '$got' instead of '$WANTED'"
    done
}

need wrk wrk
need curl curl
ROUNDS=7
begin "$@"
NAMES=(parley helidon)
for name in "${NAMES[@]}"; do
    start "$name" HelloServer "$name"
done
check
measure_all load
check
NOTES+=("wrk, $CONNECTIONS connections, no pipelining")
{
    printf '# HTTP/1.1 hello on a virtual thread\n\n'
    ratio_head
    ratio 'Parley / Helidon' parley helidon 1.0 1.2
    printf '\n'
    figures 'requests/s'
    notes
} | report hello-json
