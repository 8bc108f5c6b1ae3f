package dev.parley;

import java.security.Principal;
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

    private final Method method;
    private final @Nullable Call parent;
    private final Metadata requestHeaders;
    private final Deadline deadline;
    private final Peer peer;
    private final @Nullable String protocol;
    private final boolean sharesAttributes;
    private final boolean sharesMetadata;
    private final boolean received;
    private final long arrival;
    private final InterruptGate gate = new InterruptGate();
    private @Nullable Metadata responseHeaders;
    private @Nullable Metadata responseTrailers;
    private @Nullable Attributes attributes;
    private volatile @Nullable Principal principal;
    private volatile @Nullable String endpoint;
    // Of the thread that handles the call: what the request headers were when an attempt began on the call itself.
    private String @Nullable [] requestBefore;

    // Guarded by this. The listeners that came last are first.
    private @Nullable Listener<Outcome> endListeners;
    private @Nullable Listener<CallException> cancelListeners;
    private int listened;
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
        this.sharesMetadata = builder.sharesMetadata;
        this.received = builder.received;
        this.arrival = builder.arrival;
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
        return child(parent, parent.deadline());
    }

    /** As {@link #child(Call)}, with a deadline of its own, which whoever makes it keeps within the parent's. */
    public static CallScope child(Call parent, Deadline deadline) {
        return builder(parent.method())
                .parent(parent)
                .requestHeaders(new Metadata(parent.requestHeaders()))
                .deadline(deadline)
                .peer(parent.peer())
                .shareAttributes()
                .build();
    }

    /**
     * {@code parent} with a deadline of {@code limit}, if that is earlier than its own: all else is the parent's, its
     * metadata included. It can be cancelled and ends by itself.
     */
    public static CallScope within(Call parent, Deadline limit) {
        return builder(parent.method())
                .parent(parent)
                .requestHeaders(parent.requestHeaders())
                .deadline(parent.deadline().earlier(limit))
                .peer(parent.peer())
                .shareAttributes()
                .shareMetadata()
                .build();
    }

    /**
     * Runs {@code handler} on this thread with this as the {@linkplain Call#current() current} call. A cancellation
     * interrupts this thread while it is in here.
     *
     * @throws CallException the reason, if the call was cancelled before it started
     */
    public <Q, R> R run(Handler<Q, R> handler, Q request) throws Exception {
        return run(handler, request, true);
    }

    /**
     * As {@link #run}, for an attempt: it takes its parent's place, so it is the current call inside only if its parent
     * is outside. In front of a server's handler that makes it the current call; on a client the inbound call stays it.
     *
     * @throws CallException the reason, if the attempt or its call was cancelled before it started
     */
    @SuppressWarnings("ReferenceEquality") // that very call
    public <Q, R> R attempt(Handler<Q, R> handler, Q request) throws Exception {
        return run(handler, request, parent != null && CURRENT.isBound() && CURRENT.get() == parent);
    }

    private <Q, R> R run(Handler<Q, R> handler, Q request, boolean current) throws Exception {
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
            return current
                    ? ScopedValue.where(CURRENT, this).call(() -> handler.handle(this, request))
                    : handler.handle(this, request);
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
        Listener<CallException> listeners;
        synchronized (this) {
            if (cancelled != null || outcome != null) {
                return false;
            }
            cancelled = reason;
            listeners = cancelListeners;
            cancelListeners = null;
        }
        gate.fire();
        Listener.tell(listeners, reason);
        return true;
    }

    /**
     * Ends the call and calls the {@link #onEnd} listeners.
     *
     * @return false if it had ended before
     */
    public boolean end(Outcome result) {
        Listener<Outcome> listeners;
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
        Listener.tell(listeners, result);
        return true;
    }

    /**
     * Begins a first attempt on the call itself, which saves the child if it succeeds. What is added to the call from now
     * on is the attempt's: {@link #keep} leaves it to the call, {@link #rollBack} takes it back. On the thread that
     * handles the call, and not for streams, which outlive the attempt.
     *
     * @return what {@code rollBack} wants to know; negative if the attempt needs a child, because one is under way, or
     *     because there is response metadata that it could change
     */
    public long mark() {
        if (requestBefore != null || isPresent(responseHeaders) || isPresent(responseTrailers)) {
            return -1;
        }
        requestBefore = requestHeaders.freeze();
        synchronized (this) {
            return (long) listened << Integer.SIZE | requestHeaders.size();
        }
    }

    private static boolean isPresent(@Nullable Metadata metadata) {
        return metadata != null && !metadata.isEmpty();
    }

    /** The attempt that {@link #mark} began is the call: its listeners hear of the call's end. */
    public void keep() {
        requestBefore = null;
        requestHeaders.thaw();
    }

    /**
     * The attempt that {@link #mark} began is lost: its {@link #onEnd} listeners are told {@code error}, its
     * {@link #onCancel} listeners are dropped, and headers and metadata are as they were. A listener that comes late, from
     * a thread that the attempt left behind, is the call's.
     */
    public void rollBack(long mark, CallException error) {
        String[] before = requestBefore;
        if (before == null) {
            throw new IllegalStateException("no attempt is under way on " + method);
        }
        requestBefore = null;
        requestHeaders.restore(before, (int) mark);
        if (responseHeaders != null) {
            responseHeaders.clear();
        }
        if (responseTrailers != null) {
            responseTrailers.clear();
        }
        int earlier = (int) (mark >>> Integer.SIZE);
        Listener<Outcome> listeners;
        synchronized (this) {
            cancelListeners = Listener.upTo(earlier, cancelListeners);
            listeners = endListeners;
            endListeners = Listener.upTo(earlier, listeners);
        }
        Listener.tellAfter(earlier, listeners, Outcome.failed(error));
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

    /**
     * Adds this attempt's response metadata to its parent's: this attempt is the one that counts. What it gets later, such
     * as the trailers of a stream, goes there at once. Without effect the second time.
     */
    @SuppressWarnings("ReferenceEquality") // the parent's own
    public void keepMetadata() {
        if (parent != null && responseHeaders != parent.responseHeaders()) {
            Metadata headers = parent.responseHeaders();
            if (responseHeaders != null) {
                headers.addAll(responseHeaders);
            }
            responseHeaders = headers;
            Metadata trailers = parent.responseTrailers();
            if (responseTrailers != null) {
                trailers.addAll(responseTrailers);
            }
            responseTrailers = trailers;
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
        if (sharesMetadata && parent != null) {
            return parent.responseHeaders();
        }
        if (responseHeaders == null) {
            responseHeaders = new Metadata();
        }
        return responseHeaders;
    }

    @Override
    public Metadata responseTrailers() {
        if (sharesMetadata && parent != null) {
            return parent.responseTrailers();
        }
        if (responseTrailers == null) {
            responseTrailers = new Metadata();
        }
        return responseTrailers;
    }

    @Override
    public long sinceArrivalNanos() {
        return received ? Math.max(0, System.nanoTime() - arrival) : 0;
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
    public Optional<String> endpoint() {
        String own = endpoint;
        return own == null && sharesAttributes && parent != null ? parent.endpoint() : Optional.ofNullable(own);
    }

    @Override
    public void endpoint(String hostAndPort) {
        endpoint = hostAndPort;
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
                Listener<Outcome> added = new Listener<>(this, ++listened, listener, endListeners);
                endListeners = added;
                return added;
            }
        }
        Listener.guarded(listener, outcome);
        return () -> {};
    }

    synchronized void remove(Listener<?> gone) {
        endListeners = Listener.without(gone, endListeners);
        cancelListeners = Listener.without(gone, cancelListeners);
    }

    @Override
    public Registration onCancel(Consumer<CallException> listener) {
        Listener<CallException> added = null;
        boolean first = false;
        CallException reason;
        synchronized (this) {
            if (outcome != null) {
                return () -> {};
            }
            reason = cancelled;
            if (reason == null) {
                first = cancelListeners == null;
                added = new Listener<>(this, ++listened, listener, cancelListeners);
                cancelListeners = added;
            }
        }
        if (added == null) {
            Listener.guarded(listener, java.util.Objects.requireNonNull(reason));
            return () -> {};
        }
        if (first && parent != null) {
            // Only now: most calls are never listened to, and cancellation() asks the parent itself.
            listenToParent(parent);
        }
        return added;
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
     * As {@link #message}, of the one request of a call whose interceptors have not run yet: kept for those they register.
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
        private boolean sharesMetadata;
        private boolean received;
        private long arrival;

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

        /** A server has received its head just now. */
        public Builder received() {
            this.received = true;
            this.arrival = System.nanoTime();
            return this;
        }

        /** What a server makes of a call that it has received: it arrived with that. */
        public Builder receivedWith(Call call) {
            if (call instanceof CallScope scope) {
                this.received = scope.received;
                this.arrival = scope.arrival;
            }
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

        /** What is set on it is set on its parent. */
        Builder shareMetadata() {
            this.sharesMetadata = true;
            return this;
        }

        /** The call. */
        public CallScope build() {
            return new CallScope(this);
        }
    }
}
