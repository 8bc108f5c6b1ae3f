#!/usr/bin/env bash
# What an open and idle connection costs in memory, one request answered on each: our server beside Helidon's and nginx.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/peers.bash
source "${BASH_SOURCE[0]%/*}/lib/peers.bash"
# shellcheck source=lib/memory.bash
source "${BASH_SOURCE[0]%/*}/lib/memory.bash"

readonly FIRST=500 # opened before the first look, so that what is loaded once does not count
CONNECTIONS=10000

# measure_one NAME: a fresh server and a fresh client
measure_one() {
    local name=$1 kind=${1%/*} version=${1#*/} server client rss
    case $kind in
    nginx)
        if [[ $version == http2 ]]; then nginx_files $SERVER_CORE "$kind" http2; else nginx_files $SERVER_CORE "$kind"; fi ;;
    *) start "$kind" HelloServer "$kind" ;;
    esac
    server=$PID
    start_client client IdleClient "$version" "${PORT[$kind]}"
    client=$PID
    open_more client $FIRST
    look "$kind" "$server"
    rss=$RSS held=$HELD
    open_more client "$CONNECTIONS"
    look "$kind" "$server"
    # what the kernel holds for a socket is not in it
    SAMPLES[$name]+=" $(((RSS - rss) / CONNECTIONS))"
    [[ $kind == nginx ]] || SAMPLES[$name held]+=" $(((HELD - held) / CONNECTIONS))"
    say "  $name: $(((RSS - rss) / CONNECTIONS)) bytes resident$([[ $kind == nginx ]] || printf ', %s held' $(((HELD - held) / CONNECTIONS)))"
    stop "$client"
    stop "$server"
}

# look KIND PID: sets RSS and HELD. The collection comes first, so that garbage is not counted.
look() {
    HELD=0
    [[ $1 == nginx ]] || held "$1"
    RSS=$(resident "$2")
}

need nginx nginx
ROUNDS=3
# small at first, and given back after a collection, so that what is resident is what is needed
JVM=(-XX:+UseSerialGC -Xms16m -Xmx1g)
begin "$@"
$QUICK && CONNECTIONS=2000
ulimit -n $((CONNECTIONS + FIRST + 1000)) 2>/dev/null || (($(ulimit -n) >= CONNECTIONS + FIRST + 1000)) ||
    die "needs $((CONNECTIONS + FIRST + 1000)) open files a process and may have $(ulimit -Hn): ulimit -n as root, or limits.conf"
write_files
NAMES=(parley/http1 helidon/http1 nginx/http1 parley/http2 nginx/http2)
quiet_before=$(idle_check)
for ((round = 1; round <= ROUNDS; round++)); do
    say "round $round of $ROUNDS"
    for name in "${NAMES[@]}"; do measure_one "$name"; done
done
{
    printf '# Idle connections\n\n| | resident, bytes each, median | min..max | heap and direct after GC, bytes each | min..max |\n'
    printf '| --- | --- | --- | --- | --- |\n'
    for name in "${NAMES[@]}"; do
        # shellcheck disable=SC2086 # lists of numbers
        printf '| %s | %s | %s |\n' "$name" "$(stats %.0f ${SAMPLES[$name]})" \
            "$([[ -n ${SAMPLES[$name held]:-} ]] && stats %.0f ${SAMPLES[$name held]} || printf -- '- | -')"
    done
    printf '\n'
    machine
    printf '%s\n' "- $ROUNDS rounds of $CONNECTIONS connections after $FIRST, each with a fresh server and a fresh client" \
        "- the sockets' memory in the kernel is not in it; JVM: ${JVM[*]}" "- took $SECONDS s in all"
} | report connections
