#!/usr/bin/env bash
# Answers of three sizes through a reverse proxy, HTTP/1.1 on both sides, one nginx as the backend of all: our proxy
# beside nginx, HAProxy and Spring Cloud Gateway.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/peers.bash
source "${BASH_SOURCE[0]%/*}/lib/peers.bash"

readonly -a PROXIES=(parley nginx haproxy spring) ORDER=(100B 64KiB 10MB)

# NAMES are proxy/size
load() {
    load_size "$1" "${PORT[${1%/*}]}" "${1#*/}" "$2"
}

check() {
    local name
    for name in "${NAMES[@]}"; do
        check_size "http://127.0.0.1:${PORT[${name%/*}]}/${name#*/}" "${name#*/}" --http1.1
    done
}

need_peers
need wrk wrk
SECONDS_EACH=3 WARM_UP=6
begin "$@"
write_files
nginx_files $LOAD_CORE backend
start parley ProxyServer "${PORT[backend]}"
nginx_proxy nginx "${PORT[backend]}"
haproxy_proxy haproxy "${PORT[backend]}"
spring_proxy spring "${PORT[backend]}"
for size in "${ORDER[@]}"; do
    for proxy in "${PROXIES[@]}"; do NAMES+=("$proxy/$size"); done
done
check
measure_all load
check
peer_notes
NOTES+=("wrk, 64 connections (10 MB: 8); the backend is nginx on the load's core; keep-alive on both sides"
    "every answer compared byte for byte before and after")
{
    printf '# Reverse proxy\n\n'
    ratio_head
    for size in "${ORDER[@]}"; do
        floors=(- -)
        [[ $size != 100B ]] || floors=(0.9 1.0)
        ratio "Parley / nginx, $size" "parley/$size" "nginx/$size" "${floors[@]}"
        ratio "the same, server CPU" "parley/$size cpu" "nginx/$size cpu" - -
        floors=(- -)
        [[ $size != 64KiB ]] || floors=(0.8 1.0)
        ratio "Parley / HAProxy, $size" "parley/$size" "haproxy/$size" "${floors[@]}"
        ratio "the same, server CPU" "parley/$size cpu" "haproxy/$size cpu" - -
        floors=(- -)
        [[ $size != 100B ]] || floors=(5 6)
        ratio "Parley / Spring Cloud Gateway, $size" "parley/$size" "spring/$size" "${floors[@]}"
        ratio "the same, server CPU" "parley/$size cpu" "spring/$size cpu" - -
    done
    printf '\n'
    figures 'requests/s'
    notes
} | report proxy
