#!/usr/bin/env bash
# gRPC streams of 100-byte messages: our server, handlers on virtual threads, beside grpc-java's, with its handlers on
# virtual threads and on the event loop.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CONNECTIONS=8 STREAMS=4 # of the floods
readonly TALKING=64              # streams that play ping-pong
MESSAGES=1000                    # a call, in the floods
readonly CHECKED=100             # calls
readonly -a SERVERS=(parley-virtual grpc-virtual grpc-direct) KINDS=(server client bidi ping-pong)

# method of a kind, its request's body, and the bytes of its answer: a call's or a message's
declare -A METHOD=([server]=Many [client]=Sum [bidi]=Chat) BODY=([server]=many [client]=messages [bidi]=messages)

# flood SERVER KIND OPTIONS...
flood() {
    h2load_at "$1" -c $CONNECTIONS -m $STREAMS -d "$WORK/${BODY[$2]}" -H 'content-type: application/grpc' -H 'te: trailers' \
        "${@:3}" "http://127.0.0.1:${PORT[$1]}/parley.benchmarks.v1.StreamService/${METHOD[$2]}"
}

# NAMES are server/kind
load() {
    local server=${1%/*} kind=${1#*/}
    if [[ $kind == ping-pong ]]; then
        ask "talk-$server" "$2"
        return
    fi
    flood "$server" "$kind" -D "$2"
    h2load_rate
    VALUE=$(awk -v calls="$VALUE" -v each=$MESSAGES 'BEGIN { printf "%.0f", calls * each }')
}

# An HTTP status says nothing in gRPC, so: the right answers to a real client, and whole ones under load.
check() {
    local server kind got want
    main_class $LOAD_CORE StreamCheck "$WORK" $MESSAGES "${PORT[@]}"
    run 120 "$WORK/check" "${COMMAND[@]}" || { cat "$WORK/check" >&2; die "a server answers wrongly"; }
    for server in "${SERVERS[@]}"; do
        for kind in server bidi; do
            flood "$server" $kind -n $CHECKED
            got=$(sed -n 's/^traffic: .*(\([0-9]*\)) data$/\1/p' "$WORK/h2load")
            want=$((CHECKED * $(wc -c <"$WORK/messages")))
            [[ $got == "$want" ]] || die "$server: $CHECKED calls of kind $kind got $got bytes instead of $want"
        done
    done
}

need h2load nghttp2-client
ROUNDS=5 SECONDS_EACH=2 WARM_UP=4
begin "$@"
for server in "${SERVERS[@]}"; do
    start "$server" EchoServer "$server"
    start_client "talk-$server" StreamClient ping-pong "${PORT[$server]}" $TALKING
done
for kind in "${KINDS[@]}"; do
    for server in "${SERVERS[@]}"; do NAMES+=("$server/$kind"); done
done
check
measure_all load
check
NOTES+=("messages of 100 bytes; floods: h2load, $CONNECTIONS connections with $STREAMS calls of $MESSAGES messages each at a time"
    "ping-pong: grpc-java's client, $TALKING streams on 4 connections, each sends when it was answered"
    "checked before and after: grpc-java's client gets the right answers to a call of each kind, and $CHECKED calls under load are whole")
{
    printf '# gRPC streams\n\n'
    ratio_head
    for kind in "${KINDS[@]}"; do
        for peer in grpc-virtual grpc-direct; do
            ratio "Parley / $peer, $kind" "parley-virtual/$kind" "$peer/$kind" - -
            ratio "the same, server CPU a message" "parley-virtual/$kind cpu" "$peer/$kind cpu" - -
        done
    done
    printf '\n'
    figures 'messages/s'
    notes
} | report grpc-streams
