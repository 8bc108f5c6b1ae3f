package dev.parley.messaging;

import java.util.Objects;

/**
 * A message that was given up for a group.
 *
 * @param id of this letter among those of its queue; the same however often it is looked at
 * @param queue from which it came
 * @param topic to which it was published
 * @param message as it was, its payload not decoded; {@code traceparent} is among its headers
 * @param position that it had in its topic
 * @param attempts how often it was delivered
 * @param failure why it was given up
 */
public record DeadLetter(
        String id,
        QueueName queue,
        String topic,
        Message<byte[]> message,
        String position,
        int attempts,
        Failure failure) {

    /** Checks that nothing is null. */
    public DeadLetter {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(failure, "failure");
    }
}
