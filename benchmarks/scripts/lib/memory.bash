# Sourced after side-by-side.bash by what looks at the memory of servers.
# shellcheck shell=bash

# resident PID: the bytes of RAM that it and its children hold
resident() {
    local pid all=0 kilobytes
    for pid in "$1" $(pgrep -P "$1"); do
        kilobytes=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")
        all=$((all + kilobytes * 1024))
    done
    printf '%s\n' "$all"
}

# held NAME: sets HELD to heap and direct memory after a full collection; of a Java server
held() {
    local log=$WORK/$1.log before tries=0
    before=$(grep -c '^memory ' "$log" || true)
    printf 'memory\n' >&"${TO[$1]}"
    until (($(grep -c '^memory ' "$log" || true) > before)); do
        ((tries++ < 100)) || die "$1 does not say what it holds"
        sleep 0.1
    done
    HELD=$(awk '$1 == "memory" { sum = $2 + $3 } END { printf "%d", sum }' "$log")
}

# open_more CLIENT COUNT
open_more() {
    local answer=''
    printf '%s\n' "$2" >&"${TO[$1]}"
    read -r -t 120 -u "${FROM[$1]}" answer && ((answer >= $2)) || { cat "$WORK/$1.err" >&2; die "$1 could not open $2 more"; }
}
