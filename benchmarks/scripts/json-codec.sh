#!/usr/bin/env bash
# Protobuf messages to JSON and back: our codec beside JsonFormat, JsonCodecBenchmark under JMH by turns.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly -a MESSAGES=(order ledger event) WAYS=(Encode Decode)
declare -A BYTES

# One pass over all benchmarks, each in a fresh JVM.
pass() {
    local name kind value
    run 150 "$WORK/jmh.log" taskset -c $SERVER_CORE "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$CLASS_PATH" \
        org.openjdk.jmh.Main '\.JsonCodecBenchmark\.' "${ITERATIONS[@]}" -foe true -prof gc -rf csv -rff "$WORK/pass.csv" ||
        { tail -n 40 "$WORK/jmh.log" >&2; die "JMH failed"; }
    # benchmark,mode,threads,samples,score,error,unit,param
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
        print part[count] "/" $NF, kind, $5
    }')
}

ROUNDS=3
begin "$@"
ITERATIONS=(-wi 3 -i 3 -w 500ms -r 500ms)
if $QUICK; then
    ITERATIONS=(-wi 1 -i 1 -w 100ms -r 100ms)
fi
quiet_before=$(idle_check)
for ((round = 1; round <= ROUNDS; round++)); do
    say "round $round of $ROUNDS"
    pass
done
{
    printf '# JSON codec\n\n| | Parley, ns, median | min..max | B/op | JsonFormat, ns, median | min..max | B/op | ratio of times, median | min..max |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for message in "${MESSAGES[@]}"; do
        for way in "${WAYS[@]}"; do
            ours=our$way/$message theirs=their$way/$message
            line=$(ratio x "$ours" "$theirs" - -)
            line=${line#| x | }
            # shellcheck disable=SC2086 # lists of numbers
            printf '| %s, %s | %s | %s | %s | %s | %s |\n' "$message" "${way,,}" "$(stats %.0f ${SAMPLES[$ours]})" \
                "$(median ${BYTES[$ours]})" "$(stats %.0f ${SAMPLES[$theirs]})" "$(median ${BYTES[$theirs]})" "${line% | - | - |}"
        done
    done
    printf '\nRatios are those within each round; less is better.\n\n'
    machine
    printf '%s\n' "- on core $SERVER_CORE; the cores were busy $quiet_before before the start" \
        "- $ROUNDS rounds by turns, each a fresh JVM per benchmark: ${JVM[*]}" "- took $SECONDS s in all"
} | report json-codec
