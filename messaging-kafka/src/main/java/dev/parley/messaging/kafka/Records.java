package dev.parley.messaging.kafka;

import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.spi.CloudEventJson;
import dev.parley.messaging.spi.CloudEvents;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Messages as records: written in the binary mode of CloudEvents' Kafka binding, the partition key also as the record's key; read in both
 * modes.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">the binding</a>
 */
final class Records {

    private static final String ATTRIBUTE = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final Map<String, String> NAMES = CloudEvents.names(ATTRIBUTE);

    private Records() {}

    /** A publication. */
    static ProducerRecord<byte[], byte[]> of(Outgoing outgoing) {
        Message<byte[]> message = outgoing.message();
        RecordHeaders headers = new RecordHeaders();
        CloudEvents.forEach(
                message,
                (name, value) -> Origin.put(
                        headers, name.equals(CloudEvents.CONTENT_TYPE) ? CONTENT_TYPE : ATTRIBUTE + name, value));
        byte @Nullable [] key = message.metadata()
                .key()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .orElse(null);
        return new ProducerRecord<>(outgoing.topic(), null, null, key, message.payload(), headers);
    }

    /** A delivery. */
    static Received received(ConsumerRecord<byte[], byte[]> record, Origin origin, Object receipt) {
        Message<byte[]> event = event(record, record.key());
        return event != null
                ? new Received(
                        origin.topic(), event, origin.attempt(), origin.firstFailure(), origin.position(), receipt)
                : new Received(
                        foreign(record, record.key(), origin),
                        origin.attempt(),
                        origin.firstFailure(),
                        origin.position(),
                        receipt);
    }

    /** The message of a dead letter, whatever it is; the letter's own key is another than the message's was. */
    static Message<byte[]> message(ConsumerRecord<byte[], byte[]> record, byte @Nullable [] key, Origin origin) {
        Message<byte[]> event = event(record, key);
        return event != null ? event : foreign(record, key, origin).toMessage();
    }

    private static @Nullable Message<byte[]> event(ConsumerRecord<byte[], byte[]> record, byte @Nullable [] key) {
        byte[] body = body(record);
        Map<String, String> attributes = attributes(record, key);
        try {
            if (attributes.containsKey(CloudEvents.SPEC_VERSION)) {
                return CloudEvents.message(attributes, body);
            }
            // Not an attribute of this name: that says what the data of a binary event is.
            String contentType = Origin.text(record.headers(), CONTENT_TYPE);
            if (contentType != null && CloudEventJson.isJsonEvent(contentType)) {
                return keyed(CloudEventJson.read(body), key);
            }
        } catch (IllegalArgumentException e) {
            // Says that it is one and is none: the application may know better.
        }
        return null;
    }

    /** In one pass: to look for a header by its name decodes the names of all behind it. */
    private static Map<String, String> attributes(ConsumerRecord<byte[], byte[]> record, byte @Nullable [] key) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String contentType = null;
        for (Header header : record.headers()) {
            String name = header.key();
            if (header.value() != null && name.startsWith(ATTRIBUTE)) {
                String known = NAMES.get(name);
                attributes.put(
                        known != null ? known : name.substring(ATTRIBUTE.length()),
                        new String(header.value(), StandardCharsets.UTF_8));
            } else if (name.equals(CONTENT_TYPE)) {
                contentType = header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
            }
        }
        if (contentType != null) {
            attributes.put(CloudEvents.CONTENT_TYPE, contentType);
        }
        text(key).ifPresent(text -> attributes.putIfAbsent("partitionkey", text));
        return attributes;
    }

    private static Message<byte[]> keyed(Message<byte[]> message, byte @Nullable [] key) {
        Optional<String> text = message.metadata().key().isPresent() ? Optional.empty() : text(key);
        return text.isPresent() ? message.withKey(text.get()) : message;
    }

    private static ForeignMessage foreign(ConsumerRecord<byte[], byte[]> record, byte @Nullable [] key, Origin origin) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            if (header.value() != null && !header.key().startsWith(Origin.PREFIX)) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        String contentType = headers.getOrDefault(CONTENT_TYPE, "");
        return new ForeignMessage(
                origin.topic(),
                headers,
                isText(contentType) ? contentType : "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                text(key),
                Optional.of(origin.timestamp()).filter(time -> time.isAfter(Instant.EPOCH)),
                origin.position(),
                body(record));
    }

    private static byte[] body(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null ? new byte[0] : record.value();
    }

    /** The key, if it can be that of a message: text without control characters, no longer than one may be. */
    private static Optional<String> text(byte @Nullable [] key) {
        if (key == null || key.length == 0 || key.length > 1024) {
            return Optional.empty();
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            return isText(text) ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isText(String text) {
        return text.length() <= 255 && text.chars().noneMatch(Character::isISOControl);
    }
}
