#!/usr/bin/env bash
# Confirmed publications into the embedded broker (SQLite, synced) beside RabbitMQ's quorum queues, on the same disk
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/brokers.bash
source "${BASH_SOURCE[0]%/*}/lib/brokers.bash"

ROUNDS=3
SECONDS_EACH=5
begin "$@"
broker_bench embedded-broker "Confirmed publications into the embedded broker (SQLite, synced) beside RabbitMQ's quorum queues, on the same disk" \
    "RabbitMQ through its own client, with confirms"
