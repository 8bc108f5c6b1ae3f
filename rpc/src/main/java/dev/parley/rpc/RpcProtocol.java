package dev.parley.rpc;

/** What a {@link Channel} speaks. A server speaks all of them at once. */
public enum RpcProtocol {
    /** gRPC over HTTP/2. */
    GRPC,
    /** Connect: plain HTTP for unary calls, so that any HTTP tool can read it; envelopes for streams. */
    CONNECT
}
