#!/usr/bin/env bash
# What a backlog of a million messages does to the embedded broker, and to PostgreSQL
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/brokers.bash
source "${BASH_SOURCE[0]%/*}/lib/brokers.bash"

ROUNDS=3
SECONDS_EACH=5
begin "$@"
broker_bench backlog "What a backlog of a million messages does to the embedded broker, and to PostgreSQL" \
    "another topic: published to and consumed while the million waits"
