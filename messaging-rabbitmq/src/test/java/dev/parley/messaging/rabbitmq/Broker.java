package dev.parley.messaging.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Message;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fixture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests do with a backend, as its engine does. */
final class Broker {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Broker() {}

    static BrokerBackend open(String uri) {
        return Backends.open(uri, BrokerOptions.defaults());
    }

    /** A channel of the server's own client. */
    static Channel plainClient(Fixture fixture, String uri) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        factory.setAutomaticRecoveryEnabled(false);
        Connection connection = factory.newConnection("peer");
        fixture.open(connection::abort);
        return connection.createChannel();
    }

    static String fresh(String what) {
        return what + '-' + NAMES.incrementAndGet();
    }

    static ConsumerSpec spec(QueueName queue) {
        return spec(queue, ConsumerSpec.Kind.DURABLE, false);
    }

    static ConsumerSpec spec(QueueName queue, ConsumerSpec.Kind kind, boolean ordered) {
        return new ConsumerSpec(
                queue, Optional.empty(), kind, 100, ordered, StartFrom.latest(), Duration.ofSeconds(30));
    }

    static ConsumerSpec boundTo(String existing, QueueName queue) {
        return new ConsumerSpec(
                queue,
                Optional.of(existing),
                ConsumerSpec.Kind.DURABLE,
                100,
                false,
                StartFrom.latest(),
                Duration.ofSeconds(30));
    }

    static Message<byte[]> message(String id) {
        Message<byte[]> message = Message.of("test", ("body of " + id).getBytes(StandardCharsets.UTF_8));
        return message.withId(id)
                .withMetadata(message.metadata().withSource("tests").withContentType("text/plain"));
    }

    static Outgoing outgoing(String topic, String id) {
        return Outgoing.now(topic, message(id));
    }

    static void publish(BrokerBackend backend, String topic, String... ids) throws Exception {
        List<Outgoing> all = new ArrayList<>();
        for (String id : ids) {
            all.add(outgoing(topic, id));
        }
        backend.publish(all);
    }

    /** Waits until this many have come. */
    static List<Received> take(BackendConsumer consumer, int count) throws Exception {
        List<Received> all = new ArrayList<>();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (all.size() < count) {
            if (System.nanoTime() > until) {
                throw new AssertionError("came in " + PATIENCE + ", of " + count + ": " + all);
            }
            all.addAll(consumer.receive(count - all.size(), Duration.ofMillis(100)));
        }
        return all;
    }

    static void ack(BackendConsumer consumer, List<Received> all) throws Exception {
        List<Settlement> acks = new ArrayList<>();
        all.forEach(each -> acks.add(new Settlement.Ack(each)));
        List<Received> lost = consumer.settle(acks);
        if (!lost.isEmpty()) {
            throw new AssertionError("lost " + lost);
        }
    }

    static List<String> ids(List<Received> all) {
        return all.stream().map(each -> each.message().id()).toList();
    }
}
