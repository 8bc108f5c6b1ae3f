package dev.parley.grpcjava;

import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcMethod;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A {@link Channel} of Parley for stubs that grpc-java has generated: they then speak what it speaks (gRPC, gRPC-Web,
 * Connect), with its interceptors, limits and deadlines, and a call made inside a handler is part of that.
 *
 * <pre>{@code
 * try (Channel channel = Channel.builder("http://localhost:8080").build()) {
 *     GreeterGrpc.GreeterBlockingStub greeter = GreeterGrpc.newBlockingStub(GrpcChannel.over(channel));
 *     greeter.greet(request);
 * }
 * }</pre>
 *
 * <p>Blocking, future, asynchronous and {@code BlockingV2} stubs work, with deadlines, {@code CallCredentials}, client
 * interceptors, {@code Context} cancellation and manual flow control. What differs: a unary call without a deadline has the
 * channel's default one (15 s), {@code sendMessage} waits when 64 messages are unsent, and {@code waitForReady}, retry policies
 * of a service config and load-balancing options have no effect. Thread-safe.
 */
public final class GrpcChannel extends ManagedChannel {

    private final Channel channel;
    private final String authority;
    private final Map<MethodDescriptor<?, ?>, RpcMethod<?, ?>> methods = new ConcurrentHashMap<>();
    private final Set<ClientCallBridge<?, ?>> active = ConcurrentHashMap.newKeySet();
    private final Executor executor =
            task -> Thread.ofVirtual().name("parley-grpc-java-callbacks").start(task);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private volatile boolean shutdown;

    private GrpcChannel(Channel channel, String authority) {
        this.channel = channel;
        this.authority = authority;
    }

    /** A channel for stubs over {@code channel}, which shutting this one down leaves open. */
    public static GrpcChannel over(Channel channel) {
        return new GrpcChannel(channel, "parley");
    }

    /** As {@link #over(Channel)}; {@code authority} is what {@code CallCredentials} are told. */
    public static GrpcChannel over(Channel channel, String authority) {
        return new GrpcChannel(channel, authority);
    }

    /**
     * For stubs.
     *
     * @throws IllegalArgumentException if the method is not protobuf's
     */
    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        RpcMethod<?, ?> bridged = methods.get(method);
        if (bridged == null) {
            // Bounded by the methods of the contracts that the process has generated code for.
            bridged = methods.computeIfAbsent(method, MethodBridge::of);
        }
        return new ClientCallBridge<>(this, channel, method, bridged, options);
    }

    @Override
    public String authority() {
        return authority;
    }

    Executor executor() {
        return executor;
    }

    /** False once the channel is shut down. */
    boolean begin(ClientCallBridge<?, ?> call) {
        active.add(call);
        if (shutdown) {
            end(call);
            return false;
        }
        return true;
    }

    void end(ClientCallBridge<?, ?> call) {
        active.remove(call);
        if (shutdown && active.isEmpty()) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes no new calls; those that run go on. */
    @Override
    public ManagedChannel shutdown() {
        shutdown = true;
        return this;
    }

    /** Takes no new calls and cancels those that run. */
    @Override
    public ManagedChannel shutdownNow() {
        shutdown = true;
        active.forEach(call -> call.cancel("Channel shutdownNow invoked", null));
        return this;
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown && active.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long left = unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            while (!isTerminated()) {
                if (left <= 0) {
                    return false;
                }
                left = idle.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
