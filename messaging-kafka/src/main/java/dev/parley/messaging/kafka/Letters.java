package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Failure;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.LetterAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters: a compacted topic of one partition a queue. A letter's id is where the record was that was given up, in the user's topic or in
 * that of retries: the same record twice is one letter, and a redriven message that fails again is another one, which the tombstone of the
 * first does not hit. Thread-safe.
 */
final class Letters {

    /** How many letters one visit can tell apart, which is what it needs memory for. */
    private static final int MAX_IDS = 1_000_000;

    /** How many records are read to count letters exactly. */
    private static final int MAX_COUNTED = 10_000;

    private static final String KEY = Origin.PREFIX + "key";
    private static final String LAST = Origin.PREFIX + "last";
    private static final String CODE = Origin.PREFIX + "code";
    private static final String CAUSE = Origin.PREFIX + "cause";

    private final KafkaClients clients;
    private final KafkaSettings settings;
    private final Topics topics;
    private final Publisher publisher;

    Letters(KafkaClients clients, KafkaSettings settings, Topics topics, Publisher publisher) {
        this.clients = clients;
        this.settings = settings;
        this.topics = topics;
        this.publisher = publisher;
    }

    /** The letter of a record that is given up. */
    static ProducerRecord<byte[], byte[]> letter(
            QueueName queue, ConsumerRecord<byte[], byte[]> record, Origin origin, Failure failure) {
        RecordHeaders headers = origin.again(origin.attempt(), Optional.of(failure.first()), Instant.EPOCH)
                .headers(record.headers());
        if (record.key() != null) {
            headers.add(KEY, record.key());
        }
        Origin.put(headers, LAST, Long.toString(failure.last().toEpochMilli()));
        Origin.put(headers, CODE, failure.code().name());
        Origin.put(headers, CAUSE, failure.cause());
        String id = record.topic() + ':' + record.partition() + ':' + record.offset();
        // A record without a value would be a tombstone.
        byte[] value = record.value() == null ? new byte[0] : record.value();
        return new ProducerRecord<>(
                KafkaNames.deadLetters(queue), 0, null, id.getBytes(StandardCharsets.UTF_8), value, headers);
    }

    /** See {@link dev.parley.messaging.spi.BrokerBackend#visitDeadLetters}. */
    void visit(QueueName queue, int max, Function<DeadLetter, LetterAction> visitor) throws Exception {
        TopicPartition partition = new TopicPartition(KafkaNames.deadLetters(queue), 0);
        if (topics.partitions(List.of(partition.topic())).isEmpty()) {
            return;
        }
        try (KafkaConsumer<byte[], byte[]> consumer = clients.reader(Map.of())) {
            LogReader log = new LogReader(consumer, partition, clients.answerMillis(), settings);
            Map<String, Long> live = live(log);
            int[] left = {max};
            log.read(record -> {
                Long last = record.key() == null ? null : live.get(id(record));
                if (last != null && last == record.offset() && left[0]-- > 0) {
                    act(queue, record, visitor.apply(deadLetter(queue, record)));
                }
                return left[0] > 0;
            });
        } catch (KafkaException e) {
            throw KafkaErrors.translated(e, "reading " + partition.topic(), settings);
        }
    }

    /**
     * How many there are; where the topic has more than {@value #MAX_COUNTED} records, how many it has: letters, and what was removed of them
     * and not cleaned away yet.
     */
    long count(QueueName queue) throws Exception {
        TopicPartition partition = new TopicPartition(KafkaNames.deadLetters(queue), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = clients.reader(Map.of())) {
            List<TopicPartition> one = List.of(partition);
            long records = consumer.endOffsets(one).getOrDefault(partition, 0L)
                    - consumer.beginningOffsets(one).getOrDefault(partition, 0L);
            if (records == 0 || records > MAX_COUNTED) {
                return records;
            }
            return live(new LogReader(consumer, partition, clients.answerMillis(), settings))
                    .size();
        } catch (RuntimeException e) {
            throw KafkaErrors.translated(e, "reading " + partition.topic(), settings);
        }
    }

