#!/usr/bin/env bash
# What the core adds to a call: CoreBench under JMH with its allocation profiler, several forks by turns.
# shellcheck source=lib/jmh.bash
source "${BASH_SOURCE[0]%/*}/lib/jmh.bash"

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

ROUNDS=3
begin "$@"
jmh_rounds '\.CoreBench\.' 120
{
    printf '# What the core adds\n\n'
    printf '| | ns, median | min..max | B/op | compared with | ns, median | min..max | B/op | ratio, median | min..max |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for pair in "${PAIRS[@]}"; do
        name=${pair%:*} base=${pair#*:}
        printf '| %s | %s | %s | %s | %s |\n' "$name" "$(jmh_figures %.1f "$name")" "$base" "$(jmh_figures %.1f "$base")" \
            "$(jmh_ratio "$name" "$base")"
    done
    printf '\nStreams: per message of 100. Ratios are those within each round; less is better.\n'
    jmh_notes
} | report core
