#!/usr/bin/env bash
# gRPC unary echo from 64 virtual threads: our client and server beside grpc-java's blocking stub and server. The mixed
# pairs tell which side a difference comes from.
# shellcheck source=lib/side-by-side.bash
source "${BASH_SOURCE[0]%/*}/lib/side-by-side.bash"

readonly CALLERS=64

begin "$@"
start parley-server EchoServer parley-virtual
start grpc-server EchoServer grpc-virtual
NAMES=(parley-to-parley grpc-to-grpc parley-to-grpc grpc-to-parley)
for name in "${NAMES[@]}"; do
    start_client "$name" EchoClient "${name%%-to-*}" "${PORT[${name##*-to-}-server]}" $CALLERS
done
measure_all ask
NOTES+=("$CALLERS virtual threads, each call with a deadline of 15 s, each answer checked; either client with its defaults"
    "server handlers on virtual threads")
{
    printf '# gRPC unary echo, client and server\n\n'
    ratio_head
    ratio 'Parley / grpc-java, each to its own server' parley-to-parley grpc-to-grpc - -
    ratio 'Parley / grpc-java client, both to the Parley server' parley-to-parley grpc-to-parley - -
    ratio 'Parley / grpc-java client, both to the grpc-java server' parley-to-grpc grpc-to-grpc - -
    printf '\n'
    figures 'calls/s'
    notes
} | report client-unary