    /** Where each letter is that was not removed. */
    private static Map<String, Long> live(LogReader log) throws Exception {
        Map<String, Long> live = new LinkedHashMap<>();
        log.read(record -> {
            if (record.key() != null) {
                String id = id(record);
                if (record.value() == null) {
                    live.remove(id);
                } else if (live.size() < MAX_IDS) {
                    live.put(id, record.offset());
                }
            }
            return true;
        });
        return live;
    }

    private void act(QueueName queue, ConsumerRecord<byte[], byte[]> letter, LetterAction action) throws Exception {
        switch (action) {
            case KEEP -> {}
            case REDRIVE -> {
                topics.ensureRetry(queue);
                Origin origin = Origin.of(letter).again(1, Optional.empty(), Instant.EPOCH);
                Header key = letter.headers().lastHeader(KEY);
                byte @Nullable [] original = key == null ? null : key.value();
                publisher.confirmed(List.of(new ProducerRecord<>(
                        KafkaNames.retry(queue),
                        RetryTier.of(Duration.ZERO),
                        null,
                        original,
                        letter.value(),
                        origin.headers(letter.headers()))));
                remove(letter);
            }
            case DISCARD -> remove(letter);
        }
    }

    private void remove(ConsumerRecord<byte[], byte[]> letter) throws Exception {
        publisher.confirmed(List.of(new ProducerRecord<>(letter.topic(), 0, letter.key(), null)));
    }

    private static DeadLetter deadLetter(QueueName queue, ConsumerRecord<byte[], byte[]> record) {
        Origin origin = Origin.of(record);
        Header key = record.headers().lastHeader(KEY);
        Failure failure = new Failure(
                origin.firstFailure().orElse(Instant.EPOCH),
                Instant.ofEpochMilli(Origin.number(record.headers(), LAST, 0)),
                code(Origin.text(record.headers(), CODE)),
                Optional.ofNullable(Origin.text(record.headers(), CAUSE)).orElse(""));
        return new DeadLetter(
                id(record),
                queue,
                origin.topic(),
                Records.message(record, key == null ? null : key.value(), origin),
                origin.position(),
                origin.attempt(),
                failure);
    }

    private static Code code(@Nullable String name) {
        for (Code code : Code.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return Code.UNKNOWN;
    }

    private static String id(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), StandardCharsets.UTF_8);
    }

    /** Reads one partition from its beginning to the end that it had at first; of one thread. */
    private static final class LogReader {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final TopicPartition partition;
        private final long patienceMillis;
        private final KafkaSettings settings;
        private long end = -1;

        LogReader(
                KafkaConsumer<byte[], byte[]> consumer,
                TopicPartition partition,
                long patienceMillis,
                KafkaSettings settings) {
            this.consumer = consumer;
            this.partition = partition;
            this.patienceMillis = patienceMillis;
            this.settings = settings;
            consumer.assign(List.of(partition));
        }

        /** Says of a record whether to go on. */
        interface Visitor {
            boolean visit(ConsumerRecord<byte[], byte[]> record) throws Exception;
        }

        void read(Visitor visitor) throws Exception {
            if (end < 0) {
                end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            }
            consumer.seekToBeginning(List.of(partition));
            long progress = System.nanoTime();
            long position = consumer.position(partition);
            while (position < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.offset() >= end || !visitor.visit(record)) {
                        return;
                    }
                }
                long now = System.nanoTime();
                long reached = consumer.position(partition);
                if (reached > position) {
                    position = reached;
                    progress = System.nanoTime(); // a visitor may have taken its time
                } else if (now - progress > patienceMillis * 1_000_000) {
                    throw new CallException(
                            Code.UNAVAILABLE,
                            "reading %s at %s: nothing came for %d ms"
                                    .formatted(partition.topic(), settings, patienceMillis));
                }
            }
        }
    }
}
