package dev.parley.messaging.spi;

import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a consumer takes.
 *
 * @param queue topic or pattern, and group
 * @param boundTo the name of an existing queue of the broker's that is used as it is; empty: the broker's own for {@code queue}
 * @param kind how long the queue lives
 * @param prefetch how many messages are with this consumer and not settled, at most
 * @param ordered whether messages of one key must come to one consumer at a time, in their order
 * @param start for a group that is not known yet
 * @param lease for how long a message is this consumer's, where the broker has leases
 */
public record ConsumerSpec(
        QueueName queue,
        Optional<String> boundTo,
        Kind kind,
        int prefetch,
        boolean ordered,
        StartFrom start,
        Duration lease) {

    /** How long a queue lives. */
    public enum Kind {
        /** Until it is deleted. */
        DURABLE,
        /** As long as this consumer, with nothing kept of it. */
        EPHEMERAL,
        /** As {@link #EPHEMERAL}, and what {@code receive} returns is settled by that. */
        AT_MOST_ONCE
    }

    /** Checks that nothing is null and the prefetch is positive. */
    public ConsumerSpec {
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(boundTo, "boundTo");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(lease, "lease");
        if (prefetch < 1) {
            throw new IllegalArgumentException("prefetch must be at least 1, but is " + prefetch);
        }
    }
}
