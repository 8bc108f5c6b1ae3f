#!/usr/bin/env bash
# Answers of three sizes from memory over HTTP/1.1 and HTTP/2: our server, its handler on a virtual thread, beside nginx.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/peers.bash
source "${BASH_SOURCE[0]%/*}/lib/peers.bash"

# NAMES are server/version/size; each version of nginx is a server of its own, since it tells them apart by port only.
load() {
    local server version size
    IFS=/ read -r server version size <<<"$1"
    case $version in
    http1) load_size "$1" "${PORT[$server]}" "$size" "$2" ;;
    http2) load_http2 "$1" "${PORT[$(http2_server "$server")]}" "$size" "$2" ;;
    esac
}

server_of() {
    [[ $1 == nginx/http2/* ]] && http2_server nginx || printf '%s' "${1%%/*}"
}

http2_server() { [[ $1 == nginx ]] && printf nginx-http2 || printf '%s' "$1"; }

load_http2() {
    local connections=8 streams=8
    [[ $3 != 10MB ]] || connections=4 streams=2
    h2load_at "$1" -c $connections -m $streams --warm-up-time=1 -D "$4" "http://127.0.0.1:$2/$3"
    h2load_rate
}

check() {
    local name server version size
    for name in "${NAMES[@]}"; do
        IFS=/ read -r server version size <<<"$name"
        case $version in
        http1) check_size "http://127.0.0.1:${PORT[$server]}/$size" "$size" --http1.1 ;;
        http2) check_size "http://127.0.0.1:${PORT[$(http2_server "$server")]}/$size" "$size" --http2-prior-knowledge ;;
        esac
    done
}

need nginx nginx
need curl curl
need wrk wrk
need h2load nghttp2-client
SECONDS_EACH=3 WARM_UP=5
begin "$@"
write_files
start parley HelloServer parley 0 "$WORK/$FILES"
nginx_files $SERVER_CORE nginx
nginx_files $SERVER_CORE nginx-http2 http2
for version in http1 http2; do
    for size in 100B 64KiB 10MB; do
        NAMES+=("parley/$version/$size" "nginx/$version/$size")
    done
done
check
measure_all load
check
NOTES+=("HTTP/1.1: wrk, 64 connections (10 MB: 8); HTTP/2: h2load, 8 connections with 8 streams (10 MB: 4 with 2)"
    "$(nginx -v 2>&1), 1 worker; 100 bytes by return, the others from files in the page cache"
    "every answer compared byte for byte before and after")
{
    printf '# Answers from memory\n\n'
    ratio_head
    for version in http1 http2; do
        for size in 100B 64KiB 10MB; do
            ratio "Parley / nginx, $version, $size" "parley/$version/$size" "nginx/$version/$size" - -
            ratio "the same, server CPU" "parley/$version/$size cpu" "nginx/$version/$size cpu" - -
        done
    done
    printf '\n'
    figures 'requests/s'
    notes
} | report http-hello
