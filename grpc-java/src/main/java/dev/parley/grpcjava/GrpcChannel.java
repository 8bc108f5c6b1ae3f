package dev.parley.grpcjava;

import com.google.protobuf.Message;
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
 * channel's default one (15 s), {@code sendMessage} waits when 64 messages are unsent, headers of a stream are told with its
 * first message, and {@code waitForReady}, retry policies of a service config and load-balancing options have no effect.
 * Callbacks run on the stub's executor, or on virtual threads, which {@code directExecutor()} stands for too. Thread-safe.
 */
public final class GrpcChannel extends ManagedChannel {

    // Those of generated code are few; interceptors make new ones for each call, which are not worth keeping.
    private static final int MOST_METHODS = 10_000;

    private final Channel channel;
    private final String authority;
    private final Map<MethodDescriptor<?, ?>, RpcMethod<?, ?>> methods = new ConcurrentHashMap<>();
    // The same one for the same method however often it is described, because the channel keeps something for each.
    private final Map<Contract, RpcMethod<?, ?>> contracts = new ConcurrentHashMap<>();
    private final Set<ClientCallBridge<?, ?>> active = ConcurrentHashMap.newKeySet();
    private final Executor executor =
            task -> Thread.ofVirtual().name("parley-grpc-java-callbacks").start(task);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private volatile boolean shutdown;

    private record Contract(
            com.google.protobuf.Descriptors.MethodDescriptor method, Message request, Message response) {}

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
            RpcMethod<?, ?> made = MethodBridge.of(method);
            RpcMethod<?, ?> same = contracts.putIfAbsent(
                    new Contract(made.descriptor(), made.requestPrototype(), made.responsePrototype()), made);
            bridged = same == null ? made : same;
            if (methods.size() < MOST_METHODS) {
                methods.put(method, bridged);
            }
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
        tellIfTerminated();
    }

    private void tellIfTerminated() {
        if (isTerminated()) {
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
        tellIfTerminated();
        return this;
    }

    /** Takes no new calls and cancels those that run. */
    @Override
    public ManagedChannel shutdownNow() {
        shutdown = true;
        active.forEach(call -> call.cancel("Channel shutdownNow invoked", null));
        tellIfTerminated();
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
