package dev.parley.messaging.spi;

import dev.parley.messaging.Message;
import java.time.Instant;
import java.util.Map;
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
        long size = message.payload().length + utf8(topic);
        for (Map.Entry<String, String> attribute :
                CloudEvents.attributes(message).entrySet()) {
            size += utf8(attribute.getKey()) + utf8(attribute.getValue());
        }
        return (int) Math.min(size, Integer.MAX_VALUE);
    }

    private static long utf8(String text) {
        long size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            size += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return size;
    }
}
