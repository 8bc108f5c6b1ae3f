package dev.parley.messaging.store;

import dev.parley.messaging.Message;
import dev.parley.messaging.spi.CloudEvents;
import dev.parley.messaging.spi.Outgoing;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** A message as it is stored: its CloudEvents attributes as a JSON object of texts, its data as it is. Immutable; the data is not copied. */
final class Envelope {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ObjectReader ATTRIBUTES = JSON.readerForMapOf(String.class);

    private final String topic;
    private final String attributes;
    private final byte[] data;
    private final long lane;
    private final Optional<Instant> deliverAt;

    private Envelope(String topic, String attributes, byte[] data, long lane, Optional<Instant> deliverAt) {
        this.topic = topic;
        this.attributes = attributes;
        this.data = data;
        this.lane = lane;
        this.deliverAt = deliverAt;
    }

    String topic() {
        return topic;
    }

    String attributes() {
        return attributes;
    }

    byte[] data() {
        return data;
    }

    /** Of its key: equal keys have equal lanes; without a key any. */
    long lane() {
        return lane;
    }

    Optional<Instant> deliverAt() {
        return deliverAt;
    }

    static Envelope of(Outgoing outgoing) {
        Message<byte[]> message = outgoing.message();
        return new Envelope(
                outgoing.topic(),
                JSON.writeValueAsString(CloudEvents.attributes(message)),
                message.payload(),
                message.metadata()
                        .key()
                        .map(Envelope::lane)
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                outgoing.deliverAt());
    }

    static Message<byte[]> message(String attributes, byte[] data) {
        Map<String, String> all = ATTRIBUTES.readValue(attributes);
        return CloudEvents.message(all, data);
    }

    /** 64 bits that are well mixed: two keys of one lane would only wait for each other. */
    static long lane(String key) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        return hash ^ (hash >>> 29);
    }
}
