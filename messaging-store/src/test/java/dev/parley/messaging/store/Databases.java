package dev.parley.messaging.store;

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
import dev.parley.store.Engine;
import dev.parley.testing.servers.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** New databases of both engines, and what an engine does with a backend. */
final class Databases {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Databases() {}

    static String newUri(Engine engine, Path folder) throws Exception {
        return switch (engine) {
            case SQLITE -> "sqlite:" + folder.resolve("broker");
            case POSTGRESQL ->
                PostgresServer.shared().uri(PostgresServer.shared().newDatabase());
        };
    }

    static BrokerBackend open(String uri) {
        return Backends.open(uri, BrokerOptions.defaults());
    }

    static ConsumerSpec spec(QueueName queue, boolean ordered, StartFrom start) {
        return new ConsumerSpec(
                queue, Optional.empty(), ConsumerSpec.Kind.DURABLE, 1000, ordered, start, Duration.ofMinutes(5));
    }

    static ConsumerSpec spec(QueueName queue) {
        return spec(queue, false, StartFrom.latest());
    }

    static Outgoing outgoing(String topic, String id) {
        Message<byte[]> message =
                Message.of("test", id.getBytes(StandardCharsets.UTF_8)).withId(id);
        return Outgoing.now(
                topic,
                message.withMetadata(message.metadata().withSource("tests").withContentType("text/plain")));
    }

    static Outgoing keyed(String topic, String id, String key) {
        Outgoing plain = outgoing(topic, id);
        return Outgoing.now(topic, plain.message().withKey(key));
    }

    /** Takes until this many have come. */
    static List<Received> take(BackendConsumer consumer, int count) throws Exception {
        List<Received> all = new ArrayList<>();
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (all.size() < count) {
            if (System.nanoTime() > until) {
                throw new AssertionError("within " + PATIENCE + " came only " + all);
            }
            all.addAll(consumer.receive(count - all.size(), Duration.ofMillis(200)));
        }
        return all;
    }

    static List<Settlement> acks(List<Received> received) {
        return received.stream()
                .map(each -> (Settlement) new Settlement.Ack(each))
                .toList();
    }

    static List<String> ids(List<Received> received) {
        return received.stream().map(each -> each.message().id()).toList();
    }
}
