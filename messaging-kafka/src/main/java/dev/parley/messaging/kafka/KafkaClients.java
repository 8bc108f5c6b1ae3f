package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's clients of one backend: one producer and one admin, made by their first use, whose network threads are platform threads of
 * theirs; an interrupt reaches who waits for them and nothing else. Consumers belong to those who ask for them. Thread-safe.
 */
final class KafkaClients implements AutoCloseable {

    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final int OVERHEAD = 128 << 10;

    private final KafkaSettings settings;
    private final BrokerOptions options;
    private @Nullable Producer<byte[], byte[]> producer; // guarded by this
    private @Nullable Admin admin; // guarded by this
    private boolean closed; // guarded by this

    KafkaClients(KafkaSettings settings, BrokerOptions options) {
        this.settings = settings;
        this.options = options;
    }

    /** How long one question to the broker may take. */
    long answerMillis() {
        return Math.max(10_000, 2 * options.connectTimeout().toMillis());
    }

    synchronized Producer<byte[], byte[]> producer() {
        checkOpen();
        if (producer == null) {
            producer = made(
                    "a producer",
                    () -> new KafkaProducer<>(producerConfig(), new ByteArraySerializer(), new ByteArraySerializer()));
        }
        return producer;
    }

    /** Gives up a producer that has failed for good; the next call makes another. */
    @SuppressWarnings("ReferenceEquality") // that very one
    void discard(Producer<byte[], byte[]> failed) {
        synchronized (this) {
            if (producer != failed) {
                return;
            }
            producer = null;
        }
        failed.close(Duration.ZERO);
    }

    synchronized Admin admin() {
        checkOpen();
        if (admin == null) {
            Map<String, Object> config = config();
            config.put("default.api.timeout.ms", (int) answerMillis());
            config.put("request.timeout.ms", (int) answerMillis() / 2);
            admin = made("an admin client", () -> Admin.create(config));
        }
        return admin;
    }

    /** A consumer without a group, or with one as {@code more} says. */
    KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> more) {
        synchronized (this) {
            checkOpen();
        }
        Map<String, Object> config = config();
        config.put("enable.auto.commit", false);
        config.put("auto.offset.reset", "earliest");
        config.put("allow.auto.create.topics", false);
        config.put("isolation.level", "read_committed");
        config.put("default.api.timeout.ms", (int) answerMillis());
        config.put("request.timeout.ms", 10_000);
        config.put("fetch.max.bytes", 8 << 20);
        config.putAll(more);
        return made(
                "a consumer",
                () -> new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /** A member of a share group that takes at most so many records at a time. */
    KafkaShareConsumer<byte[], byte[]> shareConsumer(String group, int records) {
        synchronized (this) {
            checkOpen();
        }
        Map<String, Object> config = config();
        config.put("group.id", group);
        config.put("share.acknowledgement.mode", "explicit");
        // No more than it asks for, and nothing beforehand: what it has is locked to it.
        config.put("share.acquire.mode", "record_limit");
        config.put("max.poll.records", records);
        config.put("max.poll.interval.ms", 300_000);
        config.put("default.api.timeout.ms", (int) answerMillis());
        config.put("request.timeout.ms", 10_000);
        config.put("fetch.max.bytes", 8 << 20);
        return made(
                "a consumer",
                () -> new KafkaShareConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    }

    /** A consumer without a group that reads what is there: it does not wait for more. */
    KafkaConsumer<byte[], byte[]> reader(Map<String, Object> more) {
        Map<String, Object> config = new LinkedHashMap<>(more);
        config.put("fetch.max.wait.ms", 20);
        return consumer(config);
    }

    /** What the broker answers. */
    <T> T answer(KafkaFuture<T> future, String doing) throws Exception {
        try {
            // The client's own limits end the future first.
            return future.get(2 * answerMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw KafkaErrors.translated(e, doing, settings);
        }
    }

    private Map<String, Object> producerConfig() {
        int publish = (int) options.publishTimeout().toMillis();
        int request = Math.clamp(publish / 2, 1000, 10_000);
        Map<String, Object> config = config();
        config.put("acks", "all");
        config.put("enable.idempotence", true);
        // What waits while requests are under way makes the batches; a wait for more would only delay a lone publisher.
        // With Kafka's five requests at once the batches were so small that the broker took a quarter fewer messages.
        config.put("linger.ms", 0);
        config.put("max.in.flight.requests.per.connection", 2);
        config.put("batch.size", 64 << 10);
        config.put("request.timeout.ms", request);
        config.put("delivery.timeout.ms", Math.max(publish, request));
        config.put("max.block.ms", Math.max(publish, 1000));
        config.put("max.request.size", settings.maxMessageBytes() + OVERHEAD);
        config.put("buffer.memory", Math.max(32L << 20, 4L * settings.maxMessageBytes()));
        return config;
    }

    private Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>(settings.connection());
        long connect = options.connectTimeout().toMillis();
        config.put("client.id", "parley-" + options.source().replaceAll("[^A-Za-z0-9._-]", "_"));
        config.put("socket.connection.setup.timeout.ms", connect);
        config.put("socket.connection.setup.timeout.max.ms", connect);
        config.put("reconnect.backoff.max.ms", 1000L);
        // JMX would warn of each second client of the same id.
        config.put("auto.include.jmx.reporter", false);
        config.put("metric.reporters", "");
        config.put("enable.metrics.push", false);
        return config;
    }

    private <T> T made(String what, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (RuntimeException e) {
            // Such as a host's name that nobody knows at present; the constructors' own message says less than their
            // cause.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CallException(
                    Code.UNAVAILABLE,
                    "making %s for %s failed: %s".formatted(what, settings.shown(), cause.getMessage()),
                    e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new CallException(Code.UNAVAILABLE, "the connection to " + settings.shown() + " is closed");
        }
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> oldProducer;
        Admin oldAdmin;
        synchronized (this) {
            closed = true;
            oldProducer = producer;
            oldAdmin = admin;
            producer = null;
            admin = null;
        }
        if (oldProducer != null) {
            oldProducer.close(CLOSE);
        }
        if (oldAdmin != null) {
            oldAdmin.close(CLOSE);
        }
    }
}
