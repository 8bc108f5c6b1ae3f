package dev.parley.rpc;

/** What a {@link Channel} speaks. A server speaks all of them at once. */
public enum RpcProtocol {
    /** gRPC over HTTP/2. */
    GRPC,
    /** gRPC-Web over any HTTP: for servers behind what passes no trailers on. */
    GRPC_WEB,
    /** gRPC-Web in base64, a third larger: for what passes only text on. */
    GRPC_WEB_TEXT,
    /** Connect: plain HTTP for unary calls, so that any HTTP tool can read it; envelopes for streams. */
    CONNECT,
    /**
     * HTTP with JSON as the contract says it ({@code google.api.http}, the first binding of a method): for servers that
     * speak nothing else. Unary methods only; the codec has no effect.
     */
    REST
}
