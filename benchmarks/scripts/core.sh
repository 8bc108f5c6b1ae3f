#!/usr/bin/env bash
# What the core adds to a call: CoreBench under JMH with its allocation profiler, several forks by turns.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

# name:what it is compared with
readonly -a PAIRS=(
    chainOfFour:handlerAlone
    callScopeRun:handlerAlone
    callScopeRunWithDeadline:handlerAlone
    callScopeAttempt:handlerAlone
    metadataParse:nettyHeadersParse
    metadataLookup:nettyHeadersLookup
    drain:plainLoop
    drainProduced:plainLoop
    drainMapped:plainLoop
    iterate:plainLoop
)

declare -A BYTES

# One pass over all benchmarks, each in a fresh JVM.
pass() {
    local name kind value
    run 120 "$WORK/jmh.log" "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$CLASS_PATH" org.openjdk.jmh.Main '\.CoreBench\.' \
        "${ITERATIONS[@]}" -foe true -prof gc -rf csv -rff "$WORK/pass.csv" ||
        { tail -n 40 "$WORK/jmh.log" >&2; die "JMH failed"; }
    while read -r name kind value; do
        case $kind in
        time) SAMPLES[$name]+=" $value" ;;
        bytes) BYTES[$name]+=" $value" ;;
        esac
    done < <(tr -d '"' <"$WORK/pass.csv" | awk -F, 'NR > 1 {
        count = split($1, part, ".")
        if (index($1, ":") == 0) print part[count], "time", $5
        else if ($1 ~ /gc\.alloc\.rate\.norm$/) { sub(/:.*/, "", $1); count = split($1, part, "."); print part[count], "bytes", $5 }
    }')
}

ROUNDS=3
begin "$@"
ITERATIONS=()
if $QUICK; then
    ITERATIONS=(-wi 1 -i 1 -w 100ms -r 100ms)
fi
quiet_before=$(idle_check)
for ((round = 1; round <= ROUNDS; round++)); do
    say "round $round of $ROUNDS"
    pass
done
{
    printf '# What the core adds\n\n'
    printf '| | ns, median | min..max | B/op | compared with | ns, median | min..max | B/op | ratio, median | min..max |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for pair in "${PAIRS[@]}"; do
        name=${pair%:*} base=${pair#*:}
        line=$(ratio x "$name" "$base" - -)
        line=${line#| x | }
        # shellcheck disable=SC2086 # lists of numbers
        printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$name" "$(stats %.1f ${SAMPLES[$name]})" "$(median ${BYTES[$name]})" \
            "$base" "$(stats %.1f ${SAMPLES[$base]})" "$(median ${BYTES[$base]})" "${line% | - | - |}"
    done
    printf '\nStreams: per message of 100. Ratios are those within each round; less is better.\n\n'
    machine
    printf '%s\n' "- cores $SERVER_CORE and $LOAD_CORE were busy $quiet_before before the start" \
        "- $ROUNDS rounds by turns, each a fresh JVM per benchmark: ${JVM[*]}"
} | report core
