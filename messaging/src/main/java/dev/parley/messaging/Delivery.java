package dev.parley.messaging;

import dev.parley.Attributes;
import java.time.Instant;
import java.util.Optional;

/**
 * One delivery of a message to a group.
 *
 * @param message what was published
 * @param topic where to; of a subscription to a pattern the topic itself
 * @param group to which it is delivered
 * @param attempt which delivery this is, 1 for the first; a lower bound, since a broker cannot always tell whether a lost consumer has
 *     seen it
 * @param position in the topic, for {@link StartFrom.Position}; what it looks like is the broker's business
 * @param firstFailure when it failed first; empty if it has not
 */
public record Delivery<T>(
        Message<T> message, String topic, String group, int attempt, String position, Optional<Instant> firstFailure) {

    /** The delivery that a handler's call is about; a call of a batch has none. For interceptors that do not see the request as what it is. */
    public static final Attributes.Key<Delivery<?>> ATTRIBUTE = Attributes.Key.of("delivery");

    /** What the message says. */
    public T payload() {
        return message.payload();
    }

    /** Whether an earlier attempt failed, or may have. */
    public boolean isRedelivery() {
        return attempt > 1;
    }
}
