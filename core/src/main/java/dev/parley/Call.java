package dev.parley;

import java.security.Principal;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * One call as its handler and interceptors see it, whatever protocol carries it.
 *
 * <p>While a handler runs, its call is {@linkplain #current() ambient}: clients made inside it inherit deadline and
 * cancellation with nobody passing them. Inside a client's interceptor {@code current()} is still the inbound call; the
 * outbound one is the parameter.
 *
 * <p>{@link #cancellation}, {@link #deadline}, {@link #attributes} and the listeners may be used from any thread; the
 * {@link Metadata} belong to the thread that handles the call.
 */
public interface Call {

    /** What is called. */
    Method method();

    /** What the caller sent ahead of its request. On a client: what will be sent. */
    Metadata requestHeaders();

    /** What is sent (on a client: was received) ahead of the response; to be set before its first message. */
    Metadata responseHeaders();

    /** What is sent (on a client: was received) behind the response. */
    Metadata responseTrailers();

    /** When the call must have ended. */
    Deadline deadline();

    /**
     * Nanoseconds since a server has received this call's head, its wait for a thread included; 0 for a call that was made
     * rather than received.
     */
    default long sinceArrivalNanos() {
        return 0;
    }

    /** The other side. */
    Peer peer();

    /**
     * Where this attempt at the call goes, {@code host:port}, once something has picked one of several servers that the
     * peer's name stands for; empty: the transport goes where the name says. Each attempt has its own; a call whose attempts are
     * children keeps what it had.
     */
    Optional<String> endpoint();

    /** Sets {@link #endpoint}: what balances calls does this, on the attempt's thread, before it passes the attempt on. */
    void endpoint(String hostAndPort);

    /**
     * What the call is spoken in, where an engine of calls serves or makes it, such as {@code GRPC} or {@code REST}; otherwise
     * the peer's {@linkplain Peer#protocol protocol}.
     */
    String protocol();

    /** Who calls, once authentication has found out. */
    Optional<Principal> principal();

    /** Sets who calls; an interceptor that authenticates does this. */
    void principal(Principal caller);

    /** Values that interceptors leave for each other. */
    Attributes attributes();

    /** Why the call was cancelled or ran out of time; empty while it goes on or once it has ended well. */
    Optional<CallException> cancellation();

    /**
     * Calls {@code listener} once when the call has ended, the end of its streams included; at once if it has. The
     * listener runs on the thread that ends the call and must not block; what it throws is logged.
     *
     * @return takes the listener back; a long call that makes many short ones needs it
     */
    Registration onEnd(Consumer<Outcome> listener);

    /**
     * Calls {@code listener} when the call is cancelled or its deadline passes (at once if it was); never after its end.
     * The listener runs on the canceller's thread and must not block.
     *
     * @return takes the listener back; a long call that makes many short ones needs it
     */
    Registration onCancel(Consumer<CallException> listener);

    /**
     * Calls {@code listener} for each message that the codec writes or reads from now on, those of the call's {@linkplain
     * CallScope#child attempts} included. To be registered by an interceptor before it passes the call on; the request that a
     * server has read by then is told at once. Without a listener nothing is made for it.
     */
    void onMessage(MessageListener listener);

    /** Takes something back that was registered. */
    @FunctionalInterface
    interface Registration {
        /** Takes it back; without effect the second time. */
        void remove();
    }

    /**
     * The call whose handler runs on this thread.
     *
     * @throws IllegalStateException outside a handler
     */
    static Call current() {
        return find().orElseThrow(() -> new IllegalStateException(
                "no call is being handled on this thread; use Call.wrap when work goes to another one"));
    }

    /** The call whose handler runs on this thread, if one does. */
    static Optional<Call> find() {
        return CallScope.CURRENT.isBound() ? Optional.of(CallScope.CURRENT.get()) : Optional.empty();
    }

    /** {@code task} for an executor, with this thread's call and registered {@link Carrier carriers} around it. */
    static Runnable wrap(Runnable task) {
        Callable<?> wrapped = wrap(() -> {
            task.run();
            return Outcome.OK; // a value, because Callable has no void
        });
        return () -> {
            try {
                wrapped.call();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError("a Runnable threw a checked exception", e);
            }
        };
    }

    /** As {@link #wrap(Runnable)}, for a task with a result. */
    static <T> Callable<T> wrap(Callable<T> task) {
        Optional<Call> call = find();
        Callable<T> carried = Carrier.captureAll(task);
        return call.isEmpty()
                ? carried
                : () -> ScopedValue.where(CallScope.CURRENT, call.get()).call(carried::call);
    }
}
