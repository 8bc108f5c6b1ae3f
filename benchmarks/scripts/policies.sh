#!/usr/bin/env bash
# What each policy adds to a call that succeeds, beside Resilience4j's and Failsafe's: PolicyBenchmark and
# PolicyPeersBenchmark under JMH by turns.
# shellcheck source=lib/jmh.bash
source "${BASH_SOURCE[0]%/*}/lib/jmh.bash"

# policy:what it is called
readonly -a POLICIES=(
    'Timeout:timeout'
    'Retry:retry'
    'Breaker:circuit breaker'
    'Bulkhead:bulkhead'
    'Limiter:rate limiter'
    'Hedge:hedge'
    'Fallback:fallback'
    'Shedder:load shedder'
    'Four:retry + breaker + rate limiter + bulkhead'
)

# cell NAME: its figures, or dashes
cell() {
    if [[ -n ${SAMPLES[$1]:-} ]]; then
        jmh_figures %.1f "$1"
    else
        printf -- '- | - | -'
    fi
}

# compared TITLE OURS THEIRS FLOOR AIM: a line, if both were measured
compared() {
    [[ -z ${SAMPLES[$2]:-} || -z ${SAMPLES[$3]:-} ]] || ratio "$@"
}

ROUNDS=3
begin "$@"
jmh_rounds '\.Policy[A-Za-z]*Benchmark\.' 300
{
    printf '# Policies around a call that succeeds\n\n'
    printf '| | Parley, callable: ns, median | min..max | B/op | Parley, handler: ns | min..max | B/op | Resilience4j: ns | min..max | B/op | Failsafe: ns | min..max | B/op |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    printf '| without a policy | %s | %s | - | - | - | - | - | - |\n' "$(cell bareCallable)" "$(cell bareHandler)"
    for policy in "${POLICIES[@]}"; do
        name=${policy%%:*}
        [[ -n ${SAMPLES[callable$name]:-} ]] || continue
        printf '| %s | %s | %s | %s | %s |\n' "${policy#*:}" "$(cell "callable$name")" "$(cell "handler$name")" \
            "$(cell "resilience4j$name")" "$(cell "failsafe$name")"
    done
    printf '\nResilience4j with a window of time, as ours: breaker %s, all four %s (ns, median | min..max | B/op).\n\n' \
        "$(cell resilience4jTimedBreaker)" "$(cell resilience4jTimedFour)"
    ratio_head
    for policy in "${POLICIES[@]}"; do
        name=${policy%%:*}
        compared "Parley / Resilience4j, ${policy#*:}" "callable$name" "resilience4j$name" 1.0 0.5
    done
    compared 'Parley / Resilience4j, all four in front of a handler' handlerFour resilience4jFour 1.0 0.5
    compared 'Parley / Failsafe, all four' callableFour failsafeFour 1.0 0.5
    printf '\nResilience4j waits for a future that is complete already, which starts no timer; ours interrupts its caller.\n'
    jmh_notes
} | report policies
