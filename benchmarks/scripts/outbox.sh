#!/usr/bin/env bash
# The outbox on PostgreSQL: transactions with a business row and an event, and the relay, beside the same by hand in JDBC
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"
# shellcheck source=lib/brokers.bash
source "${BASH_SOURCE[0]%/*}/lib/brokers.bash"

ROUNDS=3
SECONDS_EACH=5
begin "$@"
broker_bench outbox "The outbox on PostgreSQL: transactions with a business row and an event, and the relay, beside the same by hand in JDBC" \
    "by hand: an insert of each row and a commit; a loop that takes 100 with SKIP LOCKED, publishes, deletes and commits; both relays publish to memory:"
