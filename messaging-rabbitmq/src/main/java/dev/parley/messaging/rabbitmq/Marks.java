package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.parley.Code;
import dev.parley.messaging.Failure;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What we have noted down on a message that failed, in headers of its own copy: RabbitMQ's own counts begin anew with each copy, and newer
 * versions do not count what is given back.
 *
 * @param failures how often it failed so far
 * @param firstFailure when it failed first
 * @param topic to which it was published; a copy's routing key is the name of its queue
 */
record Marks(int failures, Optional<Instant> firstFailure, Optional<String> topic) {
    private static final String OURS = "parley-";
    private static final String FAILURES = "parley-failures";
    private static final String FIRST_FAILURE = "parley-first-failure";
    private static final String TOPIC = "parley-topic";

    /** Names the copy for the server's report that it went nowhere. */
    static final String SEQUENCE = "parley-sequence";

    // Of dead letters only.
    static final String LETTER = "parley-letter";
    private static final String QUEUE = "parley-queue";
    private static final String LAST_FAILURE = "parley-last-failure";
    private static final String CODE = "parley-code";
    private static final String CAUSE = "parley-cause";

    private static final int MAX_FAILURES = 1_000_000;

    static final Marks NONE = new Marks(0, Optional.empty(), Optional.empty());

    static Marks of(BasicProperties properties) {
        Map<String, Object> headers = Wire.headers(properties);
        return new Marks(
                (int) Math.min(Wire.number(headers.get(FAILURES)), MAX_FAILURES),
                Wire.time(headers.get(FIRST_FAILURE)),
                text(headers.get(TOPIC)));
    }

    /** Whether a header is ours, or the server's own note on this copy. */
    static boolean isOurs(String header) {
        return header.startsWith(OURS)
                || header.startsWith("x-death")
                || header.startsWith("x-first-death")
                || header.startsWith("x-last-death")
                || header.equals("x-delivery-count");
    }

    /** The properties of a copy: those of the original, and these marks in place of what was noted down before. */
    BasicProperties.Builder copy(BasicProperties original) {
        return withHeaders(original, headers());
    }

    private Map<String, Object> headers() {
        Map<String, Object> headers = new HashMap<>();
        headers.put(FAILURES, failures);
        firstFailure.ifPresent(time -> headers.put(FIRST_FAILURE, time.toEpochMilli()));
        topic.ifPresent(name -> headers.put(TOPIC, name));
        return headers;
    }

    private static BasicProperties.Builder withHeaders(BasicProperties original, Map<String, Object> ours) {
        Map<String, Object> headers = new HashMap<>();
        Wire.headers(original).forEach((name, value) -> {
            if (!isOurs(name)) {
                headers.put(name, value);
            }
        });
        headers.putAll(ours);
        // A user that it names must be the one of the connection, or the server refuses it.
        return original.builder()
                .headers(headers)
                .deliveryMode(2)
                .expiration(null)
                .userId(null);
    }

    /** The properties of a dead letter. */
    BasicProperties.Builder letter(BasicProperties original, String id, String queue, Failure failure) {
        Map<String, Object> headers = headers();
        headers.put(LETTER, id);
        headers.put(QUEUE, queue);
        headers.put(FIRST_FAILURE, failure.first().toEpochMilli());
        headers.put(LAST_FAILURE, failure.last().toEpochMilli());
        headers.put(CODE, failure.code().name());
        headers.put(CAUSE, failure.cause());
        return withHeaders(original, headers);
    }

    /** The failure that a dead letter tells of. */
    static Failure failure(BasicProperties letter) {
        Map<String, Object> headers = Wire.headers(letter);
        Instant last = Wire.time(headers.get(LAST_FAILURE)).orElse(Instant.EPOCH);
        return new Failure(
                Wire.time(headers.get(FIRST_FAILURE)).orElse(last),
                last,
                code(text(headers.get(CODE)).orElse("")),
                text(headers.get(CAUSE)).orElse(""));
    }

    private static Code code(String name) {
        for (Code code : Code.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return Code.UNKNOWN;
    }

    /** The queue that gave a letter up. */
    static Optional<String> queue(BasicProperties letter) {
        return text(Wire.headers(letter).get(QUEUE));
    }

    static Optional<String> letterId(BasicProperties letter) {
        return text(Wire.headers(letter).get(LETTER));
    }

    private static Optional<String> text(@Nullable Object value) {
        return value == null ? Optional.empty() : Optional.of(value.toString());
    }
}
