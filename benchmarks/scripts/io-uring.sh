#!/usr/bin/env bash
# GET /hello over HTTP/1.1 from bare Netty on one event loop: its io_uring transport beside epoll.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CONNECTIONS=64

load() {
    wrk_at "$1" "http://127.0.0.1:${PORT[$1]}/hello" $CONNECTIONS "$2"
}

need wrk wrk
begin "$@"
NAMES=(netty-io_uring netty-epoll)
for name in "${NAMES[@]}"; do
    start "$name" HelloServer "$name"
done
measure_all load
NOTES+=("wrk, $CONNECTIONS connections, no pipelining")
{
    printf '# io_uring and epoll\n\n'
    ratio_head
    ratio 'io_uring / epoll' netty-io_uring netty-epoll - -
    printf '\n'
    figures 'requests/s'
    notes
} | report io-uring
