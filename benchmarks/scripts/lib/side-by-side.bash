# Sourced by the scripts next to this folder. They start the servers that are compared, each in a JVM of its own that is
# pinned to one core, load them from another core by turns, and report ratios of neighbouring runs.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C

readonly SERVER_CORE=0 LOAD_CORE=1
CLASS_PATH=benchmarks/target/parley-benchmarks.jar:$(printf '%s:' benchmarks/target/lib/*.jar) # sorted: an AOT cache needs it
readonly CLASS_PATH=${CLASS_PATH%:}
readonly RESULTS=benchmarks/target/results
# One core is no "server-class machine", so this is the collector that the JVM would pick; named to be the same everywhere.
JVM=(-XX:+UseSerialGC -Xms512m -Xmx512m)
readonly -a QUIET_JVM=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn)

# These three from the environment go before what a script sets, and options before both.
readonly GIVEN_ROUNDS=${ROUNDS:-} GIVEN_SECONDS_EACH=${SECONDS_EACH:-} GIVEN_WARM_UP=${WARM_UP:-}
ROUNDS=5          # how often each one is measured
SECONDS_EACH=4    # how long each time
WARM_UP=8         # seconds of load before the first round
QUICK=false       # whether only to see that it runs

NAMES=()          # what is compared, in the order of a round
NOTES=()          # lines below the tables
COMMAND=()
declare -A PORT SERVER_PID SAMPLES SERVER_BUSY LOAD_BUSY TO FROM
PIDS=()           # what runs now, and the last one started
PID=
WORK=             # a folder for logs and pipes, gone at the end
VALUE=            # what was measured last
quiet_before='not measured'

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

say() { printf '%s\n' "$*" >&2; }

# need TOOL PACKAGE
need() {
    command -v "$1" >/dev/null || die "needs $1: apt-get install $2"
}

# Reads --quick and the like; prepares the folder for logs, and the end.
begin() {
    ROUNDS=${GIVEN_ROUNDS:-$ROUNDS} SECONDS_EACH=${GIVEN_SECONDS_EACH:-$SECONDS_EACH} WARM_UP=${GIVEN_WARM_UP:-$WARM_UP}
    while (($#)); do
        case $1 in
        --quick) QUICK=true ROUNDS=2 SECONDS_EACH=1 WARM_UP=2 ;;
        --rounds=*) ROUNDS=${1#*=} ;;
        --seconds=*) SECONDS_EACH=${1#*=} ;;
        --warm-up=*) WARM_UP=${1#*=} ;;
        *) die "options: [--quick] [--rounds=$ROUNDS] [--seconds=$SECONDS_EACH] [--warm-up=$WARM_UP], but got $1" ;;
        esac
        shift
    done
    local option
    for option in "$ROUNDS" "$SECONDS_EACH" "$WARM_UP"; do
        [[ $option =~ ^[1-9][0-9]*$ ]] || die "rounds, seconds and warm-up are whole positive numbers, but got $option"
    done
    [[ -n ${JAVA_HOME:-} ]] || die "run this by ./parley bench, which builds it and finds a JDK"
    need taskset util-linux
    need pgrep procps
    (($(nproc) > 1)) || die "needs two cores, one for the servers and one for the load"
    JVM+=("${QUIET_JVM[@]}")
    WORK=$(mktemp -d)
    trap stop_all EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

stop_all() {
    local pid tries=0
    for pid in ${PIDS[@]+"${PIDS[@]}"}; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in ${PIDS[@]+"${PIDS[@]}"}; do
        while kill -0 "$pid" 2>/dev/null && ((tries++ < 50)); do sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    PIDS=()
    [[ -z $WORK ]] || rm -rf -- "$WORK"
}

# run SECONDS OUTPUT COMMAND...: waits for it at most so long. In the background, so that a signal ends the wait and
# stop_all the command.
run() {
    local pid status=0
    timeout -k 1 "$1" "${@:3}" >"$2" 2>&1 &
    pid=$!
    PIDS+=("$pid")
    wait "$pid" || status=$?
    unset 'PIDS[-1]'
    return "$status"
}

# main_class CORES MAIN ARGS...: the command that runs one of ours, in COMMAND
main_class() {
    COMMAND=(taskset -c "$1" "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$CLASS_PATH" "dev.parley.benchmarks.$2" "${@:3}")
}

# start NAME MAIN ARGS...: a server of ours, see launch
start() {
    main_class $SERVER_CORE "${@:2}"
    launch "$1" "${COMMAND[@]}"
}

# launch NAME COMMAND...: a server, and waits until it says where it listens; PORT[NAME] and TO[NAME], its input, are set
launch() {
    local name=$1 log=$WORK/$1.log in=$WORK/$1.in port='' tries=0 to
    [[ -p $in ]] || mkfifo "$in"
    exec {to}<>"$in"
    TO[$name]=$to
    : >"$log" # so that it is there when it is looked at
    "${@:2}" <"$in" >"$log" 2>&1 &
    PID=$!
    PIDS+=("$PID") SERVER_PID[$name]=$PID
    until port=$(awk '$1 == "listening" { print $2 }' "$log") && [[ -n $port ]]; do
        if ! kill -0 "$PID" 2>/dev/null || ((tries++ > 300)); then
            cat "$log" >&2
            die "$name did not start"
        fi
        sleep 0.1
    done
    PORT[$name]=$port
}

# launch_at NAME PORT COMMAND...: a server that does not say when it listens
launch_at() {
    local name=$1 port=$2 log=$WORK/$1.log tries=0
    "${@:3}" >"$log" 2>&1 &
    PID=$!
    PIDS+=("$PID") SERVER_PID[$name]=$PID
    until accepts "$port"; do
        if ! kill -0 "$PID" 2>/dev/null || ((tries++ > 100)); then
            cat "$log" >&2
            die "$name did not start"
        fi
        sleep 0.1
    done
    PORT[$name]=$port
}

# accepts PORT: whether somebody listens
accepts() {
    { exec 9<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null && exec 9>&-
}

# free_port: sets VALUE to a port below those that the kernel gives to clients, so that none is in the way
free_port() {
    local tries=0
    until VALUE=$((20000 + RANDOM % 10000)) && ! accepts "$VALUE"; do
        ((tries++ < 100)) || die "no free port between 20000 and 30000"
    done
}

# start_client NAME MAIN ARGS...: a client that obeys lines on its input; see ask
start_client() {
    local name=$1 in=$WORK/$1.in out=$WORK/$1.out to from line=''
    [[ -p $in ]] || mkfifo "$in" "$out"
    exec {to}<>"$in" {from}<>"$out"
    TO[$name]=$to FROM[$name]=$from
    main_class $LOAD_CORE "${@:2}"
    "${COMMAND[@]}" <"$in" >"$out" 2>"$WORK/$name.err" &
    PID=$!
    PIDS+=("$PID")
    read -r -t 30 -u "$from" line || true
    [[ $line == ready ]] || { cat "$WORK/$name.err" >&2; die "client $name did not start"; }
}

# ask NAME SECONDS: sets VALUE to what the client measured
ask() {
    printf '%s\n' "$2" >&"${TO[$1]}"
    read -r -t $(($2 + 20)) -u "${FROM[$1]}" VALUE || { cat "$WORK/$1.err" >&2; die "client $1 did not answer"; }
}

# --- measuring -----------------------------------------------------------------------------------

# core_ticks CORE: all ticks and busy ones since boot
core_ticks() {
    awk -v core="cpu$1" '$1 == core { for (i = 2; i <= 9; i++) all += $i; print all, all - $5 - $6 }' /proc/stat
}

# busy BEFORE AFTER, each of core_ticks: per cent
busy() {
    awk -v before="$1" -v after="$2" 'BEGIN {
        split(before, b); split(after, a); all = a[1] - b[1]
        printf "%.0f\n", (all > 0 ? 100 * (a[2] - b[2]) / all : 0)
    }'
}

# wrk_at NAME URL CONNECTIONS SECONDS [OPTIONS...]: sets VALUE to the requests a second
wrk_at() {
    run $(($4 + 40)) "$WORK/wrk" taskset -c $LOAD_CORE wrk -t 1 -c "$3" -d "$4s" --timeout 30s "${@:5}" "$2" &&
        ! grep -qE 'Non-2xx|Socket errors' "$WORK/wrk" || { cat "$WORK/wrk" >&2; die "$1: wrk failed"; }
    VALUE=$(awk '$1 == "Requests/sec:" { print $2 }' "$WORK/wrk")
}

# h2load_at NAME OPTIONS... URL: dies unless every request was answered with 2xx; what it said is in WORK/h2load
h2load_at() {
    run 60 "$WORK/h2load" taskset -c $LOAD_CORE h2load -t 1 "${@:2}" &&
        grep -q ' 0 failed, 0 errored, 0 timeout' "$WORK/h2load" &&
        grep -qE 'status codes: [1-9][0-9]* 2xx, 0 3xx, 0 4xx, 0 5xx' "$WORK/h2load" ||
        { cat "$WORK/h2load" >&2; die "$1: h2load failed"; }
}

# h2load_rate: sets VALUE to the requests a second that it found
h2load_rate() {
    VALUE=$(sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p' "$WORK/h2load")
}

# server_of NAME: the server that is measured under this name, which may go on with a slash and more
server_of() { printf '%s' "${1%%/*}"; }

# processor_time PID: microseconds of it and its children. Unlike a rate it hardly changes while others use the machine.
processor_time() {
    local pid all=0 ticks
    for pid in "$1" $(pgrep -P "$1"); do
        ticks=$(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat")
        all=$((all + ticks))
    done
    printf '%s\n' $((all * 1000000 / $(getconf CLK_TCK)))
}

# measure NAME COMMAND...: COMMAND sets VALUE, which becomes a sample of NAME, as the processor time of one becomes of "NAME cpu"
measure() {
    local name=$1 pid server load used=0 begun
    pid=${SERVER_PID[$(server_of "$1")]:-}
    shift
    server=$(core_ticks $SERVER_CORE) load=$(core_ticks $LOAD_CORE)
    [[ -z $pid ]] || used=$(processor_time "$pid")
    begun=${EPOCHREALTIME/./}
    VALUE=
    "$@"
    [[ -z $pid ]] || SAMPLES[$name cpu]+=" $(awk -v cpu=$(($(processor_time "$pid") - used)) \
        -v time=$((${EPOCHREALTIME/./} - begun)) -v rate="$VALUE" 'BEGIN { printf "%.2f", (rate > 0 ? cpu / (rate * time / 1e6) : 0) }')"
    [[ $VALUE =~ ^[0-9]+(\.[0-9]+)?$ && $VALUE =~ [1-9] ]] || die "$name: no figure, but '$VALUE'"
    SERVER_BUSY[$name]+=" $(busy "$server" "$(core_ticks $SERVER_CORE)")"
    LOAD_BUSY[$name]+=" $(busy "$load" "$(core_ticks $LOAD_CORE)")"
    SAMPLES[$name]+=" $VALUE"
    say "  $name: $VALUE/s"
}

# measure_all FUNCTION: warms each up, then ROUNDS rounds; every second one backwards, so that none always follows
# the same neighbour. FUNCTION NAME SECONDS sets VALUE.
measure_all() {
    local name round i
    quiet_before=$(idle_check)
    for name in "${NAMES[@]}"; do
        say "warming up $name"
        "$1" "$name" "$WARM_UP"
    done
    for ((round = 1; round <= ROUNDS; round++)); do
        say "round $round of $ROUNDS"
        for ((i = 0; i < ${#NAMES[@]}; i++)); do
            name=${NAMES[round % 2 ? i : ${#NAMES[@]} - 1 - i]}
            measure "$name" "$1" "$name" "$SECONDS_EACH"
        done
    done
}

# stop PID: ends a server before the rest
stop() {
    local i
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
    for i in "${!PIDS[@]}"; do
        [[ ${PIDS[i]} != "$1" ]] || unset "PIDS[i]"
    done
}

# How busy each core is while nothing of ours runs.
idle_check() {
    local first second
    first=$(core_ticks $SERVER_CORE) second=$(core_ticks $LOAD_CORE)
    sleep 1
    printf '%s %% and %s %%' "$(busy "$first" "$(core_ticks $SERVER_CORE)")" "$(busy "$second" "$(core_ticks $LOAD_CORE)")"
}

# --- reporting -----------------------------------------------------------------------------------

# stats FORMAT NUMBERS...: "median | min..max"
stats() {
    printf '%s\n' "${@:2}" | sort -g | awk -v f="$1" '
        { v[NR] = $1 }
        END {
            m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
            printf f " | " f ".." f "\n", m, v[1], v[NR]
        }'
}

machine() {
    local memory
    memory=$(awk '$1 == "MemTotal:" { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)
    printf '%s\n' "- $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores, $memory" \
        "- $(uname -srm)" \
        "- $("$JAVA_HOME/bin/java" -version 2>&1 | tail -n 1)" \
        "- $(date -u '+%Y-%m-%d %H:%M UTC')"
}

# figures UNIT: a line for each of what was compared, then all rounds
figures() {
    local name i
    local -a row
    printf '| | %s, median | min..max | server CPU, µs each, median | min..max | server core busy | load core busy |\n' "$1"
    printf '| --- | --- | --- | --- | --- | --- | --- |\n'
    for name in "${NAMES[@]}"; do
        # shellcheck disable=SC2086 # lists of numbers
        printf '| %s | %s | %s | %s %% | %s %% |\n' "$name" "$(stats %.0f ${SAMPLES[$name]})" \
            "$([[ -z ${SAMPLES[$name cpu]:-} ]] && printf -- '- | -' || stats %.1f ${SAMPLES[$name cpu]})" "$(median ${SERVER_BUSY[$name]})" "$(median ${LOAD_BUSY[$name]})"
    done
    printf '\nRounds, in the order they ran (even ones backwards):\n\n| round |'
    printf ' %s |' "${NAMES[@]}"
    printf '\n| --- |'
    for name in "${NAMES[@]}"; do printf ' --- |'; done
    printf '\n'
    for ((i = 0; i < ROUNDS; i++)); do
        printf '| %s |' $((i + 1))
        for name in "${NAMES[@]}"; do
            read -r -a row <<<"${SAMPLES[$name]}"
            printf ' %.0f |' "${row[i]}"
        done
        printf '\n'
    done
}

# shellcheck disable=SC2086
median() { local all; all=$(stats %.0f "$@"); printf '%s' "${all%% *}"; }

# ratio TITLE OURS THEIRS FLOOR AIM: one line; the ratios are those within each round
ratio() {
    local ours theirs i
    local -a each=()
    read -r -a ours <<<"${SAMPLES[$2]}"
    read -r -a theirs <<<"${SAMPLES[$3]}"
    for ((i = 0; i < ROUNDS; i++)); do
        each+=("$(awk -v a="${ours[i]}" -v b="${theirs[i]}" 'BEGIN { print (b > 0 ? a / b : 0) }')")
    done
    printf '| %s | %s | %s | %s |\n' "$1" "$(stats %.2f "${each[@]}")" "$4" "$5"
}

ratio_head() {
    printf '| ratio | median | min..max | floor | aim |\n| --- | --- | --- | --- | --- |\n'
}

notes() {
    printf '\n'
    machine
    printf '%s\n' "- servers on core $SERVER_CORE, load on core $LOAD_CORE; before the start they were busy $quiet_before" \
        "- $ROUNDS rounds of $SECONDS_EACH s, $WARM_UP s of warm-up each; JVM: ${JVM[*]}" \
        "- took $SECONDS s in all" \
        ${NOTES[@]+"${NOTES[@]/#/- }"}
}

# report NAME: what comes on the input goes to the output and into the folder of results
report() {
    mkdir -p "$RESULTS"
    tee "$RESULTS/$1.md"
    say "written to $RESULTS/$1.md"
}
