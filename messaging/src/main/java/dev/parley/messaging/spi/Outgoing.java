package dev.parley.messaging.spi;

import dev.parley.messaging.Message;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A message on its way to a broker.
 *
 * @param topic where to; no pattern
 * @param message with its source and content type set
 * @param deliverAt no earlier than this; empty: at once
 */
public record Outgoing(String topic, Message<byte[]> message, Optional<Instant> deliverAt) {

    /** Checks that nothing is null. */
    public Outgoing {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(deliverAt, "deliverAt");
    }

    /** At once. */
    public static Outgoing now(String topic, Message<byte[]> message) {
        return new Outgoing(topic, message, Optional.empty());
    }

    /** Its size, for limits: payload, topic, and names and values of its attributes, in bytes of UTF-8. */
    public int bytes() {
        long[] size = {message.payload().length + utf8(topic)};
        CloudEvents.forEach(message, (name, value) -> size[0] += utf8(name) + utf8(value));
        return (int) Math.min(size[0], Integer.MAX_VALUE);
    }

    private static long utf8(String text) {
        long size = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                size += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return size;
    }
}
