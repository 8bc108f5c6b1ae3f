#!/usr/bin/env bash
# Publish, consume and end to end through Parley beside amqp-client and kafka-clients, by turns, each on the same server
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/brokers.bash
source "${BASH_SOURCE[0]%/*}/lib/brokers.bash"

ROUNDS=3
SECONDS_EACH=5
begin "$@"
broker_bench brokers "Publish, consume and end to end through Parley beside amqp-client and kafka-clients, by turns, each on the same server" \
    "own client: the same bytes on the wire as Parley's; one channel or producer for all publishers, confirms heard by a listener; consumed by prefetch of 1,000 and acks of 50, or a commit each poll"
