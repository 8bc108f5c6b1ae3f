package dev.parley.messaging;

import java.time.Instant;

/**
 * A message: what happened or what is to be done, and what must be known about it. On the wire it is a CloudEvent 1.0.
 *
 * <pre>{@code
 * Message<OrderPlaced> message = Message.of("order.placed", new OrderPlaced("o-1", 1250)).withKey("o-1");
 * }</pre>
 *
 * @param id together with {@link MessageMetadata#source} it names this message for ever: a repeated delivery has the same one. 1 to
 *     {@value #MAX_NAME} characters
 * @param type what it is, such as {@code order.placed}; 1 to {@value #MAX_NAME} characters
 * @param payload what it says
 * @param metadata all else
 * @param <T> of the payload
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0</a>
 */
public record Message<T>(String id, String type, T payload, MessageMetadata metadata) {

    /** Of an id and a type: characters at most. */
    public static final int MAX_NAME = 255;

    /**
     * Checks id and type.
     *
     * @throws IllegalArgumentException if one is empty, too long, or holds control characters
     */
    public Message {
        Names.checkText("id", id, MAX_NAME);
        Names.checkText("type", type, MAX_NAME);
    }

    /** A message of this type with a random id, made now; its source is set by the broker that publishes it. */
    public static <T> Message<T> of(String type, T payload) {
        return new Message<>(RandomIds.next(), type, payload, MessageMetadata.at(Instant.now()));
    }

    /** This with another id. */
    public Message<T> withId(String newId) {
        return new Message<>(newId, type, payload, metadata);
    }

    /** This with another payload. */
    public <U> Message<U> withPayload(U newPayload) {
        return new Message<>(id, type, newPayload, metadata);
    }

    /** This with other metadata. */
    public Message<T> withMetadata(MessageMetadata newMetadata) {
        return new Message<>(id, type, payload, newMetadata);
    }

    /** This with a key: messages of one key are handled in their order, by subscriptions that ask for it. */
    public Message<T> withKey(String key) {
        return withMetadata(metadata.withKey(key));
    }

    /** This with a correlation id: what all messages of one business transaction have in common. */
    public Message<T> withCorrelationId(String correlationId) {
        return withMetadata(metadata.withCorrelationId(correlationId));
    }

    /** This with a schema version. */
    public Message<T> withVersion(String version) {
        return withMetadata(metadata.withVersion(version));
    }

    /** This with an instant from which on nobody needs it: it is dropped then rather than handled. */
    public Message<T> withExpiry(Instant expiry) {
        return withMetadata(metadata.withExpiry(expiry));
    }

    /** This with a header more. */
    public Message<T> withHeader(String name, String value) {
        return withMetadata(metadata.withHeader(name, value));
    }
}
