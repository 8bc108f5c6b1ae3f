package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.store.Position;
import java.time.Instant;
import java.util.Optional;

/** A row of the outbox. */
record OutboxEntry(
        Position position, String topic, Message<byte[]> message, Optional<Instant> deliverAt, Instant created) {

    /** What is sent in order: messages of one key to one topic. One without a key stands for itself. */
    Lane lane() {
        return message.metadata()
                .key()
                .map(key -> new Lane(topic, key, Position.START))
                .orElseGet(() -> new Lane(topic, "", position));
    }

    /** See {@link #lane}. */
    record Lane(String topic, String key, Position alone) {

        /** All of a topic. */
        static Lane topic(String topic) {
            return new Lane(topic, "", Position.START);
        }
    }
}
