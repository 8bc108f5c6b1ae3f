#!/usr/bin/env bash
# A unary gRPC call through the default client chain and through none, over loopback and in the process:
# ClientChainBenchmark under JMH by turns.
# shellcheck source=lib/jmh.bash
source "${BASH_SOURCE[0]%/*}/lib/jmh.bash"

ROUNDS=5
begin "$@"
jmh_rounds '\.ClientChainBenchmark\.' 120
{
    printf '# The client chain\n\n'
    printf '| | default chain: ns, median | min..max | B/op | no chain: ns, median | min..max | B/op | ratio of times, median | min..max |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for way in network:'over loopback' inProcess:'in the process'; do
        name=${way%%:*}
        printf '| %s | %s | %s | %s |\n' "${way#*:}" "$(jmh_figures %.0f "${name}Chain")" "$(jmh_figures %.0f "${name}Bare")" \
            "$(jmh_ratio "${name}Chain" "${name}Bare")"
    done
    printf '\nOne call at a time. Client and server share the JVM: times and bytes are those of both.\n'
    jmh_notes
} | report client-chain
