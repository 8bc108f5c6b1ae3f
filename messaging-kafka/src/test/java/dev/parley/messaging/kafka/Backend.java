package dev.parley.messaging.kafka;

import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.DeadLetter;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.LetterAction;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.servers.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

/** A backend with short words for what tests do with it, and names that no other test has. */
final class Backend implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(90);

    final BrokerBackend backend;

    Backend(BrokerBackend backend) {
        this.backend = backend;
    }

    static Backend of(KafkaServer server, String options) {
        return new Backend(Backends.open(server.uri() + options, BrokerOptions.defaults()));
    }

    static String name(String what) {
        return what + "." + UUID.randomUUID().toString().substring(0, 8);
    }

    static Message<byte[]> message(String text) {
        return Message.of("test.said", text.getBytes(StandardCharsets.UTF_8))
                .withMetadata(Message.of("x", "").metadata().withSource("test").withContentType("text/plain"));
    }

    static String text(Message<byte[]> message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    void publish(String topic, String... texts) throws Exception {
        List<Outgoing> all = new ArrayList<>();
        for (String text : texts) {
            all.add(Outgoing.now(topic, message(text)));
        }
        backend.publish(all);
    }

    BackendConsumer consume(QueueName queue) throws Exception {
        return consume(queue, StartFrom.latest(), 100);
    }

    BackendConsumer consume(QueueName queue, StartFrom start, int prefetch) throws Exception {
        return consume(queue, start, prefetch, ConsumerSpec.Kind.DURABLE);
    }

    BackendConsumer consume(QueueName queue, StartFrom start, int prefetch, ConsumerSpec.Kind kind) throws Exception {
        return backend.consume(
                new ConsumerSpec(queue, Optional.empty(), kind, prefetch, false, start, Duration.ofSeconds(30)));
    }

    /** Waits for so many messages. */
    static List<Received> take(BackendConsumer consumer, int count) throws Exception {
        List<Received> all = new ArrayList<>();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (all.size() < count && System.nanoTime() < deadline) {
            all.addAll(consumer.receive(count - all.size(), Duration.ofSeconds(1)));
        }
        if (all.size() < count) {
            throw new AssertionError("%d of %d messages came: %s".formatted(all.size(), count, all));
        }
        return all;
    }

    static Received take(BackendConsumer consumer) throws Exception {
        return take(consumer, 1).getFirst();
    }

    static List<Received> ack(BackendConsumer consumer, List<Received> messages) throws Exception {
        List<Settlement> settlements = new ArrayList<>();
        messages.forEach(message -> settlements.add(new Settlement.Ack(message)));
        return consumer.settle(settlements);
    }

    static List<Received> ack(BackendConsumer consumer, Received message) throws Exception {
        return ack(consumer, List.of(message));
    }

    static List<String> texts(List<Received> messages) {
        return messages.stream().map(each -> text(each.message())).toList();
    }

    static Failure failure(String cause) {
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        return new Failure(now, now, Code.UNAVAILABLE, cause);
    }

    static void retry(BackendConsumer consumer, Received message, Duration after) throws Exception {
        consumer.settle(List.of(new Settlement.Retry(message, after, failure("not yet"))));
    }

    List<DeadLetter> letters(QueueName queue, LetterAction action) throws Exception {
        List<DeadLetter> letters = new ArrayList<>();
        backend.visitDeadLetters(queue, 1000, letter -> {
            letters.add(letter);
            return action;
        });
        return letters;
    }

    /** Waits for a condition. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LONG + ": " + what);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
