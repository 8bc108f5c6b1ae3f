package dev.parley.messaging.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Writes records. Who calls waits for what it has sent, and for nothing else: the producer's own thread puts what waits into batches.
 * Thread-safe.
 */
final class Publisher {

    private final KafkaClients clients;
    private final KafkaSettings settings;
    private final Topics topics;

    Publisher(KafkaClients clients, KafkaSettings settings, Topics topics) {
        this.clients = clients;
        this.settings = settings;
        this.topics = topics;
    }

    /** Writes records in their order, and returns when all are confirmed. Their topics are there. */
    void confirmed(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
        Producer<byte[], byte[]> producer = clients.producer();
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        try {
            for (ProducerRecord<byte[], byte[]> record : records) {
                sent.add(producer.send(record));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(); // ends with the producer's delivery.timeout.ms
            }
        } catch (Exception e) {
            noteFailure(producer, e, records);
            throw KafkaErrors.translated(
                    e, "publishing to " + records.getFirst().topic(), settings);
        }
    }

    /** Writes a record and does not wait for it. */
    void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        Producer<byte[], byte[]> producer = clients.producer();
        try {
            Future<RecordMetadata> unused = producer.send(record);
        } catch (Exception e) {
            noteFailure(producer, e, List.of(record));
            throw KafkaErrors.translated(e, "publishing to " + record.topic(), settings);
        }
    }

    private void noteFailure(
            Producer<byte[], byte[]> producer, Exception thrown, List<ProducerRecord<byte[], byte[]>> records) {
        Throwable cause =
                thrown instanceof ExecutionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        switch (cause) {
            // Whoever made it anew might have been quicker; and it may be gone for good.
            case UnknownTopicOrPartitionException e -> records.forEach(record -> topics.forget(record.topic()));
            case org.apache.kafka.common.errors.TimeoutException e ->
                records.forEach(record -> topics.forget(record.topic()));
            // After these an idempotent producer refuses all else.
            case AuthenticationException e -> clients.discard(producer);
            case ClusterAuthorizationException e -> clients.discard(producer);
            case OutOfOrderSequenceException e -> clients.discard(producer);
            case ProducerFencedException e -> clients.discard(producer);
            case UnsupportedVersionException e -> clients.discard(producer);
            default -> {}
        }
    }
}
