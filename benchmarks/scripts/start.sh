#!/usr/bin/env bash
# From the command to the first answer, and what is resident after 1,000 requests, with an AOT cache and without: our
# server, our proxy and the shop's demo, beside Spring Cloud Gateway in front of nginx.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/peers.bash
source "${BASH_SOURCE[0]%/*}/lib/peers.bash"

readonly REQUESTS=1000
readonly -a KINDS=(parley parley-proxy spring demo)

# command_of NAME PORT [JVM_OPTIONS...]: sets COMMAND and ADDRESS. On all cores, as one starts it.
command_of() {
    local kind=${1%-aot}
    ADDRESS=/hello
    case $kind in
    parley)
        COMMAND=("$JAVA_HOME/bin/java" "${JVM[@]}" "${@:3}" -cp "$CLASS_PATH" dev.parley.benchmarks.HelloServer parley "$2") ;;
    parley-proxy)
        COMMAND=("$JAVA_HOME/bin/java" "${JVM[@]}" "${@:3}" -cp "$CLASS_PATH" dev.parley.benchmarks.ProxyServer
            "${PORT[backend]}" "$2") ;;
    spring)
        spring_class_path
        COMMAND=("$JAVA_HOME/bin/java" "${JVM[@]}" "${@:3}" -cp "$VALUE"
            dev.parley.benchmarks.spring.SpringGateway "--upstream=http://127.0.0.1:${PORT[backend]}" "--server.port=$2") ;;
    demo)
        COMMAND=(env "PARLEY_AOT=$([[ $1 == *-aot ]] && printf on || printf off)" ./parley demo "--base-port=$2")
        ADDRESS=/api/users/u-1 ;;
    esac
}

# run_once NAME [JVM_OPTIONS...]: starts it; sets MILLISECONDS to the first answer and PID
run_once() {
    local name=$1 begun now status
    free_port
    PORT[$name]=$VALUE
    command_of "$name" "${PORT[$name]}" "${@:2}"
    begun=${EPOCHREALTIME/./}
    "${COMMAND[@]}" >"$WORK/$name.log" 2>&1 &
    PID=$!
    PIDS+=("$PID")
    until first_answer "${PORT[$name]}"; do
        now=${EPOCHREALTIME/./}
        if ((now - begun > 60000000)) || ! kill -0 "$PID" 2>/dev/null; then
            cat "$WORK/$name.log" >&2
            die "$name did not start"
        fi
        read -r -t 0.002 -u "$NEVER" status || true
    done
    now=${EPOCHREALTIME/./}
    MILLISECONDS=$(((now - begun + 500) / 1000))
}

# first_answer PORT: whether it answers with 200. Without a process of its own, which would take longer than the answer.
first_answer() {
    local status=''
    { exec 8<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$ADDRESS" >&8
    IFS= read -r -t 10 -u 8 status || true
    exec 8>&-
    [[ $status == 'HTTP/1.1 200'* ]]
}

requests() {
    h2load_at "$1" --h1 -c 8 -n $REQUESTS "http://127.0.0.1:${PORT[$1]}$ADDRESS"
}

# train KIND: its AOT cache, from the same requests; the demo's launcher makes its own
train() {
    local kind=$1 tries=0
    say "training $kind"
    if [[ $kind == demo ]]; then
        rm -f target/demo.aot.key
        ./parley demo --scenario >"$WORK/demo.log" 2>&1 || { cat "$WORK/demo.log" >&2; die "the demo does not run"; }
        until [[ -f target/demo.aot.key ]]; do
            ((tries++ < 600)) || die "the demo's AOT cache was not made; see target/demo.aot.log"
            sleep 0.1
        done
        [[ -f target/demo.aot ]] || die "the demo's AOT cache could not be made; see target/demo.aot.log"
        return
    fi
    run_once "$kind" "-XX:AOTCacheOutput=$WORK/$kind.aot"
    requests "$kind"
    stop "$PID"
    [[ -f $WORK/$kind.aot ]] || { cat "$WORK/$kind.log" >&2; die "$kind: no AOT cache was made"; }
}

start_one() {
    local name=$1
    local -a options=()
    [[ $name != *-aot || $name == demo-aot ]] || options=("-XX:AOTCache=$WORK/${name%-aot}.aot" -XX:AOTMode=on)
    run_once "$name" ${options[@]+"${options[@]}"}
    requests "$name"
    SAMPLES[$name]+=" $MILLISECONDS"
    SAMPLES[$name rss]+=" $(awk '$1 == "VmRSS:" { printf "%.1f", $2 / 1024 }' "/proc/$PID/status")"
    say "  $name: $MILLISECONDS ms, ${SAMPLES[$name rss]##* } MiB"
    stop "$PID"
}

need nginx nginx
need h2load nghttp2-client
ROUNDS=10
JVM=(-XX:+UseSerialGC -Xmx256m)
begin "$@"
mkfifo "$WORK/never"
exec {NEVER}<>"$WORK/never"
write_files
nginx_files $LOAD_CORE backend
quiet_before=$(idle_check)
for kind in "${KINDS[@]}"; do
    train "$kind"
    NAMES+=("$kind" "$kind-aot")
done
for ((round = 1; round <= ROUNDS; round++)); do
    say "round $round of $ROUNDS"
    for name in "${NAMES[@]}"; do start_one "$name"; done
done
{
    printf '# Start to first answer\n\n'
    ratio_head
    for with in '' -aot; do
        ratio "Parley's proxy / Spring Cloud Gateway, time${with:+, AOT caches}" parley-proxy$with spring$with 0.2 0.1
        ratio "Parley's proxy / Spring Cloud Gateway, resident${with:+, AOT caches}" "parley-proxy$with rss" "spring$with rss" 0.5 0.33
        ratio "Parley's hello / Spring Cloud Gateway, time${with:+, AOT caches}" parley$with spring$with - -
    done
    printf '\n| | ms to the first answer, median | min..max | MiB resident after %s requests, median | min..max |\n' $REQUESTS
    printf '| --- | --- | --- | --- | --- |\n'
    for name in "${NAMES[@]}"; do
        # shellcheck disable=SC2086 # lists of numbers
        printf '| %s | %s | %s |\n' "$name" "$(stats %.0f ${SAMPLES[$name]})" "$(stats %.0f ${SAMPLES[$name rss]})"
    done
    printf '\n'
    machine
    printf '%s\n' "- $ROUNDS rounds, each start by turns on all cores, which were busy $quiet_before before" \
        "- JVM: ${JVM[*]}; the demo has its launcher's options, and its time includes the launcher" \
        "- each AOT cache is trained by one start and the same $REQUESTS requests, the demo's by its scenario" \
        "- took $SECONDS s in all"
} | report start
