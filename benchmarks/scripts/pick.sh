#!/usr/bin/env bash
# What it takes to pick one of 3 and of 1,000 endpoints, with one thread and with two that contend: each of Parley's balancers beside
# grpc-java's round_robin. PickBenchmark under JMH.
# shellcheck source=lib/jmh.bash
source "${BASH_SOURCE[0]%/*}/lib/jmh.bash"

readonly -a BALANCERS=(
    'leastLoaded:least loaded of two'
    'roundRobin:round robin'
    'weighted:weighted'
    'ringHash:ring hash'
    'zoneAware:zone-aware, least loaded'
    'cluster:all of an attempt (default balancer)'
    'callAlone:the call in it'
    'grpcRoundRobin:grpc-java, round_robin'
)

ROUNDS=2
begin "$@"
ITERATIONS=(-t 1)
jmh_rounds '\.PickBenchmark\.' 180
for name in "${!SAMPLES[@]}"; do
    SAMPLES[$name/1]=${SAMPLES[$name]} BYTES[$name/1]=${BYTES[$name]}
    unset "SAMPLES[$name]" "BYTES[$name]"
done
ITERATIONS=(-t 2)
jmh_rounds '\.PickBenchmark\.' 180
for name in "${!SAMPLES[@]}"; do
    [[ $name == */*/* ]] || SAMPLES[$name/2]=${SAMPLES[$name]} BYTES[$name/2]=${BYTES[$name]}
done
{
    printf '# Picking an endpoint\n\n'
    printf '| | 3 endpoints, 1 thread: ns, median | min..max | B/op | 2 threads: ns | min..max | B/op | 1,000 endpoints, 1 thread: ns | min..max | B/op | 2 threads: ns | min..max | B/op |\n'
    printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
    for balancer in "${BALANCERS[@]}"; do
        name=${balancer%%:*}
        printf '| %s | %s | %s | %s | %s |\n' "${balancer#*:}" "$(jmh_figures %.1f "$name/3/1")" "$(jmh_figures %.1f "$name/3/2")" \
            "$(jmh_figures %.1f "$name/1000/1")" "$(jmh_figures %.1f "$name/1000/2")"
    done
    printf '\n'
    ratio_head
    for count in 3 1000; do
        for threads in 1 2; do
            for name in leastLoaded roundRobin; do
                ratio "Parley, $name / grpc-java, round_robin: $count endpoints, $threads threads" \
                    "$name/$count/$threads" "grpcRoundRobin/$count/$threads" - -
            done
        done
    done
    jmh_notes
} | report pick
