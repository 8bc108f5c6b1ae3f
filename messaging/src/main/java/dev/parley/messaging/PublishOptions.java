package dev.parley.messaging;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How a message is published.
 *
 * @param deliverAt no earlier than this, by the broker's clock, at most 30 days ahead; needs {@link Capability#DELAY}. Empty: at once
 */
public record PublishOptions(Optional<Instant> deliverAt) {

    private static final PublishOptions DEFAULTS = new PublishOptions(Optional.empty());

    /** Checks that nothing is null. */
    public PublishOptions {
        Objects.requireNonNull(deliverAt, "deliverAt");
    }

    /** At once. */
    public static PublishOptions defaults() {
        return DEFAULTS;
    }

    /** Scheduled for an instant. */
    public static PublishOptions at(Instant time) {
        return new PublishOptions(Optional.of(time));
    }

    /** Scheduled for a while from now. */
    public static PublishOptions after(Duration delay) {
        return at(Instant.now().plus(delay));
    }
}
