package dev.parley.messaging.spi;

import dev.parley.messaging.Message;
import dev.parley.messaging.MessageMetadata;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Messages as CloudEvents 1.0: the attributes for a binding's binary mode, which backends put into headers with the binding's prefix. For the
 * structured mode see {@link CloudEventJson}.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0.2</a>
 */
public final class CloudEvents {

    /** The attribute that says the version; where it is missing there is no CloudEvent. */
    public static final String SPEC_VERSION = "specversion";

    /** The payload's content type, which most bindings have a place of their own for. */
    public static final String CONTENT_TYPE = "datacontenttype";

    private static final String SCHEMA = "urn:parley:schema:";

    private static final List<String> NAMES = List.of(
            SPEC_VERSION,
            "id",
            "source",
            "type",
            "time",
            CONTENT_TYPE,
            "dataschema",
            "correlationid",
            "partitionkey",
            "expirytime",
            "traceparent",
            "tracestate");

    private CloudEvents() {}

    /**
     * The names of the attributes that most messages have, by what a binding calls them: to look a name up costs less than to cut its prefix
     * off, for each attribute of each message.
     */
    public static Map<String, String> names(String prefix) {
        return NAMES.stream().collect(Collectors.toUnmodifiableMap(name -> prefix + name, name -> name));
    }

    /** All attributes of a message by their names, {@value #CONTENT_TYPE} included if it is set. */
    public static Map<String, String> attributes(Message<byte[]> message) {
        Map<String, String> attributes = new LinkedHashMap<>();
        forEach(message, attributes::put);
        return attributes;
    }

    /** Tells {@code attribute} each name and value of {@link #attributes}, in their order. */
    public static void forEach(Message<byte[]> message, BiConsumer<String, String> attribute) {
        MessageMetadata metadata = message.metadata();
        attribute.accept(SPEC_VERSION, "1.0");
        attribute.accept("id", message.id());
        attribute.accept("source", metadata.source());
        attribute.accept("type", message.type());
        attribute.accept("time", Rfc3339.format(metadata.timestamp()));
        if (!metadata.contentType().isEmpty()) {
            attribute.accept(CONTENT_TYPE, metadata.contentType());
        }
        metadata.version().ifPresent(version -> attribute.accept("dataschema", schema(message.type(), version)));
        metadata.correlationId().ifPresent(id -> attribute.accept("correlationid", id));
        metadata.key().ifPresent(key -> attribute.accept("partitionkey", key));
        metadata.expiry().ifPresent(expiry -> attribute.accept("expirytime", Rfc3339.format(expiry)));
        metadata.headers().forEach(attribute);
    }

    /**
     * The message of attributes and data. Attributes whose names or values are not allowed in a message are left out, but for those that
     * have a meaning.
     *
     * @throws IllegalArgumentException if it is no CloudEvent 1.0: the version is missing or another, or {@code id}, {@code source} or
     *     {@code type} is, or a time is malformed
     */
    public static Message<byte[]> message(Map<String, String> attributes, byte[] data) {
        String version = attributes.getOrDefault(SPEC_VERSION, "");
        if (!version.equals("1.0")) {
            throw new IllegalArgumentException("specversion of a CloudEvent must be 1.0, but is \"" + version + '"');
        }
        String type = required(attributes, "type");
        Map<String, String> headers = new LinkedHashMap<>();
        attributes.forEach((name, value) -> {
            if (headers.size() < MessageMetadata.MAX_HEADERS && MessageMetadata.isHeader(name, value)) {
                headers.put(name, value);
            }
        });
        MessageMetadata metadata = new MessageMetadata(
                required(attributes, "source"),
                time(attributes, "time").orElse(Instant.EPOCH),
                text(attributes, "correlationid"),
                text(attributes, "dataschema").map(schema -> version(type, schema)),
                text(attributes, "partitionkey"),
                time(attributes, "expirytime"),
                attributes.getOrDefault(CONTENT_TYPE, ""),
                headers);
        return new Message<>(required(attributes, "id"), type, data, metadata);
    }

    private static String schema(String type, String version) {
        return version.indexOf(':') > 0 ? version : SCHEMA + type + ':' + version;
    }

    private static String version(String type, String schema) {
        String prefix = SCHEMA + type + ':';
        return schema.startsWith(prefix) && schema.length() > prefix.length()
                ? schema.substring(prefix.length())
                : schema;
    }

    private static String required(Map<String, String> attributes, String name) {
        return text(attributes, name)
                .orElseThrow(() -> new IllegalArgumentException("a CloudEvent needs the attribute " + name));
    }

    private static Optional<String> text(Map<String, String> attributes, String name) {
        return Optional.ofNullable(attributes.get(name)).filter(value -> !value.isEmpty());
    }

    private static Optional<Instant> time(Map<String, String> attributes, String name) {
        return text(attributes, name).map(value -> {
            try {
                return Rfc3339.parse(value);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "%s of a CloudEvent must be a time of RFC 3339, but is \"%s\"".formatted(name, value));
            }
        });
    }
}
