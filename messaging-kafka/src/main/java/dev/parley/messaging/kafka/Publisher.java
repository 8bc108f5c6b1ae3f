package dev.parley.messaging.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
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
    private final AtomicInteger turn = new AtomicInteger();

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
                sent.add(producer.send(dealt(producer, record)));
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
            var _ = producer.send(dealt(producer, record));
        } catch (Exception e) {
            noteFailure(producer, e, List.of(record));
            throw KafkaErrors.translated(e, "publishing to " + record.topic(), settings);
        }
    }

    /**
     * Records without a key go to one partition after the other. Kafka's own partitioner stays with one until it has a batch full of bytes,
     * so that of a few messages one consumer of a group would get all.
     */
    private ProducerRecord<byte[], byte[]> dealt(
            Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        if (record.key() != null || record.partition() != null) {
            return record;
        }
        List<PartitionInfo> partitions = producer.partitionsFor(record.topic());
        int first = Math.floorMod(turn.getAndIncrement(), partitions.size());
        for (int i = 0; i < partitions.size(); i++) {
            PartitionInfo partition = partitions.get((first + i) % partitions.size());
            if (partition.leader() != null && !partition.leader().isEmpty()) {
                return new ProducerRecord<>(
                        record.topic(), partition.partition(), null, null, record.value(), record.headers());
            }
        }
        return record;
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
