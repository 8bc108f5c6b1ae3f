package dev.parley.messaging;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What waits in the queue of a group.
 *
 * @param queue whose
 * @param depth messages that wait for a consumer, those whose time has not come included (Kafka: the lag without what is known to be in flight); exact with {@link
 *     Capability#EXACT_DEPTH}
 * @param delayed those of them whose time has not come; empty if the broker cannot tell
 * @param inFlight delivered and not settled, by whichever process; empty if the broker cannot tell
 * @param oldestAge age of the oldest message that is not settled; empty if there is none, or the broker cannot tell
 * @param redelivered deliveries so far that were not the first; empty if the broker cannot tell
 * @param deadLetters messages in its dead letters; empty if the broker cannot tell
 * @param consumers that take from it; empty if the broker cannot tell
 * @param boundTo the name of the existing queue that the group {@linkplain SubscribeOptions#withQueue is bound to}, whose figures these
 *     are; empty for a queue of its own
 */
public record QueueStats(
        QueueName queue,
        long depth,
        OptionalLong delayed,
        OptionalLong inFlight,
        Optional<Duration> oldestAge,
        OptionalLong redelivered,
        OptionalLong deadLetters,
        OptionalLong consumers,
        Optional<String> boundTo) {

    /** Checks that nothing is null. */
    public QueueStats {
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(delayed, "delayed");
        Objects.requireNonNull(inFlight, "inFlight");
        Objects.requireNonNull(oldestAge, "oldestAge");
        Objects.requireNonNull(redelivered, "redelivered");
        Objects.requireNonNull(deadLetters, "deadLetters");
        Objects.requireNonNull(consumers, "consumers");
        Objects.requireNonNull(boundTo, "boundTo");
    }

    /** Of a queue of the group's own. */
    public QueueStats(
            QueueName queue,
            long depth,
            OptionalLong delayed,
            OptionalLong inFlight,
            Optional<Duration> oldestAge,
            OptionalLong redelivered,
            OptionalLong deadLetters,
            OptionalLong consumers) {
        this(queue, depth, delayed, inFlight, oldestAge, redelivered, deadLetters, consumers, Optional.empty());
    }
}
