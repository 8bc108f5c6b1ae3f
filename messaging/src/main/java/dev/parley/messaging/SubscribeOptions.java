package dev.parley.messaging;

import dev.parley.Interceptor;
import dev.parley.resilience.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a subscription takes its messages.
 *
 * @param prefetch how many messages it holds at most that are not settled yet, 1 to 10,000
 * @param concurrency how many handlers run at once at most, 1 to {@code prefetch}
 * @param ordered whether messages of one key are handled one after another in their order, those of different keys at once. Needs
 *     {@link Capability#ORDERED_BY_KEY}; the same for all subscriptions of a group
 * @param start where a group begins that the broker does not know
 * @param redelivery what becomes of messages that fail
 * @param handlerTimeout the deadline of each handler's call, 1 ms to 12 h; consumers start deadlines of their own
 * @param lease for how long a message is this consumer's before it goes to another, 1 s to 12 h; renewed while its handler runs. Only
 *     with {@link Capability#LEASE_EXTEND}, otherwise the broker has rules of its own
 * @param drain how long {@code close} waits for handlers that run
 * @param queue a queue of the broker's that exists already, bound by its name; empty: one of the topic's and the group's name is made
 * @param adapter reads messages that are not CloudEvents; empty: the broker's own rules, see {@link ForeignMessage#toMessage}
 * @param interceptors in front of the handler, outermost first
 * @param breaker pauses the subscription while it is open: a dead dependency does not fill the dead letters. What fails while it is open
 *     is released uncounted
 */
public record SubscribeOptions(
        int prefetch,
        int concurrency,
        boolean ordered,
        StartFrom start,
        Redelivery redelivery,
        Duration handlerTimeout,
        Duration lease,
        Duration drain,
        Optional<String> queue,
        Optional<MessageAdapter> adapter,
        List<Interceptor> interceptors,
        Optional<CircuitBreaker> breaker) {

    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(
            32,
            16,
            false,
            StartFrom.latest(),
            Redelivery.defaults(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty());

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public SubscribeOptions {
        checkRange("prefetch", prefetch, 1, 10_000);
        checkRange("concurrency", concurrency, 1, prefetch);
        checkRange(
                "handlerTimeout (ms)",
                handlerTimeout.toMillis(),
                1,
                Duration.ofHours(12).toMillis());
        checkRange("lease (ms)", lease.toMillis(), 1000, Duration.ofHours(12).toMillis());
        checkRange("drain (ms)", drain.toMillis(), 0, Duration.ofHours(1).toMillis());
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(redelivery, "redelivery");
        queue.ifPresent(name -> checkRange("length of queue", name.length(), 1, 255));
        Objects.requireNonNull(adapter, "adapter");
        interceptors = List.copyOf(interceptors);
        Objects.requireNonNull(breaker, "breaker");
    }

    /** 32 messages held, 16 handled at once in no order, from now on, 30 s for each. */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    /** This with another prefetch; the concurrency is lowered to it if it has to be. */
    public SubscribeOptions withPrefetch(int messages) {
        return new SubscribeOptions(
                messages,
                Math.min(concurrency, Math.max(1, messages)),
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This with another concurrency; the prefetch is raised to it if it has to be. */
    public SubscribeOptions withConcurrency(int handlers) {
        return new SubscribeOptions(
                Math.max(prefetch, handlers),
                handlers,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This in the order of keys. */
    public SubscribeOptions orderedByKey() {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                true,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This from another start. */
    public SubscribeOptions withStart(StartFrom newStart) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                newStart,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This with another redelivery. */
    public SubscribeOptions withRedelivery(Redelivery newRedelivery) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                newRedelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This with another deadline of the handler's calls. */
    public SubscribeOptions withHandlerTimeout(Duration timeout) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                timeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This with another lease. */
    public SubscribeOptions withLease(Duration newLease) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                newLease,
                drain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This with another time to drain. */
    public SubscribeOptions withDrain(Duration newDrain) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                newDrain,
                queue,
                adapter,
                interceptors,
                breaker);
    }

    /** This on a queue that exists already. */
    public SubscribeOptions withQueue(String existing) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                Optional.of(existing),
                adapter,
                interceptors,
                breaker);
    }

    /** This with an adapter for messages that are not CloudEvents. */
    public SubscribeOptions withAdapter(MessageAdapter newAdapter) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                Optional.of(newAdapter),
                interceptors,
                breaker);
    }

    /** This with interceptors in front of the handler, in place of those before. */
    public SubscribeOptions withInterceptors(List<Interceptor> newInterceptors) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                newInterceptors,
                breaker);
    }

    /** This paused while a breaker is open. */
    public SubscribeOptions withBreaker(CircuitBreaker newBreaker) {
        return new SubscribeOptions(
                prefetch,
                concurrency,
                ordered,
                start,
                redelivery,
                handlerTimeout,
                lease,
                drain,
                queue,
                adapter,
                interceptors,
                Optional.of(newBreaker));
    }

    private static void checkRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s of a subscription must be %d to %d, but is %d".formatted(name, min, max, value));
        }
    }
}
