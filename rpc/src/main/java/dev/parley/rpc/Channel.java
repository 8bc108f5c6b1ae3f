package dev.parley.rpc;

import dev.parley.CallException;

/**
 * A way to one service's servers, over which generated clients call: {@code OrderService.client(channel)}.
 *
 * <p>A call made while another one is handled on the same thread is part of that: it inherits its deadline and is
 * cancelled with it. Headers of the inbound call are not passed on. Implementations are thread-safe.
 */
public interface Channel extends AutoCloseable {

    /**
     * Calls {@code method}.
     *
     * <p>A unary or client-streaming call blocks until its response. A server-streaming or bidirectional one returns at
     * once, and fails where its stream is read; who leaves the stream before its end closes it.
     *
     * @throws CallException if the call fails, or the current call is cancelled
     */
    <Q, R> R call(RpcMethod<Q, R> method, CallOptions options, Q request);

    /** Closes what the channel has opened; a client or a transport that it was given stays open. */
    @Override
    void close();

    /**
     * Starts to describe a channel.
     *
     * @param target {@code http://host:port} or {@code https://host:port}; a service in a registry, such as {@code
     *     consul://host:8500/inventory-service}, {@code dns:///inventory.local:7001} or {@code static:a:7001,b:7001}, over
     *     whose endpoints calls are shared out; or the name of a service such as {@code inventory-service}, whose URL, one
     *     of these, is then in the environment: {@code INVENTORY_SERVICE_URL}
     */
    static ChannelBuilder builder(String target) {
        return new ChannelBuilder(target);
    }

    /**
     * A channel to {@code handler} in this process, without a network but with all else: messages are serialised, limits
     * and deadlines hold, and the handler runs on a thread of its own.
     */
    static Channel inProcess(RpcHandler handler) {
        return builder("in-process").inProcess(handler).build();
    }
}
