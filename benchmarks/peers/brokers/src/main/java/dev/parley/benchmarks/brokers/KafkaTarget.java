package dev.parley.benchmarks.brokers;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own client as one would tune it by hand: an idempotent producer, acks of all; consumed by a poll loop that commits each poll. The
 * producer waits for a batch to grow or does not: the first is quicker for many publishers, the second for few.
 */
final class KafkaTarget implements Target {

    private static final int PARTITIONS = 6;
    private static final Map<String, String> HEADERS = Map.of(
            "ce_specversion",
            "1.0",
            "ce_id",
            ID,
            "ce_type",
            "bench.own",
            "ce_source",
            "bench",
            "ce_time",
            TIME,
            "content-type",
            "application/octet-stream");

    private final String servers;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaTarget(String servers, String topic, int lingerMillis) throws Exception {
        this.servers = servers;
        this.topic = topic;
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "acks",
                        "all",
                        "enable.idempotence",
                        true,
                        "linger.ms",
                        lingerMillis),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void publish(byte[] payload) throws Exception {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, payload);
        HEADERS.forEach(
                (name, value) -> record.headers().add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8))));
        producer.send(record).get();
    }

    @Override
    public AutoCloseable consume(Consumer<byte[]> seen) throws Exception {
        AtomicBoolean ending = new AtomicBoolean();
        Thread thread = Thread.ofPlatform().name("kafka-own-consumer").start(() -> {
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            servers,
                            "group.id",
                            "bench",
                            "enable.auto.commit",
                            false,
                            "auto.offset.reset",
                            "earliest",
                            "max.poll.records",
                            1000),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(topic));
                while (!ending.get()) {
                    ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        seen.accept(record.value());
                    }
                    if (!records.isEmpty()) {
                        consumer.commitSync();
                    }
                }
            }
        });
        return () -> {
            ending.set(true);
            thread.join();
        };
    }

    @Override
    public void close() {
        producer.close();
    }
}
