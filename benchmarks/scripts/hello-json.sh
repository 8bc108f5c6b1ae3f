#!/usr/bin/env bash
# GET /hello with a JSON answer from a virtual thread, HTTP/1.1: our server beside Helidon's.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CONNECTIONS=64
readonly WANTED='{"message":"hello"} application/json 200'

load() {
    wrk_at "$1" "http://127.0.0.1:${PORT[$1]}/hello" $CONNECTIONS "$2"
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
    ratio 'the same, server CPU' 'parley cpu' 'helidon cpu' - -
    printf '\n'
    figures 'requests/s'
    notes
} | report hello-json
