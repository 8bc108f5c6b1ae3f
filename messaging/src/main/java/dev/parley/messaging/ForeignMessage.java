package dev.parley.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A message that is not a CloudEvent, as the broker has it.
 *
 * @param topic to which it was published (AMQP: the routing key)
 * @param headers of the broker's, values as text; names as they are
 * @param contentType if the broker knows it
 * @param messageId if the broker knows it
 * @param type if the broker knows it (AMQP: the property {@code type})
 * @param correlationId if the broker knows it
 * @param key if the broker knows it (Kafka: the record's key)
 * @param timestamp if the broker knows it
 * @param position in the topic, which names it for ever if nothing else does; may be empty
 * @param body what it says
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying a body would cost
public record ForeignMessage(
        String topic,
        Map<String, String> headers,
        String contentType,
        Optional<String> messageId,
        Optional<String> type,
        Optional<String> correlationId,
        Optional<String> key,
        Optional<Instant> timestamp,
        String position,
        byte[] body) {

    private static final Instant NEVER_SAID = Instant.EPOCH;

    /** Copies the headers. */
    public ForeignMessage {
        headers = Map.copyOf(headers);
        Objects.requireNonNull(body, "body");
    }

    /**
     * The message that this is if nobody says otherwise: its own id, or else one made of topic and position, or else of topic and body, so
     * that a repeated delivery has the same one; its own type or else the topic; {@code source} is the topic; headers whose names are
     * allowed and whose values are not too long are kept.
     */
    public Message<byte[]> toMessage() {
        String id = messageId
                .filter(text -> !text.isEmpty() && text.length() <= Message.MAX_NAME)
                .orElseGet(() -> position.isEmpty() ? nameOfBody() : topic + '@' + position);
        MessageMetadata metadata =
                MessageMetadata.at(timestamp.orElse(NEVER_SAID)).withSource(topic);
        if (!contentType.isEmpty()) {
            metadata = metadata.withContentType(contentType);
        }
        if (correlationId.isPresent()) {
            metadata = metadata.withCorrelationId(correlationId.get());
        }
        if (key.isPresent() && !key.get().isEmpty()) {
            metadata = metadata.withKey(key.get());
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (metadata.headers().size() < MessageMetadata.MAX_HEADERS
                    && Names.isHeader(header.getKey(), header.getValue())) {
                metadata = metadata.withHeader(header.getKey(), header.getValue());
            }
        }
        return new Message<>(id, type.filter(text -> !text.isEmpty()).orElse(topic), body, metadata);
    }

    private String nameOfBody() {
        byte[] name = (topic + '\n' + new String(body, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString();
    }
}
