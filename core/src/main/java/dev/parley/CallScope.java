package dev.parley;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The owner's side of a {@link Call}: whoever accepts or makes a call creates one, {@linkplain #run runs} the handler in
 * it, may {@linkplain #cancel cancel} it, and {@linkplain #end ends} it exactly once. Transports, message consumers and
 * retry policies are such owners; a handler only sees the {@link Call}.
 *
 * <p>A {@linkplain #child child} is an attempt at its parent's call: it has response metadata and an end of its own, and
 * is cancelled with its parent. Thread-safe but for the metadata.
 */
public final class CallScope implements Call {

    static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();
    private static final System.Logger LOG = System.getLogger(CallScope.class.getName());

    private final Method method;
    private final @Nullable Call parent;
    private final Metadata requestHeaders;
    private final Deadline deadline;
    private final Peer peer;
    private final @Nullable String protocol;
    private final boolean sharesAttributes;
    private final InterruptGate gate = new InterruptGate();
    private @Nullable Metadata responseHeaders;
    private @Nullable Metadata responseTrailers;
    private @Nullable Attributes attributes;
    private volatile @Nullable Principal principal;

    // Guarded by this.
    private @Nullable List<Consumer<Outcome>> endListeners;
    private @Nullable List<Consumer<CallException>> cancelListeners;
    private @Nullable Registration fromParent;
    private Timer.@Nullable Scheduled deadlineTask;
    private volatile @Nullable CallException cancelled;
    private volatile @Nullable Outcome outcome;

    private volatile @Nullable MessageFeed feed;
    // The request of a call that nobody listens to yet. Written before the handler begins, by its thread.
    private @Nullable Object request;
    private int requestEncodedBytes;
    private int requestCompressedBytes;

    private CallScope(Builder builder) {
        this.method = builder.method;
        this.parent = builder.parent;
        this.requestHeaders = builder.requestHeaders;
        this.deadline = builder.deadline;
        this.peer = builder.peer;
        this.protocol = builder.protocol;
        this.sharesAttributes = builder.sharesAttributes;
        this.principal = builder.principal;
        this.attributes = builder.attributes;
    }

    /** Starts to describe a call to {@code method}. */
    public static Builder builder(Method method) {
        return new Builder(method);
    }

    /**
     * An attempt at {@code parent}: same method, peer, deadline, identity and attributes, a copy of its request headers,
     * its own response metadata.
     */
    public static CallScope child(Call parent) {
        return builder(parent.method())
                .parent(parent)
                .requestHeaders(new Metadata(parent.requestHeaders()))
                .deadline(parent.deadline())
                .peer(parent.peer())
                .shareAttributes()
                .build();
    }

    /**
     * Runs {@code handler} on this thread with this as the {@linkplain Call#current() current} call. A cancellation
     * interrupts this thread while it is in here and not afterwards.
     *
     * @throws CallException the reason, if the call was cancelled before it started
     */
    public <Q, R> R run(Handler<Q, R> handler, Q request) throws Exception {
        if (!gate.arm()) {
            throw cancellation().orElseThrow();
        }
        try {
            if (parent != null && !interruptsHere(parent)) {
                listenToParent(parent);
            }
            Optional<CallException> before = cancellation();
            if (before.isPresent()) {
                throw before.get();
            }
            return ScopedValue.where(CURRENT, this).call(() -> handler.handle(this, request));
        } finally {
            gate.leave();
        }
    }

    /** Whether a cancellation of {@code call} interrupts this thread by itself: an attempt on its parent's thread. */
    static boolean interruptsHere(Call call) {
        return call instanceof CallScope scope && scope.gate.isArmedHere();
    }

    /**
     * Cancels the call: interrupts its handler, calls the {@link #onCancel} listeners. It has not ended by that; its owner
     * ends it when all has stopped.
     *
     * @return false if it was cancelled or had ended before
     */
    public boolean cancel(CallException reason) {
        List<Consumer<CallException>> listeners;
        synchronized (this) {
            if (cancelled != null || outcome != null) {
                return false;
            }
            cancelled = reason;
            listeners = cancelListeners;
            cancelListeners = null;
        }
        gate.fire();
        if (listeners != null) {
            listeners.forEach(listener -> guarded(listener, reason));
        }
        return true;
    }

    /**
     * Ends the call and calls the {@link #onEnd} listeners.
     *
     * @return false if it had ended before
     */
    public boolean end(Outcome result) {
        List<Consumer<Outcome>> listeners;
        Registration parentRegistration;
        Timer.Scheduled task;
        synchronized (this) {
            if (outcome != null) {
                return false;
            }
            outcome = result;
            listeners = endListeners;
            endListeners = null;
            cancelListeners = null;
            parentRegistration = fromParent;
            fromParent = null;
            task = deadlineTask;
            deadlineTask = null;
            request = null; // a call may be held for longer than it lives
        }
        if (task != null) {
            task.cancel();
        }
        if (parentRegistration != null) {
            parentRegistration.remove();
        }
        if (listeners != null) {
            listeners.forEach(listener -> guarded(listener, result));
        }
        return true;
    }

    /**
     * Cancels the call with {@code DEADLINE_EXCEEDED} when its deadline passes. An owner with a cheaper timer of its own
     * does not need it.
     */
    public CallScope armDeadline(Timer timer) {
        if (!deadline.isNone()) {
            Timer.Scheduled task = timer.schedule(deadline.remainingNanos(), () -> cancel(deadlineExceeded()));
            synchronized (this) {
                if (outcome == null) {
                    deadlineTask = task;
                    return this;
                }
            }
            task.cancel();
        }
        return this;
    }

    /** The error of a call whose deadline passed here. */
    public CallException deadlineExceeded() {
        return new CallException(Code.DEADLINE_EXCEEDED, "the deadline of " + method + " passed");
    }

    @Override
    public void principal(Principal caller) {
        principal = caller;
    }

    /** Adds this attempt's response metadata to its parent's: this attempt is the one that counts. */
    public void keepMetadata() {
        if (parent != null) {
            if (responseHeaders != null) {
                parent.responseHeaders().addAll(responseHeaders);
            }
            if (responseTrailers != null) {
                parent.responseTrailers().addAll(responseTrailers);
            }
        }
    }

    @Override
    public Method method() {
        return method;
    }

    @Override
    public Metadata requestHeaders() {
        return requestHeaders;
    }

    @Override
    public Metadata responseHeaders() {
        if (responseHeaders == null) {
            responseHeaders = new Metadata();
        }
        return responseHeaders;
    }

    @Override
    public Metadata responseTrailers() {
        if (responseTrailers == null) {
            responseTrailers = new Metadata();
        }
        return responseTrailers;
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public String protocol() {
        String own = protocol;
        return own != null ? own : sharesAttributes && parent != null ? parent.protocol() : peer.protocol();
    }

    @Override
    public Optional<Principal> principal() {
        Principal own = principal;
        return own != null ? Optional.of(own) : parent != null ? parent.principal() : Optional.empty();
    }

    @Override
    public synchronized Attributes attributes() {
        if (attributes == null) {
            attributes = parent != null && sharesAttributes ? parent.attributes() : new Attributes();
        }
        return attributes;
    }

    @Override
    public Optional<CallException> cancellation() {
        CallException own = cancelled;
        if (own != null) {
            return Optional.of(own);
        }
        return parent == null || outcome != null ? Optional.empty() : parent.cancellation();
    }

    @Override
    public Registration onEnd(Consumer<Outcome> listener) {
        synchronized (this) {
            if (outcome == null) {
                if (endListeners == null) {
                    endListeners = new ArrayList<>(2);
                }
                endListeners.add(listener);
                return () -> noLonger(listener);
            }
        }
        guarded(listener, outcome);
        return () -> {};
    }

    private synchronized void noLonger(Consumer<Outcome> listener) {
        if (endListeners != null) {
            endListeners.remove(listener);
        }
    }

    @Override
    public Registration onCancel(Consumer<CallException> listener) {
        boolean first = false;
        CallException reason;
        synchronized (this) {
            if (outcome != null) {
                return () -> {};
            }
            reason = cancelled;
            if (reason == null) {
                List<Consumer<CallException>> listening = cancelListeners;
                if (listening == null) {
                    first = true;
                    listening = new ArrayList<>(2);
                    cancelListeners = listening;
                }
                listening.add(listener);
            }
        }
        if (reason != null) {
            guarded(listener, reason);
            return () -> {};
        }
        if (first && parent != null) {
            // Only now: most calls are never listened to, and cancellation() asks the parent itself.
            listenToParent(parent);
        }
        return () -> {
            synchronized (this) {
                if (cancelListeners != null) {
                    cancelListeners.remove(listener);
                }
            }
        };
    }

    @Override
    public void onMessage(MessageListener listener) {
        MessageEvent before = null;
        synchronized (this) {
            Object read = request;
            if (read != null) {
                before = new MessageEvent(
                        MessageEvent.Direction.RECEIVED, 1, read, requestEncodedBytes, requestCompressedBytes);
            }
            MessageFeed told = feed;
            if (told == null) {
                told = new MessageFeed(read == null ? 0 : 1);
                feed = told;
            }
            told.add(listener);
        }
        if (before != null) {
            MessageFeed.tell(listener, before);
        }
    }

    /**
     * Tells those who {@linkplain #onMessage listen} of a message; a codec does this for each that it has written or read. If
     * nobody listens that is a null check.
     */
    public void message(MessageEvent.Direction direction, Object message, int encodedBytes, int compressedBytes) {
        MessageFeed told = feed;
        if (told != null) {
            told.tell(direction, message, encodedBytes, compressedBytes);
        }
        if (sharesAttributes && parent instanceof CallScope above) {
            above.message(direction, message, encodedBytes, compressedBytes);
        }
    }

    /**
     * As {@link #message}, of the one request of a call whose interceptors have not run yet: it is kept for those that they
     * register.
     */
    public void request(Object message, int encodedBytes, int compressedBytes) {
        synchronized (this) {
            request = message;
            requestEncodedBytes = encodedBytes;
            requestCompressedBytes = compressedBytes;
        }
    }

    private void listenToParent(Call above) {
        Registration registration = above.onCancel(this::cancel);
        synchronized (this) {
            if (outcome == null && cancelled == null && fromParent == null) {
                fromParent = registration;
                return;
            }
        }
        registration.remove();
    }

    private static <T> void guarded(Consumer<T> listener, T value) {
        try {
            listener.accept(value);
        } catch (RuntimeException | Error e) {
            // The other listeners must hear of it all the same.
            LOG.log(System.Logger.Level.WARNING, "a listener of a call failed", e);
        }
    }

    @Override
    public String toString() {
        return method + " (" + deadline + ")";
    }

    /** Describes a call. What is not set: no headers, no deadline, peer unknown, nobody, no parent. */
    public static final class Builder {
        private final Method method;
        private @Nullable Call parent;
        private Metadata requestHeaders = new Metadata();
        private Deadline deadline = Deadline.NONE;
        private Peer peer = Peer.UNKNOWN;
        private @Nullable Principal principal;
        private @Nullable Attributes attributes;
        private @Nullable String protocol;
        private boolean sharesAttributes;

        private Builder(Method method) {
            this.method = method;
        }

        /** The call that this one is part of: it is cancelled with it. */
        public Builder parent(@Nullable Call call) {
            this.parent = call;
            return this;
        }

        /** The headers, not copied. */
        public Builder requestHeaders(Metadata headers) {
            this.requestHeaders = headers;
            return this;
        }

        /** When the call must have ended; see {@link CallScope#armDeadline}. */
        public Builder deadline(Deadline end) {
            this.deadline = end;
            return this;
        }

        /** The other side. */
        public Builder peer(Peer other) {
            this.peer = other;
            return this;
        }

        /** Who calls. */
        public Builder principal(@Nullable Principal caller) {
            this.principal = caller;
            return this;
        }

        /** Attributes to begin with, not copied. */
        public Builder attributes(Attributes values) {
            this.attributes = values;
            return this;
        }

        /** What the call is spoken in, if that is more than the peer's protocol; see {@link Call#protocol}. */
        public Builder protocol(String name) {
            this.protocol = name;
            return this;
        }

        /** An attempt at the parent's call, or a part of it, sees what was left on that, and tells it of its messages. */
        Builder shareAttributes() {
            this.sharesAttributes = true;
            return this;
        }

        /** The call. */
        public CallScope build() {
            return new CallScope(this);
        }
    }
}
