package dev.parley.messaging;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known about a message beside its payload; each is an attribute of the CloudEvent.
 *
 * @param source who made it, a URI reference ({@code source}); empty until it is published, when the broker's own is set
 * @param timestamp when it was made ({@code time})
 * @param correlationId what belongs together (an attribute of this name in lower case)
 * @param version of the payload's schema ({@code dataschema}: a version that is no URI is written as {@code
 *     urn:parley:schema:TYPE:VERSION})
 * @param key what orders ({@code partitionkey})
 * @param expiry from when on it is dropped ({@code expirytime}); a message never carries its sender's deadline
 * @param contentType of the payload ({@code datacontenttype}); empty until a codec has encoded it
 * @param headers extension attributes, {@code traceparent} and {@code tracestate} among them; names of 1 to 20 characters of {@code
 *     a-z0-9} (CloudEvents' rule), at most {@value #MAX_HEADERS}, values at most {@value #MAX_VALUE} characters without control
 *     characters
 */
public record MessageMetadata(
        String source,
        Instant timestamp,
        Optional<String> correlationId,
        Optional<String> version,
        Optional<String> key,
        Optional<Instant> expiry,
        String contentType,
        Map<String, String> headers) {

    /** How many headers a message may have. */
    public static final int MAX_HEADERS = 64;

    /** Of a header's value: characters at most. */
    public static final int MAX_VALUE = 4096;

    private static final int MAX_SHORT = 255;

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if something is too long, holds control characters, or a header's name is not allowed
     */
    public MessageMetadata {
        Objects.requireNonNull(timestamp, "timestamp");
        Objects.requireNonNull(expiry, "expiry");
        if (!source.isEmpty()) {
            Names.checkText("source", source, MAX_SHORT);
        }
        correlationId.ifPresent(value -> Names.checkText("correlationId", value, MAX_SHORT));
        version.ifPresent(value -> Names.checkText("version", value, MAX_SHORT));
        key.ifPresent(value -> Names.checkText("key", value, MAX_SHORT));
        if (!contentType.isEmpty()) {
            Names.checkText("contentType", contentType, MAX_SHORT);
        }
        headers = Map.copyOf(headers);
        if (headers.size() > MAX_HEADERS) {
            throw new IllegalArgumentException(
                    "a message has at most %d headers, but this has %d".formatted(MAX_HEADERS, headers.size()));
        }
        headers.forEach(Names::checkHeader);
    }

    /** Nothing but when the message was made. */
    public static MessageMetadata at(Instant timestamp) {
        return new MessageMetadata(
                "", timestamp, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), "", Map.of());
    }

    /** This with another source. */
    public MessageMetadata withSource(String newSource) {
        return new MessageMetadata(newSource, timestamp, correlationId, version, key, expiry, contentType, headers);
    }

    /** This with another timestamp. */
    public MessageMetadata withTimestamp(Instant newTimestamp) {
        return new MessageMetadata(source, newTimestamp, correlationId, version, key, expiry, contentType, headers);
    }

    /** This with a correlation id. */
    public MessageMetadata withCorrelationId(String id) {
        return new MessageMetadata(source, timestamp, Optional.of(id), version, key, expiry, contentType, headers);
    }

    /** This with a schema version. */
    public MessageMetadata withVersion(String newVersion) {
        return new MessageMetadata(
                source, timestamp, correlationId, Optional.of(newVersion), key, expiry, contentType, headers);
    }

    /** This with a key. */
    public MessageMetadata withKey(String newKey) {
        return new MessageMetadata(
                source, timestamp, correlationId, version, Optional.of(newKey), expiry, contentType, headers);
    }

    /** This with an expiry. */
    public MessageMetadata withExpiry(Instant newExpiry) {
        return new MessageMetadata(
                source, timestamp, correlationId, version, key, Optional.of(newExpiry), contentType, headers);
    }

    /** This with a content type. */
    public MessageMetadata withContentType(String newContentType) {
        return new MessageMetadata(source, timestamp, correlationId, version, key, expiry, newContentType, headers);
    }

    /** This with a header more, or another value of it. */
    public MessageMetadata withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new MessageMetadata(source, timestamp, correlationId, version, key, expiry, contentType, more);
    }

    /** Whether a message may have this header. */
    public static boolean isHeader(String name, String value) {
        return Names.isHeader(name, value);
    }

    /** The value of a header. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }
}
