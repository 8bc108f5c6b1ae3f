package dev.parley.rpc;

public interface Channel {
    <Q, R> R call(RpcMethod<Q, R> method, CallOptions options, Q request);
}
