# Sourced by the scripts whose measurements are JMH's, in place of side-by-side.bash, which this needs.
# shellcheck shell=bash
# shellcheck source=side-by-side.bash
source "${BASH_SOURCE[0]%/*}/side-by-side.bash"

declare -A BYTES  # by name, bytes an operation, a value a round; SAMPLES has the nanoseconds
ITERATIONS=()     # options of JMH beside those that the class has

# jmh_rounds CLASSES SECONDS [CORES]: ROUNDS passes over all benchmarks of the classes (a regular expression), each benchmark
# in a fresh JVM, each pass SECONDS at most. Names are those of the methods, with /PARAMETER where there is one.
jmh_rounds() {
    local round
    if $QUICK; then
        ITERATIONS=(-wi 1 -i 1 -w 100ms -r 100ms)
    fi
    quiet_before=$(idle_check)
    for ((round = 1; round <= ROUNDS; round++)); do
        say "round $round of $ROUNDS"
        jmh_pass "$@"
    done
}

jmh_pass() {
    local name kind value
    local -a pinned=()
    [[ -z ${3:-} ]] || pinned=(taskset -c "$3")
    run "$2" "$WORK/jmh.log" ${pinned[@]+"${pinned[@]}"} "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$CLASS_PATH" \
        org.openjdk.jmh.Main "$1" ${ITERATIONS[@]+"${ITERATIONS[@]}"} -foe true -prof gc -rf csv -rff "$WORK/pass.csv" ||
        { tail -n 40 "$WORK/jmh.log" >&2; die "JMH failed"; }
    # benchmark,mode,threads,samples,score,error,unit[,parameter]; the lines end with a carriage return
    while read -r name kind value; do
        case $kind in
        time) SAMPLES[$name]+=" $value" ;;
        bytes) BYTES[$name]+=" $value" ;;
        esac
    done < <(tr -d '"\r' <"$WORK/pass.csv" | awk -F, 'NR > 1 {
        kind = index($1, ":") == 0 ? "time" : $1 ~ /gc\.alloc\.rate\.norm$/ ? "bytes" : ""
        if (kind == "") next
        sub(/:.*/, "", $1)
        count = split($1, part, ".")
        print part[count] (NF > 7 ? "/" $NF : ""), kind, $5
    }')
}

# jmh_figures FORMAT NAME: "ns, median | min..max | bytes"
jmh_figures() {
    # shellcheck disable=SC2086 # lists of numbers
    printf '%s | %s' "$(stats "$1" ${SAMPLES[$2]})" "$(median ${BYTES[$2]})"
}

# jmh_ratio OURS THEIRS: "median | min..max" of the ratios within each round
jmh_ratio() {
    local line
    line=$(ratio x "$1" "$2" - -)
    line=${line#| x | }
    printf '%s' "${line% | - | - |}"
}

jmh_notes() {
    printf '\n'
    machine
    printf '%s\n' "- ${1:+on core $1; }the cores were busy $quiet_before before the start" \
        "- $ROUNDS rounds by turns, each a fresh JVM per benchmark: ${JVM[*]}" "- took $SECONDS s in all"
}
