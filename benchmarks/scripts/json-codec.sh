#!/usr/bin/env bash
# Protobuf messages to JSON and back: our codec beside JsonFormat, JsonCodecBenchmark under JMH by turns.
# shellcheck source=lib/jmh.bash
source "${BASH_SOURCE[0]%/*}/lib/jmh.bash"

readonly -a MESSAGES=(order ledger event) WAYS=(Encode Decode)

ROUNDS=3
ITERATIONS=(-wi 3 -i 3 -w 500ms -r 500ms)
begin "$@"
jmh_rounds '\.JsonCodecBenchmark\.' 150 $SERVER_CORE
{
    printf '# JSON codec\n\n| | Parley, ns, median | min..max | B/op | JsonFormat, ns, median | min..max | B/op | ratio of times, median | min..max |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for message in "${MESSAGES[@]}"; do
        for way in "${WAYS[@]}"; do
            ours=our$way/$message theirs=their$way/$message
            printf '| %s, %s | %s | %s | %s |\n' "$message" "${way,,}" "$(jmh_figures %.0f "$ours")" \
                "$(jmh_figures %.0f "$theirs")" "$(jmh_ratio "$ours" "$theirs")"
        done
    done
    printf '\nRatios are those within each round; less is better.\n'
    jmh_notes $SERVER_CORE
} | report json-codec
