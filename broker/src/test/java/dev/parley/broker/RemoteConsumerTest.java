package dev.parley.broker;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A consumer at the other end of a stream. */
class RemoteConsumerTest {

    private static final QueueName QUEUE = new QueueName("topic", "group");
    private static final Duration LEASE = Duration.ofSeconds(6);

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static Outgoing outgoing(String id) {
        Message<byte[]> message =
                Message.of("test", id.getBytes(StandardCharsets.UTF_8)).withId(id);
        return Outgoing.now(
                QUEUE.topic(),
                message.withMetadata(message.metadata().withSource("tests").withContentType("text/plain")));
    }

    private static Received take(BackendConsumer consumer) throws Exception {
        List<Received> taken = consumer.receive(4, Duration.ofSeconds(30));
        assertThat(taken).hasSize(1);
        return taken.getFirst();
    }

    private static void assertAcknowledged(BackendConsumer consumer, Received received) throws Exception {
        assertThat(consumer.settle(List.of(new Settlement.Ack(received)))).isEmpty();
    }

    /** More was asked for than there was, and what comes then waits at the client, which asks for nothing meanwhile. */
    @Test
    @Tag("long") // it takes a lease
    void whatWasNotTakenForHalfItsLeaseIsGivenBackAndComesAnew(@TempDir Path folder) throws Exception {
        BrokerServer server =
                fixture.open(BrokerServer.builder().store("sqlite:" + folder).start());
        BrokerBackend backend =
                fixture.open(Backends.open("parley://127.0.0.1:" + server.port(), BrokerOptions.defaults()));
        BackendConsumer consumer = fixture.open(backend.consume(new ConsumerSpec(
                QUEUE, Optional.empty(), ConsumerSpec.Kind.DURABLE, 4, false, StartFrom.latest(), LEASE)));
        backend.publish(List.of(outgoing("first")));
        assertAcknowledged(consumer, take(consumer));
        backend.publish(List.of(outgoing("second")));
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (backend.queues().getFirst().inFlight().orElse(0) != 1) {
            assertThat(System.nanoTime()).as("it was not leased").isLessThan(until);
            Thread.sleep(10);
        }
        Thread.sleep(LEASE.dividedBy(2).plusMillis(200)); // there is nothing else that one could wait for
        Received second = take(consumer);
        assertThat(second.message().id()).isEqualTo("second");
        assertThat(second.attempt()).as("it was given back uncounted").isEqualTo(1);
        Thread.sleep(LEASE.dividedBy(2).plusMillis(200));
        assertAcknowledged(consumer, second); // its first lease is over by now
    }
}
