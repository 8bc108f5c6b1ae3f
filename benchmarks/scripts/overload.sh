#!/usr/bin/env bash
# Goodput of a server whose calls cost the processor 2 ms each, with load shedding and without, at up to five times its
# capacity; callers come at a constant rate, whatever becomes of them.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CURVE=docs/overload.svg

ROUNDS=3
SECONDS_EACH=4
begin "$@"
mkdir -p "$RESULTS"
quiet_before=$(idle_check)
start server OverloadServer
unshed=$(awk '$1 == "unshed" { print $2 }' "$WORK/server.log")
main_class $LOAD_CORE Overload "${PORT[server]}" "$unshed" "$ROUNDS" "$SECONDS_EACH" "$WORK/curve.svg"
"${COMMAND[@]}" >"$WORK/table" &
PIDS+=($!)
wait $! || die 'the load failed (see above)'
if $QUICK; then
    cp "$WORK/curve.svg" "$RESULTS/overload.svg"
else
    cp "$WORK/curve.svg" "$CURVE"
    say "the curve is in $CURVE"
fi
{
    printf '# Overload\n\n'
    cat "$WORK/table"
    printf '\n'
    machine
    printf '%s\n' "- server on core $SERVER_CORE, load on core $LOAD_CORE; before the start they were busy $quiet_before" \
        "- $ROUNDS rounds of $SECONDS_EACH s each, behind 2 s that do not count; JVM: ${JVM[*]}" "- took $SECONDS s in all"
} | report overload
