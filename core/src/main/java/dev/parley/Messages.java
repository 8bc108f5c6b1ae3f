package dev.parley;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream of messages, pulled by blocking code. Not reading is back-pressure: it reaches the sender.
 *
 * <p>A stream is read once, by one thread at a time, in one of three ways: {@link #receive}, the {@link #iterator} of a
 * for-loop, or {@link #drain} as a whole. {@link #close} may come from any thread; before the end it means
 * <em>cancel</em>, and reaches whoever produces. Who leaves a loop early closes the stream (try-with-resources).
 *
 * <pre>{@code
 * try (Messages<OrderStatus> updates = orders.watchOrderStatus(request)) {
 *     for (OrderStatus update : updates) {
 *         if (update.getDone()) break;
 *     }
 * }
 * }</pre>
 *
 * <p>Two sides that talk on one thread can deadlock: a handler of a bidirectional stream that sends while its peer, too,
 * only sends waits until one side reads. It ends at the deadline with an error that says so.
 *
 * @param <T> a message; never null
 */
public interface Messages<T> extends AutoCloseable, Iterable<T> {

    /**
     * The next message, or null at the end, and at each call after it.
     *
     * @throws CallException if the stream failed (again at each further call), or was closed before
     */
    @Nullable
    T receive();

    /**
     * Sends all that is left to {@code sink} on this thread, and closes. A {@linkplain #produce produced} stream runs its
     * producer right here, without another thread.
     *
     * @throws CallException what the stream or the sink failed with
     */
    void drain(Sink<? super T> sink);

    /** Ends the stream; before its end that cancels it. Without effect the second time. */
    @Override
    void close();

    /**
     * Calls {@code listener} once when this stream has ended: read to its end, failed, or closed early (then with
     * {@code CANCELLED}). At once if it has.
     *
     * @return this
     */
    Messages<T> onClose(Consumer<Outcome> listener);

    /**
     * This stream with {@code change} applied to each message as it passes. What {@code change} throws fails the stream
     * and cancels its source.
     */
    <U> Messages<U> map(Function<? super T, ? extends U> change);

    /**
     * For one for-loop.
     *
     * @throws IllegalStateException the second time: messages that went by cannot be had again
     */
    @Override
    Iterator<T> iterator();

    /**
     * All that is left, as a list, at most {@code limit} of them.
     *
     * @throws CallException {@code RESOURCE_EXHAUSTED} if there are more (the stream is then cancelled)
     */
    default List<T> toList(int limit) {
        List<T> list = new ArrayList<>();
        drain(message -> {
            if (list.size() == limit) {
                throw new CallException(Code.RESOURCE_EXHAUSTED, "the stream has more than " + limit + " messages");
            }
            list.add(message);
        });
        return list;
    }

    /** A stream of these. */
    @SafeVarargs
    @SuppressWarnings("varargs") // List.of copies the array
    static <T> Messages<T> of(T... messages) {
        return from(List.of(messages));
    }

    /** A stream of what {@code messages} iterates over, asked for one by one. */
    static <T> Messages<T> from(Iterable<? extends T> messages) {
        Iterator<? extends T> iterator = messages.iterator();
        return pull(() -> iterator.hasNext() ? iterator.next() : null);
    }

    /** A stream that fails at the first message. */
    static <T> Messages<T> failed(CallException error) {
        return pull(() -> {
            throw error;
        });
    }

    /** A stream over {@code source}; what a transport uses to hand in its messages. */
    static <T> Messages<T> pull(Source<? extends T> source) {
        return new SourceMessages<>(source);
    }

    /**
     * A stream that {@code producer} writes. It runs once, on the thread of whoever {@linkplain #drain drains} the
     * stream, which is what servers and clients do; only if it is pulled message by message does it get a virtual thread
     * of its own, under the same call. When the reader leaves, {@code send} throws.
     *
     * <pre>{@code
     * return Messages.produce(sink -> {
     *     for (User user : store.all()) {
     *         sink.send(user);
     *     }
     * });
     * }</pre>
     */
    static <T> Messages<T> produce(Producer<T> producer) {
        return new ProducedMessages<>(producer);
    }

    /**
     * A pipe between a thread that pushes and one that reads, with room for {@code capacity} messages.
     *
     * @throws IllegalArgumentException if {@code capacity} is not positive
     */
    static <T> Pipe<T> pipe(int capacity) {
        return new Pipe<>(capacity, Pipe.DEFAULT_SEND_TIMEOUT);
    }

    /** As {@link #pipe(int)}, with another limit on how long {@link Pipe#send} waits for room. */
    static <T> Pipe<T> pipe(int capacity, Duration sendTimeout) {
        return new Pipe<>(capacity, sendTimeout);
    }

    /** What messages are pulled from. Called by one thread at a time; {@link #cancel} from any. */
    @FunctionalInterface
    interface Source<T> {
        /** The next message, waiting for it, or null at the end. */
        @Nullable
        T receive() throws Exception;

        /** The reader leaves early; a {@link #receive} that waits must return or throw. Called once at most. */
        default void cancel(CallException reason) {}
    }

    /** Writes a stream; see {@link Messages#produce}. */
    @FunctionalInterface
    interface Producer<T> {
        /** Sends the messages; the stream ends when this returns, and fails with what it throws. */
        void produce(Sink<? super T> sink) throws Exception;
    }
}
