package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import dev.parley.messaging.ForeignMessage;
import dev.parley.messaging.Message;
import dev.parley.messaging.spi.CloudEventJson;
import dev.parley.messaging.spi.CloudEvents;
import dev.parley.messaging.spi.Received;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages as AMQP has them: the attributes of the CloudEvent are headers with the binding's prefix, and what AMQP has properties for is
 * there as well, for peers that know no CloudEvents. What is read may be written by anybody.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md">the AMQP binding</a>
 */
final class Wire {
    static final String PREFIX = "cloudEvents:";
    // What the binding allows for peers that cannot have a colon in a name.
    private static final String OTHER_PREFIX = "cloudEvents_";
    private static final Map<String, String> NAMES = CloudEvents.names(PREFIX);
    private static final int PERSISTENT = 2;
    // All headers of a message share one frame, which has 128 KiB unless the server was told otherwise.
    private static final int MAX_HEADER_CHARS = 20_000;
    private static final int MAX_SHORT = 255;

    private Wire() {}

    /** A message in bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copying a body would cost
    record Encoded(BasicProperties properties, byte[] body) {}

    static Encoded encode(Message<byte[]> message) {
        Map<String, String> attributes = CloudEvents.attributes(message);
        int size = attributes.entrySet().stream()
                .mapToInt(each -> each.getKey().length() + each.getValue().length())
                .sum();
        BasicProperties.Builder properties = new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .messageId(shortened(message.id()))
                .type(shortened(message.type()))
                .timestamp(Date.from(message.metadata().timestamp()));
        message.metadata().correlationId().ifPresent(id -> properties.correlationId(shortened(id)));
        if (size > MAX_HEADER_CHARS) {
            byte[] body = CloudEventJson.write(message);
            return new Encoded(
                    properties.contentType(CloudEventJson.CONTENT_TYPE).build(), body);
        }
        Map<String, Object> headers = new HashMap<>();
        attributes.forEach((name, value) -> {
            if (name.equals(CloudEvents.CONTENT_TYPE)) {
                properties.contentType(shortened(value));
            } else {
                headers.put(PREFIX + name, value);
            }
        });
        return new Encoded(properties.headers(headers).build(), message.payload());
    }

    /** A property has 255 bytes at most; whoever needs all of it reads the header. */
    private static String shortened(String text) {
        if (text.length() <= MAX_SHORT / 3) {
            return text; // a character has three bytes at most, and half of a pair two
        }
        String cut = text;
        while (cut.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_SHORT) {
            cut = cut.substring(0, cut.length() - 1);
        }
        return cut;
    }

    /**
     * Reads what was delivered.
     *
     * @param queueTopic the topic of the queue it is from, for what says none
     */
    static Received decode(Taken taken, String queueTopic) {
        Marks marks = Marks.of(taken.properties());
        int attempt = attempt(marks, taken.properties());
        String topic = topic(marks, taken.envelope(), queueTopic);
        Optional<Message<byte[]>> event = event(taken.properties(), taken.body());
        if (event.isPresent()) {
            return new Received(topic, event.get(), attempt, marks.firstFailure(), "", taken);
        }
        return new Received(foreign(taken, topic), attempt, marks.firstFailure(), "", taken);
    }

    /** The message, whether it is a CloudEvent or not. */
    static Message<byte[]> message(BasicProperties properties, byte[] body, String topic) {
        return event(properties, body)
                .orElseGet(() -> foreign(properties, body, topic).toMessage());
    }

    static String topic(Marks marks, Envelope envelope, String queueTopic) {
        String routingKey = envelope.getRoutingKey();
        return marks.topic().orElse(routingKey.isEmpty() ? queueTopic : routingKey);
    }

    /** Failures that we have counted, and deliveries that ended with their consumer, which RabbitMQ counts. */
    static int attempt(Marks marks, BasicProperties properties) {
        long redeliveries = number(headers(properties).get("x-delivery-count"));
        return (int) Math.min(1L + marks.failures() + redeliveries, Integer.MAX_VALUE);
    }

    private static Optional<Message<byte[]>> event(BasicProperties properties, byte[] body) {
        try {
            String contentType = text(properties.getContentType()).orElse("");
            if (CloudEventJson.isJsonEvent(contentType)) {
                return Optional.of(CloudEventJson.read(body));
            }
            Map<String, String> attributes = new LinkedHashMap<>();
            headers(properties).forEach((name, value) -> {
                if (value != null && (name.startsWith(PREFIX) || name.startsWith(OTHER_PREFIX))) {
                    String known = NAMES.get(name);
                    attributes.put(known != null ? known : name.substring(PREFIX.length()), plain(value));
                }
            });
            if (!attributes.containsKey(CloudEvents.SPEC_VERSION)) {
                return Optional.empty();
            }
            if (!contentType.isEmpty()) {
                attributes.put(CloudEvents.CONTENT_TYPE, contentType);
            }
            return Optional.of(CloudEvents.message(attributes, body));
        } catch (IllegalArgumentException e) {
            // It says that it is a CloudEvent and is none; an adapter may know better.
            return Optional.empty();
        }
    }

    private static ForeignMessage foreign(Taken taken, String topic) {
        return foreign(taken.properties(), taken.body(), topic);
    }

    private static ForeignMessage foreign(BasicProperties properties, byte[] body, String topic) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers(properties).forEach((name, value) -> {
            if (value != null && !Marks.isOurs(name)) {
                headers.put(name, plain(value));
            }
        });
        Date timestamp = properties.getTimestamp();
        return new ForeignMessage(
                topic,
                headers,
                text(properties.getContentType()).orElse(""),
                text(properties.getMessageId()),
                text(properties.getType()),
                text(properties.getCorrelationId()),
                Optional.empty(),
                Optional.ofNullable(timestamp).map(Date::toInstant),
                "",
                body);
    }

    static Map<String, Object> headers(BasicProperties properties) {
        Map<String, Object> headers = properties.getHeaders();
        return headers == null ? Map.of() : headers;
    }

    /** Text comes as the client's own type, numbers and times as Java's. */
    static String plain(Object value) {
        return value instanceof Date time ? time.toInstant().toString() : value.toString();
    }

    static long number(@Nullable Object value) {
        return value instanceof Number number ? Math.max(0, number.longValue()) : 0;
    }

    static Optional<Instant> time(@Nullable Object value) {
        return value instanceof Number millis
                ? Optional.of(Instant.ofEpochMilli(millis.longValue()))
                : Optional.empty();
    }

    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(given -> !given.isEmpty());
    }
}
