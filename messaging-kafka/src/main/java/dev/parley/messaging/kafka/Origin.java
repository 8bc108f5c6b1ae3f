package dev.parley.messaging.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Where a record was published, and what became of it since. Of a record in a topic of ours its headers say it; a record in a user's topic
 * is its own origin.
 *
 * @param topic to which it was published
 * @param timestamp of the record there
 * @param attempt of the delivery that comes next
 * @param firstFailure when it failed first
 * @param due no earlier than this
 */
record Origin(
        String topic,
        int partition,
        long offset,
        Instant timestamp,
        int attempt,
        Optional<Instant> firstFailure,
        Instant due) {

    /** Of all headers that are ours. */
    static final String PREFIX = "parley_";

    private static final String TOPIC = PREFIX + "topic";
    private static final String PARTITION = PREFIX + "partition";
    private static final String OFFSET = PREFIX + "offset";
    private static final String TIME = PREFIX + "time";
    private static final String ATTEMPT = PREFIX + "attempt";
    private static final String FAILED = PREFIX + "failed";
    private static final String DUE = PREFIX + "due";

    /** What a record says, or is. */
    static Origin of(ConsumerRecord<byte[], byte[]> record) {
        Origin itself = new Origin(
                record.topic(),
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                1,
                Optional.empty(),
                Instant.EPOCH);
        if (KafkaNames.isUsers(record.topic())) {
            return itself;
        }
        Headers headers = record.headers();
        String topic = text(headers, TOPIC);
        if (topic == null) {
            return itself; // somebody else wrote it into a topic of ours
        }
        long failed = number(headers, FAILED, -1);
        return new Origin(
                topic,
                (int) number(headers, PARTITION, 0),
                number(headers, OFFSET, 0),
                Instant.ofEpochMilli(number(headers, TIME, 0)),
                (int) number(headers, ATTEMPT, 1),
                failed < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(failed)),
                Instant.ofEpochMilli(number(headers, DUE, 0)));
    }

    /** This for another attempt. */
    Origin again(int nextAttempt, Optional<Instant> failure, Instant nextDue) {
        return new Origin(topic, partition, offset, timestamp, nextAttempt, failure, nextDue);
    }

    /** The position in the topic: {@code partition:offset}. */
    String position() {
        return partition + ":" + offset;
    }

    /** A record's headers with these in place of those of ours that it has. */
    RecordHeaders headers(Headers original) {
        RecordHeaders headers = new RecordHeaders();
        for (Header header : original) {
            if (!header.key().startsWith(PREFIX)) {
                headers.add(header);
            }
        }
        put(headers, TOPIC, topic);
        put(headers, PARTITION, Integer.toString(partition));
        put(headers, OFFSET, Long.toString(offset));
        put(headers, TIME, Long.toString(timestamp.toEpochMilli()));
        put(headers, ATTEMPT, Integer.toString(attempt));
        firstFailure.ifPresent(failure -> put(headers, FAILED, Long.toString(failure.toEpochMilli())));
        put(headers, DUE, Long.toString(due.toEpochMilli()));
        return headers;
    }

    static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    static long number(Headers headers, String name, long fallback) {
        String text = text(headers, name);
        try {
            return text == null ? fallback : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }
}
