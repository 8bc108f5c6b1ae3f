#!/usr/bin/env bash
# A unary call in Connect's JSON: our server beside the same endpoint on Vert.x, both with the handler on a virtual thread.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/peers.bash
source "${BASH_SOURCE[0]%/*}/lib/peers.bash"

readonly BODY='{"id":"42","text":"order 4711: 3 x SKU-0815, 1 x SKU-1234, ship to Musterstrasse 12"}'
readonly -a SERVERS=(parley vertx) VERSIONS=(http1 http2)
readonly CHECKED=5000

url() { printf 'http://127.0.0.1:%s/parley.benchmarks.v1.EchoService/Echo' "${PORT[$1]}"; }

# by_http2 SERVER OPTIONS...
by_http2() {
    h2load_at "$1" -c 8 -m 32 -d "$WORK/body" -H 'content-type: application/json' "${@:2}" "$(url "$1")"
}

# NAMES are server/version
load() {
    local server=${1%/*}
    case ${1#*/} in
    http1) wrk_at "$1" "$(url "$server")" 64 "$2" -s "$WORK/post.lua" ;;
    http2)
        by_http2 "$server" --warm-up-time=1 -D "$2"
        h2load_rate
        ;;
    esac
}

# The answer has the content of the request, so both servers answer with its very bytes.
check() {
    local server option got
    for server in "${SERVERS[@]}"; do
        for option in --http1.1 --http2-prior-knowledge; do
            curl -sS -m 20 $option -o "$WORK/answer" -w '%{http_code} %{content_type}' -H 'content-type: application/json' \
                --data-binary "@$WORK/body" "$(url "$server")" >"$WORK/status" &&
                [[ $(<"$WORK/status") == '200 application/json' ]] && cmp "$WORK/answer" "$WORK/body" >&2 ||
                die "$server answers wrongly with $option: $(cat "$WORK/status" "$WORK/answer")"
        done
        by_http2 "$server" -n $CHECKED
        got=$(sed -n 's/^traffic: .*(\([0-9]*\)) data$/\1/p' "$WORK/h2load")
        [[ $got == $((CHECKED * ${#BODY})) ]] || die "$server: $CHECKED answers have $got bytes instead of $((CHECKED * ${#BODY}))"
    done
}

need curl curl
need wrk wrk
need h2load nghttp2-client
ROUNDS=7
begin "$@"
printf '%s' "$BODY" >"$WORK/body"
cat >"$WORK/post.lua" <<END
wrk.method = "POST"
wrk.body = [[$BODY]]
wrk.headers["content-type"] = "application/json"
END
start parley EchoServer parley-virtual
vertx_echo vertx
for version in "${VERSIONS[@]}"; do
    for server in "${SERVERS[@]}"; do NAMES+=("$server/$version"); done
done
check
measure_all load
check
NOTES+=("HTTP/1.1: wrk, 64 connections; HTTP/2: h2load, 8 connections with 32 streams; ${#BODY} bytes of body each way"
    "$(basename "$(printf '%s\n' "$VERTX"/lib/vertx-core-[0-9]*.jar)" .jar): a virtual-thread verticle, native epoll, JsonObject both ways, no router"
    "checked before and after: each server answers by either version with the right bytes, $CHECKED answers under load are whole")
{
    printf '# Unary call in JSON\n\n'
    ratio_head
    for version in "${VERSIONS[@]}"; do
        ratio "Parley / Vert.x, virtual thread, $version" "parley/$version" "vertx/$version" 1.0 1.5
        ratio "the same, server CPU a call" "parley/$version cpu" "vertx/$version cpu" - -
    done
    printf '\n'
    figures 'calls/s'
    notes
} | report connect-json
