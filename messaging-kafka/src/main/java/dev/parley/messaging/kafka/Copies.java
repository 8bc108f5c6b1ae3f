package dev.parley.messaging.kafka;

import dev.parley.messaging.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Records that go on in a queue's topic of retries. */
final class Copies {

    private Copies() {}

    /** Of one that failed: its next attempt. */
    static ProducerRecord<byte[], byte[]> retry(
            QueueName queue,
            ConsumerRecord<byte[], byte[]> record,
            Origin origin,
            Instant firstFailure,
            Duration after,
            Instant now) {
        return copy(
                queue,
                record,
                origin.again(origin.attempt() + 1, Optional.of(firstFailure), now.plus(after)),
                RetryTier.of(after));
    }

    /** Of one that is to come again at once, uncounted. */
    static ProducerRecord<byte[], byte[]> uncounted(
            QueueName queue, ConsumerRecord<byte[], byte[]> record, Origin origin) {
        return copy(
                queue,
                record,
                origin.again(origin.attempt(), origin.firstFailure(), Instant.EPOCH),
                RetryTier.of(Duration.ZERO));
    }

    private static ProducerRecord<byte[], byte[]> copy(
            QueueName queue, ConsumerRecord<byte[], byte[]> record, Origin next, int tier) {
        return new ProducerRecord<>(
                KafkaNames.retry(queue), tier, null, record.key(), record.value(), next.headers(record.headers()));
    }
}
